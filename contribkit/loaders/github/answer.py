"""What a load answers with: the tables of the store, and what a reader should know of them."""

from contribkit.errors import ContribkitError
from contribkit.loaders.github.beginning import named, what_waits
from contribkit.loaders.github.discover import searches
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.remarks import remarks
from contribkit.loaders.github.tables import tables
from contribkit.loaders.github.token import NO_TOKEN
from contribkit.loaders.source import Loaded


def answer(loading: Loading, asked: bool) -> Loaded:
    """Return what the store holds, with what a reader should know.

    Parameters
    ----------
    loading
        The load, as complete as it got.
    asked
        Whether GitHub was asked.

    Raises
    ------
    ContribkitError
        Where GitHub was not asked, the store does not hold all, and the load does not keep going.
    """
    told = tables(loading.store, loading.organisation, {*loading.store.searches.loads(), loading.key})
    for said, is_wrong in remarks(loading, named(loading)):
        (told.broken if is_wrong else told.notes).append(said)
    told.broken += loading.broken or []
    if not asked:
        _say_alone(loading, told)
    if waits := what_waits(loading):
        told.broken.append(f"{loading.period} is not complete: still to be asked are {', '.join(waits)}")
    if not loading.settings.triage_only:
        told.notes.append(
            "threads in which a member only labelled, assigned or closed were not searched for (triage_only = false)"
        )
    if loading.organisation.scope == "everywhere":
        told.notes.append("releases, new repositories and mere triage are looked for in the upstream projects only")
    return told


def complete_at(loading: Loading) -> str | None:
    """Return when the store last held all of a load; None where it does not."""
    covered = loading.store.searches.covered(loading.key)
    moments = [covered.get(search) or "" for search in searches(loading)]
    return min(moments) if all(moments) else None


def _say_alone(loading: Loading, told: Loaded) -> None:
    """Say of when the store is that answers alone, or that it does not hold all."""
    if moment := complete_at(loading):
        told.notes.append(f"without a token: as GitHub was at {moment}, from the store")
        return
    missing = f"the store does not hold all of {loading.period}, and {NO_TOKEN}"
    if loading.broken is None:
        raise ContribkitError(f"[sources.github]: {missing}")
    told.broken.append(missing)
