"""What sort of work a contribution is: from its kind, its title, the paths and lines it changed, and its labels.

Its words lie in ``activities.toml``. Feature, bug fix, maintenance, docs and CI are told apart by a linear model, whose
weights in ``activity_weights.csv`` are fitted by ``python -m benchmarks.activity`` on titles of real pull requests and
the headings under which the projects' own maintainers filed them.
"""

import csv
import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from contribkit.config.patterns import Signs
from contribkit.ids import is_in_forum
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity, Kind

WEIGHTS = Path(__file__).with_name("activity_weights.csv")
# Between these the model decides, in the order of the columns of `WEIGHTS`.
CLASSES = (Activity.FEATURE, Activity.BUGFIX, Activity.MAINTENANCE, Activity.DOCS, Activity.CI)
_KNOWN = tomllib.loads(Path(__file__).with_name("activities.toml").read_text(encoding="utf-8"))
KINDS = {Kind(kind): Activity(activity) for kind, activity in _KNOWN["kinds"].items()}


class _Words:
    """Words that speak of activities, as a table of ``activities.toml`` has them."""

    def __init__(self, table: str) -> None:
        spelled = {Activity(name): rf"(?i)\b(?:{'|'.join(words)})\b" for name, words in _KNOWN[table].items()}
        self._patterns = {activity: re.compile(expression) for activity, expression in spelled.items()}
        self._signs = Signs({str(activity): expression for activity, expression in spelled.items()})

    def spoken_of(self, text: str) -> list[Activity]:
        """Return the activities of which a text speaks, in the order of the table."""
        if text.isascii():
            found = self._signs.found_in(text)
            return [activity for activity in self._patterns if activity in found] if found else []
        return [activity for activity, pattern in self._patterns.items() if pattern.search(text)]


_DECIDES, _SAYS, _LABELS, _TROUBLE = map(_Words, ("decides", "says", "labels", "trouble"))
# Authors' words for a change and maintainers' headings agree in 0.856 of 6,970 changes; a label is such a word. Against
# four other classes that is a log-odds of ln(0.856 / (0.144 / 4)).
_LABEL_WEIGHT = 3.2
_CI_PATH = re.compile(r"(?i)\.github/workflows/|\.circleci/|\.travis|azure-pipelines|tox\.ini|noxfile|codecov")
_MEETING_PATH = re.compile(r"(?:^|/)meetings?/", re.IGNORECASE)
_CLEARLY = 0.3  # log-odds by which a feature must be ahead of the next activity
_NEAR_CI = (Activity.MAINTENANCE, Activity.BUGFIX, Activity.FEATURE)
_TOKEN = re.compile(r"[a-z][a-z0-9_]*(?:['-][a-z]+)*|[^\x00-\x7f]|v?\d+(?:\.\d+)*")
_PREFIX = re.compile(r"^\s*(?:\[([^\]]{1,20})\]|([A-Za-z]{2,15})(?:\([^)]*\))?!?(?=:))")
# A fragment of a changelog says in its name what the change is: news/12.bugfix.rst.
_FRAGMENT = re.compile(
    r"(?i)(?:^|/)(?:news|newsfragments|changelog\.d|changes|changelog|upcoming_changes)/.{0,200}?[./-]"
    r"(feature|enhancement|enh|bugfix|bug|fix|docs?|misc|maintenance|removal|deprecation|internal|other|api|perf|"
    r"performance|improvement|change|new_feature|highlight|breaking|significant)s?\b"
)
_TITLE, _DESCRIPTION = 300, 400  # characters
_TOKENS = 40  # of a title
_PATHS = 100  # of a change
_PATH = 0.4  # scale of what paths tell: regularisation then trusts the title more where projects differ in their paths


def activity_of(row: Mapping[str, Any]) -> Activity:
    """Return the activity of a row of the contributions table; `other` where there is no evidence.

    >>> str(activity_of({"kind": "pull_request", "title": "Fix the CI", "files": [], "labels": []}))
    'ci'
    >>> str(activity_of({"kind": "pull_request", "title": "Qwertz", "files": [], "labels": []}))
    'other'
    """
    stated, kind, files = _text(row, "stated_activity"), _text(row, "kind"), row["files"]
    title = _text(row, "title")[:_TITLE]
    if stated and stated in list(Activity):
        return Activity(stated)
    if kind == Kind.TRIAGE and is_true(row.get("author_is_bot")):
        return Activity.MAINTENANCE  # merging what a bot keeps up to date
    if kind == Kind.COMMENT and is_in_forum(_text(row, "ref")):
        return Activity.TRIAGE  # answering what somebody else asked
    if kind in KINDS:
        return KINDS[Kind(kind)]
    said = _said(title)
    # A label such as "good first issue" counts only where the title does not say what kind of work it is.
    labels = "" if said else " ".join(row["labels"])[:_TITLE]
    if decided := _DECIDES.spoken_of(title) or (labels and _DECIDES.spoken_of(labels)):
        return decided[0]
    if files and all(_seen_in_path(path).is_of_meeting for path in files):
        return Activity.MEETING
    if not (found := scores(row)):
        return Activity.OTHER
    first, second = sorted(found, key=found.__getitem__, reverse=True)[:2]
    # A feature is a finding and must be clearly ahead.
    best = second if first is Activity.FEATURE and found[first] - found[second] < _CLEARLY else first
    if best is Activity.MAINTENANCE and files and all(_seen_in_path(path).is_test for path in files):
        return Activity.CI
    # Most changelogs call it maintenance where the title, or at least half of the paths, speak of CI.
    ci_paths = sum(_seen_in_path(path).is_ci for path in files)
    is_ci = said is Activity.CI or (ci_paths > 0 and 2 * ci_paths >= len(files))
    return Activity.CI if best in _NEAR_CI and is_ci else best


