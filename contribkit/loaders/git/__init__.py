"""The `git` source: merged pull requests and releases of upstream clones, references of the organisation's own side."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import pandas as pd
from tqdm import tqdm

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.patterns import matches
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id
from contribkit.loaders.git.commits import read_log, read_tags
from contribkit.loaders.git.documents import read_documents, references
from contribkit.loaders.git.pull_requests import People, Row, look_alikes, pull_requests, releases
from contribkit.loaders.git.repository import Repository
from contribkit.loaders.source import Finding, Loaded, errors, ok, warning
from contribkit.memory import collector_paused
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, conform
from contribkit.text import pluralise

CLONE = "contribkit clone OWNER/NAME"
# git reads one repository while Python reads another's answer: more at once gains nothing.
_AT_ONCE = 2
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_SUBJECT = "sources.git"
_MOST = 20  # people named who look like members
_NOTE = "git knows merged pull requests and releases only: no reviews, comments or issues"


class Settings(Table):
    """``[sources.git]``: folders of clones or bare mirrors, and which repositories are private (patterns)."""

    clones: list[str] = []
    private: list[str] = []


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` for a clone that is no repository, is shallow or empty, or whose name is unknown."""
    if broken := _clones(organisation).broken:
        raise ContribkitError(broken[0])


@collector_paused()
def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read every clone, and all of its history: reading a part would be no faster."""
    people, clones = People(organisation), _clones(organisation)
    answers = _at_once(lambda clone: _read(clone, people, period), clones.used, "reading clones")
    return Loaded(
        threads=_table((answer.threads for answer in answers), THREADS),
        acts=_table((answer.acts for answer in answers), ACTS),
        references=_table((answer.references for answer in answers), REFERENCES),
        notes=[*([_NOTE] if clones.used else ()), *clones.unused, *_doubts(clones, period)]
        + [answer.note for answer in answers if answer.note],
        broken=[*clones.broken, *(answer.broken for answer in answers if answer.broken)],
    )


@dataclass
class _Answer:
    """What one clone tells: rows of tables, and a sentence where it tells less than one may think."""

    threads: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)
    references: list[Row] = field(default_factory=list)
    note: str = ""
    broken: str = ""


def _read(clone: tuple[str, Repository], people: People, period: Period | None) -> _Answer:
    """Return what one clone tells: of an upstream project threads and acts, of the own side references."""
    (name, repository), organisation, answer = clone, people.organisation, _Answer()
    try:
        history = read_log(repository, paths=organisation.is_in_scope(name))
        if organisation.is_own_side(name):
            about = {"private": matches(_settings(organisation).private, name)}
            answer.references = [row | about for row in references(name, history, read_documents(repository), people)]
        if organisation.is_in_scope(name):
            threads, acts, unseen = pull_requests(name, history, people)
            released = releases(name, read_tags(repository), people)
            answer.threads, answer.acts = [*threads, *released[0]], [*acts, *released[1]]
            if period and (count := sum(period.start <= at < period.end for at in unseen)):
                answer.note = f"{name}: {pluralise(count, 'merge')} of other systems than GitHub are not seen"
    except ContribkitError as error:
        return _Answer(broken=str(error))
    return answer


def _at_once(action: Callable[[_Item], _Result], items: list[_Item], told: str | None = None) -> list[_Result]:
    """Return what an action returns for each item, two at a time; what is told is shown where it takes long."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = pool.map(action, items)
        return [*tqdm(done, told, len(items), unit="clone", delay=2, leave=False, disable=told is None)]


def _table(rows: Iterable[list[Row]], schema: Mapping[str, str]) -> pd.DataFrame:
    return conform(pd.DataFrame([*chain.from_iterable(rows)]), schema)


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report each clone that cannot be read or is not used, and who in them looks like a member."""
    clones = _clones(organisation)
    found = [finding for sentence in clones.broken for finding in errors(_SUBJECT, sentence, f"run: {CLONE}")]
    doubts = clones.unused | _doubts(clones, Period("last quarter", organisation.timezone))
    found += [warning(_SUBJECT, sentence, fix) for sentence, fix in doubts.items()]
    for name, repository in clones.used:
        if repository.is_partial and organisation.is_own_side(name):
            sentence = f"{repository.path.name} is a partial clone: some of it may not be readable"
            found.append(warning(_SUBJECT, sentence, "clone it again without --filter"))
    alike = islice(unknown_people(organisation), _MOST)
    found += [warning(_SUBJECT, said, f'if so, add "{mail}" to their aliases') for said, _, mail in alike]
    if names := [name for name, _ in clones.used]:
        upstream = pluralise(sum(organisation.upstream_of(name) is not None for name in names), "upstream project")
        own = sum(map(organisation.is_own_side, names))
        found.append(ok(_SUBJECT, f"{pluralise(len(names), 'clone')}: {upstream}, {own} of our own"))
    return found


def has_references(organisation: Organisation) -> bool:
    """Return whether there is a clone of a repository on the organisation's own side."""
    return any(organisation.is_own_side(name) for name, _ in _clones(organisation).used)


