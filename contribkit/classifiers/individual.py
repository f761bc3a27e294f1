"""Rules that speak for individual-led, or against upstream-led for what only looks like it."""

import re
from collections.abc import Iterator

import pandas as pd

from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.ids import casefold_id, links, repository_of, thread_url
from contribkit.vocabulary import Activity, Kind, Lead

_ITCH = re.compile(
    r"\b(?:my (?:own|personal|laptop|machine|setup|set-up|blog|website|workflow|editor)|on my (?:machine|laptop)|"
    r"personal(?:ly)? (?:use|project)|for fun|side project|scratch(?:es|ing)? an? itch|pet peeve)\b",
    re.IGNORECASE,
)
# What only the person who works with such tools needs.
_OWN_TOOLS = re.compile(
    r"(?:^|/)(?:\.(?:devcontainer|vscode|idea|helix|zed)/|"
    r"(?:flake\.(?:nix|lock)|(?:shell|default)\.nix|\.envrc|\.editorconfig|[^/]*\.code-workspace)$)",
    re.IGNORECASE,
)
_SHORT = 200  # characters of a remark that answers and no more


def not_a_member_then(case: Case) -> Iterator[Reason]:
    """It was done on a day on which the person did not belong to the organisation."""
    when = case.row.get("happened_at")
    if isinstance(when, pd.Timestamp) and not pd.isna(when) and case.organisation.member(case.text("actor")):
        day = when.tz_convert(case.organisation.timezone).date()
        if not case.organisation.is_member_on(case.text("actor"), day):
            yield Reason(
                "not a member then", Lead.INDIVIDUAL, 9.0, f"done on {day}, outside the dates of membership", str(day)
            )


def own_itch(case: Case) -> Iterator[Reason]:
    """The actor says that it serves their own set-up or interest."""
    if match := _ITCH.search(case.own_words):
        yield Reason(
            "own itch", Lead.INDIVIDUAL, 1.8, "it speaks of the person's own use", match[0], case.text("url") or None
        )


def own_tools(case: Case) -> Iterator[Reason]:
    """All that it touches is the set-up of one person's tools."""
    files = case.row["files"]
    if files and not case.mentions and all(_OWN_TOOLS.search(path) for path in files):
        yield Reason("own tools", Lead.INDIVIDUAL, 1.6, "it touches only the set-up of a person's tools", files[0])


def own_project(case: Case) -> Iterator[Reason]:
    """It happens in a repository of a member's own, points at one, or lies outside the projects that are looked at."""
    members = {casefold_id(login) for login in case.organisation.members}
    for ref in (case.ref, *case.row["links_out"]):
        repo = repository_of(ref)
        if repo and casefold_id(repo.split("/")[0]) in members:
            weight = 2.6 if ref == case.ref else 2.3
            yield Reason(
                "own project", Lead.INDIVIDUAL, weight, "a repository of the person's own", repo, thread_url(ref)
            )
            return
    if repository_of(case.ref) and not case.organisation.is_in_scope(repository_of(case.ref)):
        because = "it lies outside the upstream projects"
        yield Reason("outside the projects", Lead.INDIVIDUAL, 1.4, because, case.text("repo"), case.text("url") or None)


def new_project(case: Case) -> Iterator[Reason]:
    """A new repository in an upstream organisation is somebody's idea until something else tells."""
    if case.text("kind") == Kind.REPOSITORY and not case.mentions:
        yield Reason(
            "new project",
            Lead.INDIVIDUAL,
            1.6,
            "a new project, and nothing on our own side asked for it",
            case.text("title"),
        )


def reactive(case: Case) -> Iterator[Reason]:
    """A one-off answer that follows no goal."""
    short = sum(map(len, case.row["remarks"])) <= _SHORT
    once = (case.row.get("acts") or 1) <= 1
    pointing = any(links(remark) for remark in case.row["remarks"])
    if case.text("kind") == Kind.COMMENT and once and short and not pointing and not case.mentions:
        yield Reason("reactive", Lead.INDIVIDUAL, 1.2, "a single short answer, tied to no goal", case.text("title"))


def major_feature(case: Case) -> Iterator[Reason]:
    """A feature that nothing on the organisation's own side explains is not upstream-led for being upstream."""
    if case.activity == Activity.FEATURE and not case.mentions:
        yield Reason(
            "feature without evidence",
            Lead.UPSTREAM,
            -0.8,
            "a feature, and nothing tells who asked for it",
            case.text("title"),
        )
