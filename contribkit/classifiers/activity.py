"""What sort of work a contribution is: from its kind, paths, labels and words."""

import re
from collections.abc import Mapping
from typing import Any

from contribkit.tables import is_true
from contribkit.vocabulary import Activity, Kind

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

# Words of a title or GitHub label, in the order in which they decide. The narrow ones win over paths: notes of a
# meeting lie in the documentation, and are no documentation.
_NARROW: list[tuple[Activity, str]] = [
    (
        Activity.RELEASE,
        r"changelog|version bump|bump (?:the )?version|bump to v?\d|prepare v?\d|releasing|"
        r"release (?:notes?|pr|workflow|v?\d)|"
        r"(?:make|cut|prepare|publish) (?:a |the )?(?:new )?release|v?\d{1,9}\.\d{1,9}\S{0,20} release",
    ),
    (Activity.MEETING, r"meeting|collab(?:oration)? caf[eé]|agenda|minutes|office hours"),
    (
        Activity.STRATEGY,
        r"strategy|roadmap|governance|team charter|steering|fund(?:s|ing)?|voting|enhancement proposal|subproject|"
        r"team members?|organi[sz]ation",
    ),
    (Activity.ONBOARDING, r"onboarding|outreachy|good first issue|mentor(?:ing|ship)|new contributors?"),
    (
        Activity.CI,
        r"ci|github actions?|workflows?|pre-?commit|flaky|(?:fix|failing|broken) tests?|tests? fail\w*|linkcheck|"
        r"link checker|test matrix",
    ),
]
_WIDE: list[tuple[Activity, str]] = [
    (
        Activity.DOCS,
        r"docs?|documentation|documenting|readme|readthedocs|tutorials?|docstrings?|typos?|faq|how-?to",
    ),
    (
        Activity.BUGFIX,
        r"bug ?fix|bug|fix(?:es|ed)?|regression|crash\w*|errors?|broken|breaks|repair\w*|correct(?:s|ly)?",
    ),
    (
        Activity.MAINTENANCE,
        r"bump|upgrade|update|deprecat\w+|remove|drop|refactor\w*|clean[- ]?up|rename|maintenance|unpin|pin|get rid of|"
        r"instead of|unify|moderni[sz]e|migrate",
    ),
    (
        Activity.FEATURE,
        r"add|allow|support|enhancement|feature|new|introduce|implement|let|option|configurable|make \w+ possible",
    ),
]
# What a description says of something that does not work.
_TROUBLE = re.compile(
    r"\b(?:fail(?:s|ed|ing)?|errors?|exception|traceback|crash\w*|broken|wrong\w*|leak\w*|bug|problems?|does not work|"
    r"stopped|report about)\b",
    re.IGNORECASE,
)

# Paths, and which part of a change must lie in them: a change of the documentation touches a module now and then,
# but a feature has tests.
_PATHS = [
    (activity, re.compile(pattern, re.IGNORECASE), part)
    for activity, pattern, part in (
        (
            Activity.CI,
            r"\.github/workflows/|\.circleci/|\.travis|\.pre-commit-config|azure-pipelines|tox\.ini|noxfile|codecov",
            0.5,
        ),
        (Activity.RELEASE, r"(?:^|/)(?:changelog|changes|history|release)\b", 1.0),
        (Activity.MEETING, r"(?:^|/)meetings?/", 1.0),
        (
            Activity.MAINTENANCE,
            r"requirements[^/]*\.txt$|\.lock$|-lock\.|setup\.(?:cfg|py)$|pyproject\.toml$|\.gitignore$|\.nix$|"
            r"\.devcontainer/|\.editorconfig$|\.vscode/",
            1.0,
        ),
        (Activity.DOCS, r"^docs?/|(?:^|/)readme|\.(?:md|rst|ipynb)$", 0.66),
        (Activity.CI, r"(?:^|/)tests?/|(?:^|/)test_[^/]*$|conftest", 1.0),
    )
]
# Fragments of a changelog come with every change, and tell nothing of it.
_FRAGMENT = re.compile(r"^\.changeset/|(?:^|/)(?:news|newsfragments|changelog\.d)/", re.IGNORECASE)


def _compiled(words: list[tuple[Activity, str]]) -> list[tuple[Activity, re.Pattern[str]]]:
    return [(activity, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for activity, pattern in words]


_NARROW_PATTERNS, _WIDE_PATTERNS = _compiled(_NARROW), _compiled(_WIDE)


def activity_of(row: Mapping[str, Any]) -> Activity:
    """Return the activity of a contribution; `other` where nothing tells.

    Examples
    --------
    >>> str(activity_of({"kind": "pull_request", "title": "Fix the CI", "files": [], "labels": []}))
    'ci'
    """
    stated, kind, title = (_text(row, name) for name in ("stated_activity", "kind", "title"))
    if stated in list(Activity):
        return Activity(stated)
    if kind == Kind.TRIAGE and is_true(row.get("author_is_bot")):
        return Activity.MAINTENANCE  # merging what a bot keeps up to date
    if kind in KINDS:
        return KINDS[Kind(kind)]
    labels = " ".join(row["labels"])[:300]
    return (
        _by_words(title[:300], _NARROW_PATTERNS)
        or _by_paths(row["files"])
        or _by_words(title[:300], _WIDE_PATTERNS)
        or _by_words(labels, [*_NARROW_PATTERNS, *_WIDE_PATTERNS])
        or _by_default(kind, f"{title} {_text(row, 'body')[:400]}")
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _by_paths(files: list[str]) -> Activity | None:
    files = [path for path in files if not _FRAGMENT.search(path)]
    for known, pattern, part in _PATHS:
        if files and sum(bool(pattern.search(path)) for path in files) >= part * len(files):
            return known
    return None


def _by_words(words: str, patterns: list[tuple[Activity, re.Pattern[str]]]) -> Activity | None:
    return next((known for known, pattern in patterns if pattern.search(words)), None)


def _by_default(kind: str, words: str) -> Activity:
    """Return what a change or a wish is that is none of the others: it repairs something, or adds to it."""
    if kind not in (Kind.PULL_REQUEST, Kind.ISSUE):
        return Activity.OTHER
    return Activity.BUGFIX if _TROUBLE.search(words) else Activity.FEATURE
