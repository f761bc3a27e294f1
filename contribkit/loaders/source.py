"""The interface of a source: what it returns, what it reports to `contribkit doctor`, and how it is registered."""

from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError, nearest
from contribkit.period import Period
from contribkit.tables import ACTS, NEEDS, REFERENCES, THREADS, empty
from contribkit.text import pluralise

# Modules beside this one, most trusted first, for columns that two sources know: what people wrote down for this
# purpose, then what GitHub says, then what is inferred from a git history, which has no openings, reviews or labels.
# Then what leaves no trace there: as people say it of themselves, and as notes and calendars say it of them.
LOADERS = ("records", "github", "perceval", "github_to_sqlite", "git", "activity_log", "meetings")

_MOST = 20  # broken lines reported of one source


@dataclass
class Loaded:
    """What one source returns: tables of the schemas `THREADS`, `ACTS` and `REFERENCES`, or `NEEDS`."""

    threads: pd.DataFrame = field(default_factory=lambda: empty(THREADS))
    acts: pd.DataFrame = field(default_factory=lambda: empty(ACTS))
    references: pd.DataFrame = field(default_factory=lambda: empty(REFERENCES))
    needs: pd.DataFrame = field(default_factory=lambda: empty(NEEDS))
    notes: list[str] = field(default_factory=list)  # what a reader should know of the source
    broken: list[str] = field(default_factory=list)  # what could not be read: each names file and line


class Level(StrEnum):
    """How serious a finding is, as the sign printed before it."""

    OK = "✓"
    WARNING = "!"
    ERROR = "✗"


@dataclass(frozen=True)
class Finding:
    """One line of `contribkit doctor`: what was checked, its state, and what to do; a warning makes a review poorer."""

    level: Level
    subject: str
    sentence: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.level} {self.subject}: {'; '.join(filter(None, (self.sentence, self.fix)))}".replace("\n", " ")


def ok(subject: str, sentence: str) -> Finding:
    """Return a finding with which nothing is wrong."""
    return Finding(Level.OK, subject, sentence)


def warning(subject: str, sentence: str, fix: str) -> Finding:
    """Return a finding that makes a review poorer."""
    return Finding(Level.WARNING, subject, sentence, fix)


def errors(subject: str, message: str | ContribkitError, fix: str) -> list[Finding]:
    """Return one finding for each line of an error message; a fix that a line names after a semicolon is preferred."""
    place = f"[{subject}]: "  # which the subject says already
    text = str(message).replace(f"contribkit.toml: {place}", "").removeprefix(place)
    lines = (line.partition("; ") for line in text.split("\n"))
    return [Finding(Level.ERROR, subject, sentence, named or fix) for sentence, _, named in lines]


def file_findings(subject: str, answer: Loaded) -> list[Finding]:
    """Report what a source of small files could not read, its notes, rows without a date, and how much it holds."""
    found = [finding for sentence in answer.broken[:_MOST] for finding in errors(subject, sentence, "fix the line")]
    if (more := len(answer.broken) - _MOST) > 0:
        found += errors(subject, f"{more} more like these", "fix the first ones, then run this again")
    found += [warning(subject, note, "fix it, or leave it so") for note in answer.notes]
    if undated := int(answer.acts["at"].isna().sum()):
        sentence = f"{pluralise(undated, 'row')} without a date: in no period"
        found.append(warning(subject, sentence, 'write a day into "happened_at", such as 2026-07-01'))
    if not answer.broken:
        threads = pluralise(answer.threads["ref"].nunique(), "thread")
        found.append(ok(subject, f"{threads}, {pluralise(len(answer.references), 'reference')}"))
    return found


class Loader(Protocol):
    """The module of a source.

    Optional functions: ``diagnose(organisation)`` returns a list of `Finding` for `contribkit doctor`;
    ``fetch(organisation, period)`` fills a local store over the network, once, before several processes load;
    ``load_needs(organisation)`` returns a `Loaded` with `needs`, what waits upstream now;
    ``has_references(organisation)`` says whether it can see the organisation's own side (true where it is missing).
    """

    def check(self, organisation: Organisation) -> None:
        """Raise `ContribkitError` where the source cannot be read; quick, before any work starts."""

    def load(self, organisation: Organisation, period: Period) -> Loaded:
        """Return what the source knows of the period at least; problems go to `Loaded.broken`."""


def loader(name: str) -> Loader:
    """Return the loader of ``[sources.NAME]``: built in, or a plug-in's (entry point ``contribkit.loaders``)."""
    if name in LOADERS:
        return cast(Loader, import_module(f"contribkit.loaders.{name}"))
    plugins = {point.name: point for point in entry_points(group="contribkit.loaders")}
    if name in plugins:
        return cast(Loader, plugins[name].load())
    known = [*LOADERS, *plugins]
    raise ContribkitError(f"contribkit.toml: [sources.{name}]: there is no such source; {nearest(name, known)}")


def in_order(names: list[str]) -> list[str]:
    """Return sources by how far they are trusted; plug-ins last."""
    return sorted(names, key=[*LOADERS, *names].index)


def matching_paths(organisation: Organisation, source: str, patterns: list[str]) -> list[Path]:
    """Return the files or folders that patterns of a source's settings match, each once; one must match something."""
    for pattern in patterns:
        if not organisation.paths([pattern]):
            raise ContribkitError(f'contribkit.toml: [sources.{source}]: no file matches "{pattern}"')
    return organisation.paths(patterns)
