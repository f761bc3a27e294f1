"""What sort of work a contribution is: from its kind, paths, labels and words."""

import re

from contribkit.classifiers.case import Case
from contribkit.tables import is_true
from contribkit.vocabulary import Activity, Kind

# By kind alone, where nothing below says otherwise.
_KINDS = {
    Kind.RELEASE: Activity.RELEASE,
    Kind.REPOSITORY: Activity.NEW_PROJECT,
    Kind.MEETING: Activity.MEETING,
    Kind.MENTORING: Activity.ONBOARDING,
    Kind.REVIEW: Activity.REVIEW,
    Kind.TRIAGE: Activity.TRIAGE,
    Kind.COMMENT: Activity.COMMENT,
}

# Words of a title or GitHub label, in the order in which they decide: the narrow before the wide.
_WORDS: list[tuple[Activity, str]] = [
    (Activity.RELEASE, r"releas(?:e|es|ing)|changelog|version bump|bump (?:the )?version|bump to v?\d|prepare v?\d"),
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
        r"bump|upgrade|update|deprecat\w+|remove|drop|refactor\w*|clean[- ]?up|rename|maintenance|unpin|pin",
    ),
    (
        Activity.FEATURE,
        r"add|allow|support|enhancement|feature|new|introduce|implement|let|option|configurable|make \w+ possible",
    ),
]
_PATTERNS = [(activity, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for activity, words in _WORDS]

# Paths that decide where all of a change lies in them.
_PATHS = [
    (activity, re.compile(pattern, re.IGNORECASE))
    for activity, pattern in (
        (
            Activity.CI,
            r"\.github/workflows/|\.circleci/|\.travis|\.pre-commit-config|azure-pipelines|tox\.ini|noxfile|codecov",
        ),
        (Activity.RELEASE, r"(?:^|/)(?:changelog|changes|history|release)\b"),
        (Activity.DOCS, r"^docs?/|(?:^|/)readme|\.(?:md|rst|ipynb)$"),
        (Activity.CI, r"(?:^|/)tests?/|(?:^|/)test_[^/]*$|conftest"),
        (
            Activity.MAINTENANCE,
            r"requirements[^/]*\.txt$|\.lock$|-lock\.|setup\.(?:cfg|py)$|pyproject\.toml$|\.gitignore$",
        ),
    )
]

UPKEEP = frozenset({
    Activity.RELEASE, Activity.REVIEW, Activity.ONBOARDING, Activity.CI, Activity.DOCS, Activity.MEETING,
    Activity.STRATEGY, Activity.TRIAGE, Activity.MAINTENANCE,
})  # fmt: skip
"""Activities that serve a project's own needs, whoever does them."""


def activity(case: Case) -> Activity:
    """Return the activity of a contribution; `other` where nothing tells.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> row = {"kind": "pull_request", "title": "Fix the CI", "files": [], "labels": []}
    >>> str(activity(Case(row, Organisation.read_sample())))
    'ci'
    """
    said = case.logged("activity")
    if said in list(Activity):
        return Activity(said)
    kind = case.text("kind")
    if kind == Kind.TRIAGE and is_true(case.row.get("author_is_bot")):
        return Activity.MAINTENANCE  # merging what a bot keeps up to date
    if kind in _KINDS:
        return _KINDS[Kind(kind)]
    known = _by_paths(case.row["files"]) or _by_words(case.text("title"), case.row["labels"])
    if known is Activity.OTHER and kind == Kind.PULL_REQUEST:
        return Activity.FEATURE  # what a pull request does that is none of the above changes what a project can do
    return known


def _by_paths(files: list[str]) -> Activity | None:
    if not files:
        return None
    for known, pattern in _PATHS:
        if all(pattern.search(path) for path in files):
            return known
    return None


def _by_words(title: str, labels: list[str]) -> Activity:
    for words in (title[:300], " ".join(labels)[:300]):
        for known, pattern in _PATTERNS:
            if pattern.search(words):
                return known
    return Activity.OTHER