@lru_cache(maxsize=1)
def _said(title: str) -> Activity | None:
    return next(iter(_SAYS.spoken_of(title)), None)


def scores(row: Mapping[str, Any]) -> dict[Activity, float]:
    """Return the log-odds of each of the `CLASSES` for a contribution; nothing where no word or path is known."""
    weights = _weights()
    lines = [None if is_missing(row.get(name)) else max(int(row[name]), 0) for name in ("additions", "deletions")]
    names = features(_text(row, "title"), _text(row, "body"), row["files"], *lines)
    labels = " ".join(row["labels"])[:_TITLE]
    said = _LABELS.spoken_of(labels) if labels else []
    known = [(name, value, of) for name, value in names.items() if (of := weights.get(name))]
    if not said and not any(name.startswith(("word", "path", "prefix", "news")) for name, _, _ in known):
        return {}
    feature, bugfix, maintenance, docs, ci = weights["bias"]
    # One by one, since this takes half the time of a loop over the classes.
    for _, value, (of_feature, of_bugfix, of_maintenance, of_docs, of_ci) in known:
        feature += value * of_feature
        bugfix += value * of_bugfix
        maintenance += value * of_maintenance
        docs += value * of_docs
        ci += value * of_ci
    totals = zip(CLASSES, (feature, bugfix, maintenance, docs, ci), strict=True)
    return {activity: total + _LABEL_WEIGHT * (activity in said) for activity, total in totals}


def features(title: str, body: str, files: list[str], additions: int | None, deletions: int | None) -> dict[str, float]:
    """Return what the model sees of a change: name of a feature to its value."""
    found = _title_features(title[:_TITLE])
    if body and _TROUBLE.spoken_of(f"{title} {body[:_DESCRIPTION]}"):
        found["trouble"] = 1.0
    found |= _path_features(files[:_PATHS])
    if additions is not None and deletions is not None:
        found |= _size_features(additions, deletions)
    return found


def _title_features(title: str) -> dict[str, float]:
    found = _TOKEN.findall(title.casefold())[:_TOKENS]
    tokens = ["<number>" if token.lstrip("v")[:1].isdigit() else token for token in found]
    names = [f"word {token}" for token in tokens] + [f"words {first} {second}" for first, second in pairwise(tokens)]
    names += [f"first {token}" for token in tokens[:1]]
    if (":" in title or "]" in title) and (prefix := _PREFIX.match(title)):
        names.append(f"prefix {(prefix[1] or prefix[2]).casefold()}")
    if "`" in title:
        names.append("code in title")
    if said := _said(title):
        names.append(f"word says {said}")
    told = dict.fromkeys(names, 1.0)
    told["length of title"] = min(len(tokens), 20) / 20
    return told


def _path_features(files: list[str]) -> dict[str, float]:
    seen = [*map(_seen_in_path, files)]
    found = {f"news {path.fragment}": 1.0 for path in seen if path.fragment}
    paths = [path for path in seen if not path.fragment]
    if not paths:
        return found | {"no paths": 1.0}
    counts: dict[tuple[str, str], int] = {}
    for path in paths:
        for names in path.names:
            counts[names] = counts.get(names, 0) + 1
    for (of_some, of_all), count in counts.items():
        found[of_some] = _PATH * count / len(paths)
        if count == len(paths):
            found[of_all] = _PATH
    if tests := sum(path.is_test for path in paths):
        found["path tests alone" if tests == len(paths) else "path tests beside code"] = _PATH
    return found | {"files": _PATH * math.log1p(len(files)) / 4, f"files {min(len(files), 6)}": _PATH}


class _Path(NamedTuple):
    """What a path tells of the work."""

    fragment: str | None  # the kind of change, where it is the fragment of a changelog
    names: tuple[tuple[str, str], ...]  # of its features: where some paths of a change have them, and where all do
    is_test: bool
    is_ci: bool
    is_of_meeting: bool


@lru_cache(maxsize=10_000)
def _seen_in_path(path: str) -> _Path:
    folded, fragment = path.casefold(), _FRAGMENT.search(path)
    *folders, name = folded.split("/")
    ending, tests = name.rpartition(".")[2] if "." in name else "", {"test file"} if "test" in name else set()
    seen = {f"in {folder}" for folder in folders} | {f"named {name}", f"ending {ending}"} | tests
    names = tuple((f"path {one}", f"path all {one}") for one in sorted(seen))
    is_ci, is_of_meeting = bool(_CI_PATH.search(path)), bool(_MEETING_PATH.search(path))
    return _Path(fragment[1].casefold() if fragment else None, names, "test" in folded, is_ci, is_of_meeting)


def _size_features(additions: int, deletions: int) -> dict[str, float]:
    both = additions + deletions
    sizes = {"additions": math.log1p(additions) / 8, "deletions": math.log1p(deletions) / 8}
    sizes |= {"growth": (additions - deletions) / (both + 5), f"size {int(math.log2(both + 1))}": 1.0}
    return sizes | ({"only additions": 1.0} if deletions == 0 else {})


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


@cache
def _weights() -> dict[str, tuple[float, ...]]:
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        next(rows := csv.reader(file))
        return {name: tuple(map(float, cells)) for name, *cells in rows}