def _settings(organisation: Organisation) -> Settings:
    settings = validate_settings(Settings, "git", organisation.sources["git"])
    if not settings.clones:
        raise ContribkitError('contribkit.toml: [sources.git]: clones names no folder; write clones = ["clones/*"]')
    return settings


class _Clones(NamedTuple):
    used: list[tuple[str, Repository]]
    unused: dict[str, str]  # sentence: fix
    broken: list[str]


def _clones(organisation: Organisation) -> _Clones:
    clones = _Clones([], {}, [])
    for name, repository, problem in _at_once(lambda path: _named(path, organisation), _folders(organisation, clones)):
        if problem:
            if problem not in clones.broken:  # "git is not installed" once, not for each clone
                clones.broken.append(problem)
        elif name is None:
            host, name = repository.remotes[0]
            sentence = f"{repository.path.name}: {name} is on {host}, not on GitHub: it is ignored; if it is a mirror, "
            sentence += f"set GitHub's address: git remote set-url origin https://github.com/{name}"
            clones.unused[sentence] = "remove the clone, if it is not a mirror"
        elif organisation.is_own_side(name) or organisation.is_in_scope(name):
            clones.used.append((name, repository))
        else:
            sentence = f"{name} is neither an upstream project nor our own: it is ignored"
            clones.unused[sentence] = "add it to [[upstream]] or to own, or remove the clone"
    for part, whole in _former_names(clones.used, organisation).items():
        clones.used[:] = [clone for clone in clones.used if clone[0] != part]
        clones.unused[f"{part} is all in {whole}, as if that were its new name: counted once"] = f"remove {part}"
    return clones


def _named(path: Path, organisation: Organisation) -> tuple[str | None, Repository, str]:
    """Return the name of a clone, the clone, and why it cannot be used."""
    repository = Repository(path)
    try:
        repository.check()
        return repository.name(organisation), repository, ""
    except ContribkitError as error:
        return None, repository, str(error)


def _former_names(used: list[tuple[str, Repository]], organisation: Organisation) -> dict[str, str]:
    """Return clones of whose main line all is in that of another, such as under a former name, and that one's name."""
    heads = {repository.head or "": name for name, repository in used}
    side, found = organisation.is_own_side, {}
    for (whole, _), parts in zip(used, _at_once(lambda clone: _parts(*clone, heads), used), strict=True):
        for part in parts:
            if casefold_id(part) != casefold_id(whole) and side(part) == side(whole):
                found[part] = whole
    return found


def _parts(whole: str, repository: Repository, heads: dict[str, str]) -> set[str]:
    """Return the clones whose heads are on the main line of another one."""
    with suppress(ContribkitError):  # what cannot be read is said when it is loaded
        asked = "\n".join(heads).encode()
        present = repository.git("cat-file", "--batch-check=%(objectname)", stdin=asked).decode().split("\n")
        if {heads[sha] for sha in present if sha in heads} - {whole}:
            line = repository.git("rev-list", "--first-parent", repository.head or "").decode().split()
            return {heads[sha] for sha in line[:-1] if sha in heads}  # the first commit may be a template's
    return set()


def unknown_people(organisation: Organisation) -> Iterator[tuple[str, str, str]]:
    """Yield who in the clones looks like a member and counts as somebody else: why, the member's login, the address."""
    with suppress(ContribkitError):  # what cannot be read is said when it is loaded
        yield from look_alikes([repository for _, repository in _clones(organisation).used], People(organisation))


def _doubts(clones: _Clones, period: Period | None) -> dict[str, str]:
    """Return what a clone may lack, and the fix: a fetch after the period, the new name of a renamed branch."""
    found = {}
    for name, repository in clones.used:
        fetch = f"run: git -C {repository.path} fetch"
        if period and (fetched := repository.fetched_at) < min(period.end, datetime.now(UTC) - timedelta(days=1)):
            found[f"{name} was last fetched on {fetched:%Y-%m-%d}, before the end of {period}"] = fetch
        if repository.renamed_to:
            sentence = f"{name}: {repository.renamed_to} is newer than its default branch, and is read instead"
            found[sentence] = f"run: git -C {repository.path} remote set-head origin --auto"
    return found


def _folders(organisation: Organisation, clones: _Clones) -> list[Path]:
    folders: list[Path] = []
    for pattern in _settings(organisation).clones:
        # READMEs and the like may lie beside clones; a file that is named itself is a mistake.
        paths = [path for path in organisation.paths([pattern]) if path.is_dir() or path.name == Path(pattern).name]
        if not paths:
            missing, fix = f'no folder matches "{pattern}"', f"run: {CLONE}"
            if "github" in organisation.sources:
                clones.unused[f"{missing}, so that no clone is read beside GitHub"] = fix
            else:
                clones.broken.append(f"contribkit.toml: [sources.git]: {missing}; {fix}")
        folders.extend(paths)
    return list(dict.fromkeys(folders))
