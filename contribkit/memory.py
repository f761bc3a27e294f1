"""Memory where very many objects are made at once: Python's garbage collector paused, and what is free given back."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector of this process: it would look through all rows again and again, and none is in a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def release_unused() -> None:
    """Give back what Arrow, in which pandas keeps texts where pyarrow is installed, holds of freed memory for later."""
    if pyarrow := sys.modules.get("pyarrow"):
        pyarrow.default_memory_pool().release_unused()
