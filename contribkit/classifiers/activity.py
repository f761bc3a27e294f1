"""What sort of work a contribution is: from its kind, its title, the paths and lines it changed, and its labels.

Five activities (feature, bug fix, maintenance, docs, CI) are told apart by a linear model whose weights lie beside this
module in ``activity_weights.csv``. ``python -m benchmarks.activity`` fits them on titles of real pull requests and the
headings under which the projects' own maintainers filed them.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity, Kind

WEIGHTS = Path(__file__).with_name("activity_weights.csv")
CLASSES = (Activity.FEATURE, Activity.BUGFIX, Activity.MAINTENANCE, Activity.DOCS, Activity.CI)
"""The activities between which the model decides, in the order of the columns of `WEIGHTS`."""
KINDS = {
    Kind.RELEASE: Activity.RELEASE,
    Kind.REPOSITORY: Activity.NEW_PROJECT,
    Kind.MEETING: Activity.MEETING,
    Kind.MENTORING: Activity.ONBOARDING,
    Kind.REVIEW: Activity.REVIEW,
    Kind.TRIAGE: Activity.TRIAGE,
    Kind.COMMENT: Activity.COMMENT,
}
"""Activities by the kind of the act alone, where nothing says otherwise."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


# Changelogs do not list these, so no weights can be learned: words of a title, in the order in which they decide.
_DECIDES = {
    Activity.RELEASE: _words(
        r"RLS|version bump|bump (?:the )?version|bump to v?\d|prepare v?\d|releasing|release (?:notes?|pr|v?\d)|"
        r"(?:make|cut|prepare|publish) (?:a |the )?(?:new )?release|v?\d{1,9}\.\d{1,9}\S{0,20} release|"
        r"start of the \w+ release|changelog for v?\d[\w.]*|(?:branch|release) [\"']?\w+[\"']? (?:branch|release)"
    ),
    Activity.MEETING: _words(r"meeting|collab(?:oration)? caf[eé]|agenda|minutes|office hours"),
    Activity.STRATEGY: _words(
        r"strategy|roadmap|governance|team charter|steering|fund(?:s|ing)?|voting|enhancement proposal|subproject|"
        r"team members?|organi[sz]ation"
    ),
    Activity.ONBOARDING: _words(r"onboarding|outreachy|good first issue|mentor(?:ing|ship)|new contributors?"),
}
# What words of a title say, the first that applies. On their own they are right for six titles in ten, since "add" may
# add a test and "fix" a typo: the model weighs them.
_SAYS = {
    Activity.CI: _words(
        r"ci|github actions?|gh (?:actions?|runners?)|workflows?|flaky|(?:fix|failing|broken) tests?|tests? fail\w*|"
        r"linkcheck|test matrix"
    ),
    Activity.DOCS: _words(
        r"docs?|documentation|documenting|readme|readthedocs|tutorials?|docstrings?|typos?|faq|how-?to"
    ),
    Activity.BUGFIX: _words(
        r"bug ?fix|bug|fix(?:es|ed)?|regression|crash\w*|errors?|broken|breaks|repair\w*|correct(?:s|ly)?"
    ),
    Activity.MAINTENANCE: _words(
        r"bump|upgrade|update|deprecat\w+|remove|drop|refactor\w*|clean[- ]?up|rename|maintenance|unpin|pin|"
        r"get rid of|instead of|unify|moderni[sz]e|migrate"
    ),
    Activity.FEATURE: _words(
        r"add|allow|support|enhancement|feature|new|introduce|implement|let|option|configurable|make \w+ possible"
    ),
}
_LABELS = {
    Activity.BUGFIX: _words(r"bug|bugfix|regression|crash"),
    Activity.FEATURE: _words(r"enhancement|feature|new feature"),
    Activity.DOCS: _words(r"docs?|documentation"),
    Activity.MAINTENANCE: _words(r"maintenance|dependencies|refactor\w*|tech(?:nical)? debt|chore"),
    Activity.CI: _words(r"ci|continuous integration"),
}
# Authors' words for a change and maintainers' headings agree in 0.856 of 6,970 changes; a label is such a word. Against
# four other classes that is a log-odds of ln(0.856 / (0.144 / 4)).
_LABEL_WEIGHT = 3.2
_CI_PATH = re.compile(
    r"\.github/workflows/|\.circleci/|\.travis|azure-pipelines|tox\.ini|noxfile|codecov", re.IGNORECASE
)
_MEETING_PATH = re.compile(r"(?:^|/)meetings?/", re.IGNORECASE)
_TROUBLE = _words(
    r"fail(?:s|ed|ing)?|errors?|exception|traceback|crash\w*|broken|wrong\w*|leak\w*|bug|problems?|does not work|"
    r"stopped|report about"
)
_CLEARLY = 0.3  # log-odds by which a feature must be ahead of the next activity
_NEAR_CI = (Activity.MAINTENANCE, Activity.BUGFIX, Activity.FEATURE)
_TOKEN = re.compile(r"[a-z][a-z0-9_]*(?:['-][a-z]+)*|[^\x00-\x7f]|v?\d+(?:\.\d+)*")
_PREFIX = re.compile(r"^\s*(?:\[([^\]]{1,20})\]|([A-Za-z]{2,15})(?:\([^)]*\))?!?(?=:))")
# A fragment of a changelog says in its name what the change is: news/12.bugfix.rst.
_FRAGMENT = re.compile(
    r"(?:^|/)(?:news|newsfragments|changelog\.d|changes|changelog|upcoming_changes)/.{0,200}?[./-]"
    r"(feature|enhancement|enh|bugfix|bug|fix|docs?|misc|maintenance|removal|deprecation|internal|other|api|perf|"
    r"performance|improvement|change|new_feature|highlight|breaking|significant)s?\b",
    re.IGNORECASE,
)
_TITLE, _DESCRIPTION = 300, 400  # characters
_TOKENS = 40  # of a title
_PATHS = 100  # of a change
_PATH = 0.4  # scale of what paths tell: regularisation then trusts the title more where projects differ in their paths


