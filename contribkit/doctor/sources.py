"""The sources: each clone, file and row that cannot be read, and what a review would not see."""

from collections.abc import Callable, Iterator
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.doctor.finding import Finding, count, doubtful, good, wrong
from contribkit.errors import ContribkitError
from contribkit.init import EXAMPLE
from contribkit.loaders import activity_log, git, github
from contribkit.loaders.git.naming import elsewhere, name_of
from contribkit.loaders.github.settings import store_path
from contribkit.loaders.github.token import TOKEN_FIX
from contribkit.loaders.source import Loaded, in_order, loader
from contribkit.period import Period

_MOST = 20  # broken lines of one source; who has more mends the file, not the lines
_CLONE = "git clone --bare https://github.com/OWNER/NAME clones/OWNER+NAME"


def check_sources(organisation: Organisation) -> Iterator[Finding]:
    """Yield how each source is, in the order in which they are believed."""
    if not organisation.sources:
        yield from wrong("sources", "there is none", 'add [sources.git] with clones = ["clones/*"] to contribkit.toml')
    for name in in_order([*organisation.sources]):
        try:
            yield from _CHECKS.get(name, _check_other)(organisation, name)
        except ContribkitError as error:
            yield from wrong(_subject(name), error, "mend it there")
    if "git" not in organisation.sources and not _has_other_evidence(organisation):
        yield _unseen(organisation)


def _subject(name: str) -> str:
    return f"sources.{name}"


def _check_other(organisation: Organisation, name: str) -> Iterator[Finding]:
    """Ask a source that may be slow, or not ours, only what it checks itself."""
    loader(name).check(organisation)
    yield good(_subject(name), "can be read")


def _check_files(organisation: Organisation, name: str) -> Iterator[Finding]:
    """Read a source of small files as a whole, for every line that is wrong."""
    subject = _subject(name)
    answer = loader(name).load(organisation, Period("last quarter", organisation.timezone), keep_going=True)
    yield from _broken(subject, answer.broken, "mend the line")
    yield from (doubtful(subject, note, "mend it, or leave it so") for note in answer.notes)
    yield from _undated(subject, answer)
    if not answer.broken:
        threads = count(answer.threads["ref"].nunique(), "thread")
        yield good(subject, f"{threads}, {count(len(answer.references), 'reference')}")


def _broken(subject: str, broken: list[str], fix: str) -> Iterator[Finding]:
    for sentence in broken[:_MOST]:
        yield from wrong(subject, sentence, fix)
    if len(broken) > _MOST:
        yield from wrong(subject, f"{len(broken) - _MOST} more like these", "mend the first ones, then ask again")


def _undated(subject: str, answer: Loaded) -> Iterator[Finding]:
    if undated := int(answer.acts["at"].isna().sum()):
        said = f"{count(undated, 'row')} without a date: in no period"
        yield doubtful(subject, said, 'write a day into "happened_at", such as 2026-07-01')


def _check_activity_log(organisation: Organisation, name: str) -> Iterator[Finding]:
    settings = validate_settings(activity_log.Settings, name, organisation.sources[name])
    for path in organisation.paths(settings.files):
        if _holds_example(path):
            said = f"{_relative(path, organisation)} still holds the example row"
            yield doubtful(_subject(name), said, "write a row of your own over it, or take it out")
    yield from _check_files(organisation, name)


def _holds_example(path: Path) -> bool:
    try:
        return EXAMPLE.encode() in path.read_bytes()
    except OSError:  # said by the source itself
        return False


def _relative(path: Path, organisation: Organisation) -> str:
    return path.relative_to(organisation.root).as_posix() if path.is_relative_to(organisation.root) else str(path)


def _check_git(organisation: Organisation, name: str) -> Iterator[Finding]:
    """Look at each clone by itself; their histories are not read."""
    subject = _subject(name)
    names, broken, away = _clones(organisation)
    for sentence in broken:
        yield from wrong(subject, sentence, f"run: {_CLONE}")
    for sentence in away:
        yield doubtful(subject, sentence, "take the clone away, if it is no mirror")
    own = [repo for repo in names if organisation.is_own(repo)]
    upstream = [repo for repo in names if organisation.upstream_of(repo)]
    for repo in names:
        if not organisation.is_own(repo) and not organisation.is_in_scope(repo):
            fix = "add it to [[upstream]] or to own, or take the clone away"
            yield doubtful(subject, f"{repo} is neither an upstream project nor our own: it is not looked at", fix)
    if names:
        counted = f"{count(len(upstream), 'upstream project')}, {len(own)} of our own"
        yield good(subject, f"{count(len(names), 'clone')}: {counted}")
    if not own and not _has_other_evidence(organisation):
        yield _unseen(organisation)


def _clones(organisation: Organisation) -> tuple[list[str], list[str], list[str]]:
    """Return which repositories the clones are, what is wrong with others, and which are on other hosts."""
    broken: list[str] = []
    names: list[str] = []
    away: list[str] = []
    for repository in git.repositories(organisation, broken):
        if said := elsewhere(repository, organisation):
            away.append(said)
            continue
        try:
            names.append(name_of(repository, organisation))
        except ContribkitError as error:
            broken.append(str(error))
    return names, list(dict.fromkeys(broken)), away  # "git is not installed" once, not for each clone


def _check_github(organisation: Organisation, name: str) -> Iterator[Finding]:
    """Look for a token and a store; GitHub is not asked."""
    subject, path = _subject(name), store_path(organisation)
    github.check(organisation)
    if github.has_token(organisation):
        yield good(subject, "there is a token; whether GitHub takes it shows with the first load")
    elif path.exists():
        yield doubtful(subject, "there is no token, so the store answers alone", TOKEN_FIX)
    else:
        yield doubtful(subject, "there is no token yet, so it is asked for", TOKEN_FIX)


def _unseen(organisation: Organisation) -> Finding:
    fix = f"clone those that plan your work: {_CLONE}"
    if not organisation.own:
        fix = f"write your GitHub organisations into own, and {fix}"
    return doubtful(
        "own side",
        "no own repository can be read, so that no evidence from the organisation's own side will be seen",
        fix,
    )


def _has_other_evidence(organisation: Organisation) -> bool:
    """Say whether another source than clones may tell what the own side says."""
    others = set(organisation.sources) - {"git", "activity_log", "records"}
    return bool(others or organisation.sources.get("records", {}).get("references"))


_CHECKS: dict[str, Callable[[Organisation, str], Iterator[Finding]]] = {
    "git": _check_git,
    "github": _check_github,
    "records": _check_files,
    "activity_log": _check_activity_log,
}
