"""The beginning of a load, and what is left of it: asks that wait in the store."""

from collections import Counter
from datetime import UTC, datetime

from contribkit.loaders.github import accounts, discover, linking, repositories
from contribkit.loaders.github.asks import Ask
from contribkit.loaders.github.kinds import KINDS
from contribkit.loaders.github.loading import Loading, stamp


def begin(loading: Loading) -> str | None:
    """Note what is to be asked first; return when an earlier load began that was stopped, and that goes on now."""
    store, now = loading.store, stamp(datetime.now(UTC))
    found = discover.searches(loading)
    first = named(loading)
    with store.transaction():
        store.searches.forget_others(loading.key, found)
        for ask in list(store.asks.waiting(loading.key)):
            if not _is_wanted(ask, found, first):
                store.asks.done(loading.key, ask)
        going_on = store.searches.begun(loading.key)
        new = {name: store.searches.begin(loading.key, name, now) for name in found if name not in going_on}
        store.asks.add(
            loading.key,
            [*(first if new else []), *(discover.since(found[name], covered) for name, covered in new.items())],
        )
    return min(going_on.values(), default=None)


def named(loading: Loading) -> list[Ask]:
    """Return what is asked of everything that contribkit.toml names."""
    return [*accounts.asks(loading), *repositories.asks(loading), *linking.planned(loading.organisation)]


def _is_wanted(ask: Ask, found: dict[str, Ask], first: list[Ask]) -> bool:
    """Say whether what waits is still to be asked: contribkit.toml may have been changed since."""
    if "search" in ask.argument:
        return ask.argument["search"] in found
    if ask.kind == "owner":  # of which this may be a later page
        ask = ask._replace(argument=ask.argument | {"after": None})
    return ask.kind not in ("account", "organisation", "owner", "repository", "planned", "plans") or ask in first


def what_waits(loading: Loading) -> list[str]:
    """Return what is still to be asked, in words, for a load that was stopped."""
    counts = Counter(KINDS[ask.kind].word for ask in loading.store.asks.waiting(loading.key))
    return [f"{number:,} {word}{_plural(word) if number > 1 else ''}" for word, number in sorted(counts.items())]


def _plural(word: str) -> str:
    return "es" if word == "search" else "s"