def activity_of(row: Mapping[str, Any]) -> Activity:
    """Return the activity of a row of the contributions table; `other` where there is no evidence.

    Examples
    --------
    >>> str(activity_of({"kind": "pull_request", "title": "Fix the CI", "files": [], "labels": []}))
    'ci'
    >>> str(activity_of({"kind": "pull_request", "title": "Qwertz", "files": [], "labels": []}))
    'other'
    """
    stated, kind, title = (_text(row, name) for name in ("stated_activity", "kind", "title"))
    title, files = title[:_TITLE], row["files"]
    if stated in list(Activity):
        return Activity(stated)
    if kind == Kind.TRIAGE and is_true(row.get("author_is_bot")):
        return Activity.MAINTENANCE  # merging what a bot keeps up to date
    if kind in KINDS:
        return KINDS[Kind(kind)]
    said = _first(_SAYS, title)
    # A label such as "good first issue" counts only where the title does not say what kind of work it is.
    if decided := _first(_DECIDES, title) or _first(_DECIDES, "" if said else " ".join(row["labels"])[:_TITLE]):
        return decided
    if files and all(_MEETING_PATH.search(path) for path in files):
        return Activity.MEETING
    found = scores(row)
    if not found:
        return Activity.OTHER
    first, second = sorted(found, key=found.__getitem__, reverse=True)[:2]
    # A feature is a finding and must be clearly ahead.
    best = second if first is Activity.FEATURE and found[first] - found[second] < _CLEARLY else first
    if best is Activity.MAINTENANCE and files and all("test" in path.casefold() for path in files):
        return Activity.CI
    # Most changelogs call it maintenance where the title, or at least half of the paths, speak of CI.
    ci_paths = sum(bool(_CI_PATH.search(path)) for path in files)
    is_ci = said is Activity.CI or (ci_paths > 0 and 2 * ci_paths >= len(files))
    return Activity.CI if best in _NEAR_CI and is_ci else best


def _first(patterns: Mapping[Activity, re.Pattern[str]], text: str) -> Activity | None:
    """Return the first activity of which a text speaks."""
    return next((activity for activity, pattern in patterns.items() if pattern.search(text)), None)


