"""The `git` source: clones or bare mirrors, read with git itself.

Of upstream projects it gives merged pull requests and releases, of the organisation's own repositories references.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.patterns import matches
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.loaders.git.log import Commit, Tag, read_log, read_tags
from contribkit.loaders.git.naming import elsewhere, name_of
from contribkit.loaders.git.people import People
from contribkit.loaders.git.pull_requests import pull_requests, releases
from contribkit.loaders.git.references import Document, read_documents, references
from contribkit.loaders.git.repository import Repository
from contribkit.loaders.source import Finding, Loaded, errors, ok, warning
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, conform
from contribkit.text import pluralise

CLONE = "git clone --bare https://github.com/OWNER/NAME clones/OWNER+NAME"
# git reads one repository while Python reads another's answer: more at once gains nothing.
_AT_ONCE = 2
_SUBJECT = "sources.git"


class Settings(Table):
    """``[sources.git]``: folders of clones or bare mirrors, and which repositories are private (patterns)."""

    clones: list[str] = []
    private: list[str] = []


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` for a clone that is no repository, is shallow, empty, or whose name nothing tells."""
    for repository in repositories(organisation, None):
        if elsewhere(repository, organisation) is None:
            name_of(repository, organisation)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read every clone; the period is not asked for, since git answers for all of a history as fast."""
    settings = validate_settings(Settings, "git", organisation.sources["git"])
    broken: list[str] = []
    people = People(organisation)
    found: list[dict[str, Any]] = []
    threads: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    notes = ["git knows merged pull requests and releases only: no reviews, comments or issues"]
    clones = repositories(organisation, broken)
    away = {clone: said for clone in clones if (said := elsewhere(clone, organisation))}
    notes.extend(away.values())
    for name, history, tags, documents in _read([clone for clone in clones if clone not in away], organisation, broken):
        if organisation.is_own(name):
            private = matches(settings.private, name)
            found.extend(row | {"private": private} for row in references(name, history, documents, people))
        elif organisation.is_in_scope(name):
            for rows in (pull_requests(name, history, people), releases(name, tags, people)):
                threads.extend(rows.threads)
                acts.extend(rows.acts)
        else:
            notes.append(f"{name} is neither an upstream project nor our own: not looked at")
    return Loaded(
        threads=conform(_timed(threads, "merged_at", "opened_at"), THREADS),
        acts=conform(_timed(acts, "at"), ACTS),
        references=conform(_timed(found, "date"), REFERENCES),
        notes=notes,
        broken=broken,
    )


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report each clone that cannot be read or is not used; histories are not read."""
    names, broken, away = _clones(organisation)
    found = [finding for sentence in broken for finding in errors(_SUBJECT, sentence, f"run: {CLONE}")]
    found += [warning(_SUBJECT, sentence, "remove the clone, if it is not a mirror") for sentence in away]
    for repo in names:
        if not organisation.is_own(repo) and not organisation.is_in_scope(repo):
            fix = "add it to [[upstream]] or to own, or remove the clone"
            found.append(warning(_SUBJECT, f"{repo} is neither an upstream project nor our own: it is ignored", fix))
    if names:
        upstream = sum(organisation.upstream_of(repo) is not None for repo in names)
        own = sum(organisation.is_own(repo) for repo in names)
        counted = f"{pluralise(upstream, 'upstream project')}, {own} of our own"
        found.append(ok(_SUBJECT, f"{pluralise(len(names), 'clone')}: {counted}"))
    return found


def has_references(organisation: Organisation) -> bool:
    """Return whether there is a clone of one of the organisation's own repositories."""
    return any(organisation.is_own(repo) for repo in _clones(organisation)[0])


def _clones(organisation: Organisation) -> tuple[list[str], list[str], list[str]]:
    """Return which repositories the clones are, what is wrong with others, and which are on other hosts."""
    broken: list[str] = []
    names: list[str] = []
    away: list[str] = []
    for repository in repositories(organisation, broken):
        if sentence := elsewhere(repository, organisation):
            away.append(sentence)
            continue
        try:
            names.append(name_of(repository, organisation))
        except ContribkitError as error:
            broken.append(str(error))
    return names, list(dict.fromkeys(broken)), away  # "git is not installed" once, not for each clone


_Answer = tuple[str, list[Commit], list[Tag], list[Document]]


def _read(clones: list[Repository], organisation: Organisation, broken: list[str]) -> Iterator[_Answer]:
    """Yield each repository's name, history, tags and documents, in order, the next ones read ahead."""

    def answer(repository: Repository) -> _Answer | ContribkitError:
        try:
            name = name_of(repository, organisation)
            own = organisation.is_own(name)
            if not own and not organisation.is_in_scope(name):
                return name, [], [], []
            documents = read_documents(repository) if own else []
            return name, read_log(repository, paths=not own), [] if own else read_tags(repository), documents
        except ContribkitError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(answer, clones)
        for result in tqdm(answers, "reading clones", len(clones), unit="clone", delay=2, leave=False):
            if not isinstance(result, ContribkitError):
                yield result
            else:
                broken.append(str(result))


def repositories(organisation: Organisation, broken: list[str] | None) -> list[Repository]:
    """Return the clones that can be read; what cannot is an error, or noted where `broken` is given."""
    settings = validate_settings(Settings, "git", organisation.sources["git"])
    if not settings.clones:
        raise ContribkitError('contribkit.toml: [sources.git]: clones names no folder; write clones = ["clones/*"]')
    repositories: list[Repository] = []
    for pattern in settings.clones:
        # Beside clones lie READMEs and the like; a file that is named itself is a mistake.
        paths = [path for path in organisation.paths([pattern]) if path.is_dir() or path.name == Path(pattern).name]
        try:
            if not paths:
                raise ContribkitError(f'contribkit.toml: [sources.git]: no folder matches "{pattern}"')
            repositories.extend(_checked(paths, broken))
        except ContribkitError as error:
            if broken is None:
                raise
            broken.append(str(error))
    return list(dict.fromkeys(repositories))


def _checked(paths: list[Path], broken: list[str] | None) -> Iterator[Repository]:
    for path in paths:
        repository = Repository(path)
        try:
            repository.check()
        except ContribkitError as error:
            if broken is None:
                raise
            broken.append(str(error))
            continue
        yield repository


def _timed(rows: list[dict[str, Any]], *names: str) -> pd.DataFrame:
    """Return rows as a table, with seconds since 1970 as times."""
    table = pd.DataFrame(rows)
    times = {name: pd.to_datetime(table[name], unit="s", utc=True) for name in names if name in table}
    return table.assign(**times)
