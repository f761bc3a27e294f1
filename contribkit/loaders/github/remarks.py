"""Remarks on what contribkit.toml names: kept in the store, for a load that goes on and for one without a token."""

from collections.abc import Iterable, Iterator

from contribkit.errors import ContribkitError
from contribkit.loaders.github.asks import Ask
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.store import Thing

_KIND = "remark"


def remark(loading: Loading, ask: Ask, said: str | None, is_wrong: bool = False) -> None:
    """Keep a sentence on what was asked, or forget an earlier one.

    Parameters
    ----------
    loading
        The load.
    ask
        What was asked.
    said
        The sentence; None where there is nothing to say any more.
    is_wrong
        Whether it keeps the load from being complete.

    Raises
    ------
    ContribkitError
        For what is wrong, unless the load keeps going.
    """
    if said is None:
        loading.store.things.forget(_name(ask))
        return
    if is_wrong and loading.broken is None:
        raise ContribkitError(said)
    loading.store.things.keep(Thing(_name(ask), _KIND, "", "", {"said": said, "is_wrong": is_wrong}))


def remarks(loading: Loading, asks: Iterable[Ask]) -> Iterator[tuple[str, bool]]:
    """Yield what was said on any of some asks, and whether it is wrong; a sentence once."""
    said: dict[str, bool] = {}
    for ask in asks:
        thing = loading.store.things.get(_name(ask))
        if thing and thing.payload:
            said[thing.payload["said"]] = thing.payload["is_wrong"]
    yield from said.items()


def _name(ask: Ask) -> str:
    return f"{ask.kind} {ask.written}"