def scores(row: Mapping[str, Any]) -> dict[Activity, float]:
    """Return the log-odds of each of the `CLASSES` for a contribution; nothing where no word or path is known."""
    weights = _weights()
    lines = [None if is_missing(row.get(name)) else max(int(row[name]), 0) for name in ("additions", "deletions")]
    names = features(_text(row, "title"), _text(row, "body"), row["files"], (lines[0], lines[1]))
    labels = " ".join(row["labels"])[:_TITLE]
    said = [activity for activity, pattern in _LABELS.items() if pattern.search(labels)]
    known = [(name, value) for name, value in names.items() if name in weights]
    if not said and not any(name.startswith(("word", "path", "prefix", "news")) for name, _ in known):
        return {}
    totals = dict(zip(CLASSES, weights["bias"], strict=True))
    for name, value in known:
        for activity, weight in zip(CLASSES, weights[name], strict=True):
            totals[activity] += weight * value
    return {activity: total + _LABEL_WEIGHT * (activity in said) for activity, total in totals.items()}


def features(
    title: str, body: str, files: Iterable[str], lines: tuple[int | None, int | None] = (None, None)
) -> dict[str, float]:
    """Return what the model sees of a change: name of a feature to its value."""
    trouble = {"trouble": 1.0} if body and _TROUBLE.search(f"{title} {body[:_DESCRIPTION]}") else {}
    return _title_features(title[:_TITLE]) | trouble | _path_features(list(files)[:_PATHS]) | _size_features(*lines)


def _title_features(title: str) -> dict[str, float]:
    tokens = ["<number>" if token.lstrip("v")[:1].isdigit() else token for token in _TOKEN.findall(title.casefold())]
    tokens = tokens[:_TOKENS]
    names = [f"word {token}" for token in tokens]
    names += [f"words {first} {second}" for first, second in pairwise(tokens)]
    names += [f"first {token}" for token in tokens[:1]]
    if prefix := _PREFIX.match(title):
        names.append(f"prefix {(prefix[1] or prefix[2]).casefold()}")
    if "`" in title:
        names.append("code in title")
    if said := _first(_SAYS, title):
        names.append(f"word says {said}")
    return dict.fromkeys(names, 1.0) | {"length of title": min(len(tokens), 20) / 20}


def _path_features(files: list[str]) -> dict[str, float]:
    fragments = [(path, _FRAGMENT.search(path)) for path in files]
    found = {f"news {match[1].casefold()}": 1.0 for _, match in fragments if match}
    paths = [path.casefold() for path, match in fragments if not match]
    if not paths:
        return found | {"no paths": 1.0}
    counts = Counter(name for path in paths for name in _path_names(path))
    for name, count in counts.items():
        found[f"path {name}"] = _PATH * count / len(paths)
        if count == len(paths):
            found[f"path all {name}"] = _PATH
    if tests := sum("test" in path for path in paths):
        found["path tests alone" if tests == len(paths) else "path tests beside code"] = _PATH
    return found | {"files": _PATH * math.log1p(len(files)) / 4, f"files {min(len(files), 6)}": _PATH}


def _path_names(path: str) -> set[str]:
    *folders, name = path.split("/")
    ending = name.rpartition(".")[2] if "." in name else ""
    tests = {"test file"} if "test" in name else set()
    return {f"in {folder}" for folder in folders} | {f"named {name}", f"ending {ending}"} | tests


def _size_features(additions: int | None, deletions: int | None) -> dict[str, float]:
    if additions is None or deletions is None:
        return {}
    both = additions + deletions
    sizes = {
        "additions": math.log1p(additions) / 8,
        "deletions": math.log1p(deletions) / 8,
        "growth": (additions - deletions) / (both + 5),
        f"size {int(math.log2(both + 1))}": 1.0,
    }
    return sizes | ({"only additions": 1.0} if deletions == 0 else {})


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


@cache
def _weights() -> dict[str, tuple[float, ...]]:
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        next(rows := csv.reader(file))
        return {name: tuple(map(float, cells)) for name, *cells in rows}
