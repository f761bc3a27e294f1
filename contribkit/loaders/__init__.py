"""Loaders: one source a module, united into one set of tables."""

from contextlib import nullcontext, suppress
from pathlib import Path

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.config.toml import placeholders
from contribkit.errors import ContribkitError
from contribkit.fold import Data, Needs, SourceReport, fold
from contribkit.loaders.source import Loaded, Loader, in_order, loader
from contribkit.loaders.union import (
    in_log_too,
    in_scope,
    outside_membership,
    unite_acts,
    unite_references,
    unite_threads,
)
from contribkit.period import Period
from contribkit.tables import NEEDS, combine, conform
from contribkit.text import pluralise

__all__ = ["Data", "Needs", "SourceReport", "check", "fetch", "load", "load_needs"]


def check(organisation: Organisation, keep_going: bool = False) -> None:
    """Raise `ContribkitError` before any work starts where a source cannot be read, or with `keep_going` is unknown."""
    for source in _sources(organisation).values() if not keep_going else ():
        try:
            source.check(organisation)
        except ContribkitError as error:
            raise _with_fix(str(error)) from error


def _with_fix(problem: str, others: str = "") -> ContribkitError:
    fix = "" if "; " in problem else "; fix it, or take the rest with --keep-going"
    return ContribkitError(f"{problem}{others}{fix}")


def fetch(organisation: Organisation, period: Period, keep_going: bool = False) -> None:
    """Let sources with a local store fill it over the network: once, before several processes load."""
    for source in _sources(organisation).values():
        with suppress(ContribkitError) if keep_going else nullcontext():  # `load` says why
            if (fill := getattr(source, "fetch", None)) is not None:
                fill(organisation, period)


def load(organisation: Organisation | str | Path, period: Period | str, keep_going: bool = False) -> Data:
    """Load every source once and unite them act by act, without duplicates.

    Only work in upstream projects is kept, and of members only what they did on days on which they belonged.

    Parameters
    ----------
    organisation
        The organisation whose sources are loaded, or the path of its contribkit.toml.
    period
        The period to load, such as ``2026-Q3``. Sources may return more, with which earlier periods are compared.
    keep_going
        Take what can be read, and report in `Data.sources` what could not; without it, that is a `ContribkitError`.

    Examples
    --------
    >>> from contribkit import Organisation, Period
    >>> data = load(Organisation.read_sample(), Period("2026-Q3"))
    >>> [source.status for source in data.sources]
    ['ok', 'ok']
    """
    if not isinstance(organisation, Organisation):
        organisation = Organisation.read(organisation)
    period = Period(period, organisation.timezone) if isinstance(period, str) else period
    answers = _ask(organisation, "load", keep_going, period)
    threads = unite_threads([answer.threads for answer in answers.values()], organisation)
    acts = unite_acts([answer.acts for answer in answers.values()], organisation)
    references = unite_references([answer.references for answer in answers.values()], organisation, threads)
    is_inside = in_scope(pd.concat([acts["ref"], threads["ref"]]), organisation, threads)
    elsewhere, threads = ~is_inside[: len(acts)], threads[is_inside[len(acts) :]].reset_index(drop=True)
    former = outside_membership(acts, organisation) & ~elsewhere
    in_period = (acts["at"] >= period.start) & (acts["at"] < period.end)
    left_out = {
        "outside the upstream projects": int((in_period & elsewhere).sum()),
        "by people on days on which they were not members": int((in_period & former).sum()),
    }
    acts = acts[~elsewhere & ~former].reset_index(drop=True)
    if {"activity_log", "meetings"} <= answers.keys():
        acts = acts[~in_log_too(acts, threads, organisation)].reset_index(drop=True)
    contributions = fold(threads, acts, period, organisation.everybody)
    sources = [_report(name, answer, organisation.timezone) for name, answer in answers.items()]
    return Data(threads, acts, references, contributions, sources, period, organisation, left_out)


def load_needs(organisation: Organisation, keep_going: bool = False) -> Needs:
    """Load what waits in the upstream projects: open pull requests, untriaged issues, releases due, red branches.

    A source that cannot be read is a `ContribkitError`; with `keep_going`, `Needs.notes` say what could not.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> load_needs(Organisation.read_sample()).table.columns[:3].tolist()
    ['kind', 'ref', 'repo']
    """
    answers = _ask(organisation, "load_needs", keep_going)
    found = combine([conform(answer.needs, NEEDS, organisation.timezone) for answer in answers.values()], NEEDS)
    found = found[in_scope(found["ref"], organisation, found)]
    # The most trusted source that knows a need provides it.
    duplicate = found.assign(ref=found["ref"].str.casefold()).duplicated(["kind", "ref"])
    notes = {name: [*answer.notes, *answer.broken] for name, answer in answers.items()}
    return Needs(found[~duplicate].reset_index(drop=True), notes)


def _ask(organisation: Organisation, function: str, keep_going: bool, *arguments: Period) -> dict[str, Loaded]:
    """Return what a function of each source that has it answers; a failure is noted where `keep_going` is on."""
    answers: dict[str, Loaded] = {}
    for name, source in _sources(organisation).items():
        if (ask := getattr(source, function, None)) is None:
            continue
        try:
            answers[name] = answer = ask(organisation, *arguments)
            if answer.broken and not keep_going:
                problem, *more = answer.broken
                others = f" (and {pluralise(len(more), 'more problem')})" if more else ""
                raise _with_fix(problem, others)
        except ContribkitError as error:
            if not keep_going:
                raise
            answers[name] = Loaded(broken=[str(error)])
    return answers


def _sources(organisation: Organisation) -> dict[str, Loader]:
    """Return the configured sources by name, most trusted first; an error where something is left to be filled in."""
    if left := placeholders(organisation.path):
        raise ContribkitError(left)
    if not organisation.sources:
        fix = 'add [sources.git] with clones = ["clones/*"] or [sources.records]'
        raise ContribkitError(f"contribkit.toml names no source; {fix}")
    return {name: loader(name) for name in in_order([*organisation.sources])}


def _report(name: str, answer: Loaded, timezone: str) -> SourceReport:
    times = answer.acts["at"].dropna().dt.tz_convert(timezone)  # days are those of the organisation
    first, last = (times.min(), times.max()) if len(times) else (None, None)
    threads, acts, references = answer.threads["ref"].nunique(), len(answer.acts), len(answer.references)
    status = "ok" if not answer.broken else "partial" if threads + acts + references else "failed"
    notes = [*answer.notes, *answer.broken]
    return SourceReport(name, status, threads, acts, references, first, last, notes, len(answer.broken))
