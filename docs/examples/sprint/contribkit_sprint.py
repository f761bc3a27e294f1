"""A rule: what was done in a community sprint served the project."""

from collections.abc import Iterator

from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason


def sprint(context: Context) -> Iterator[Reason]:
    """The project's own label says that it belongs to a sprint."""
    for label in context.row["labels"]:
        if "sprint" in label.casefold():
            yield Reason("upstream", 1.5, f'the project filed it under "{label}"', label, context.url)
            return
