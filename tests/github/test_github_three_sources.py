"""GraphQL, a database of github-to-sqlite and git clones of one world tell the same acts, as far as each can."""

import re
from collections.abc import Iterator

import pandas as pd
import pytest

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.loaders import git, github, github_to_sqlite, load
from contribkit.loaders.source import Loaded
from contribkit.loaders.union import canonical
from tests.github.completeness import present_name
from tests.github.emulator import Emulator
from tests.github.workload import Workload
from tests.github.written import write_clones, write_database

pytestmark = pytest.mark.usefixtures("github_schema")

Act = tuple[str, str, str, pd.Timestamp]  # thread, person, act, time
NO_EVENTS = "github-to-sqlite asks for no events: who labelled, assigned, closed or the like is not in its tables"
NO_MERGER = "a list of pull requests does not say who merged: the author stands in"
MERGES_ONLY = "a clone holds merged pull requests and tags; all else that happens in a thread leaves no trace in git"
DATABASE, CLONES = 'github_to_sqlite]\ndatabases = ["github.db"]', 'git]\nclones = ["clones/*"]'
EVENTS = ("labelled", "unlabelled", "assigned", "closed", "milestoned", "transferred")
DISCUSSED = "in a discussion"
# What a source does not tell, by source and act, and why that is right.
LACKS = {
    **dict.fromkeys([("sqlite", act) for act in EVENTS], NO_EVENTS),
    ("sqlite", DISCUSSED): "github-to-sqlite has no command for discussions",
    ("sqlite", "reviewed"): "github-to-sqlite has no command for reviews",
    ("sqlite", "merged"): NO_MERGER,
    ("sqlite", "created"): "who made a repository is inferred from its first commits, which were not asked for here",
    **dict.fromkeys([("git", act) for act in ("opened", "commented", "reviewed", DISCUSSED, *EVENTS)], MERGES_ONLY),
    ("git", "created"): "git does not know when a repository was made on GitHub",
}
# What a source tells that GraphQL does not, and why that is right.
MORE = {
    ("sqlite", "merged"): NO_MERGER,
    ("git", "merged"): "that a pull request was merged is told as its author's act too",
}

# Where git tells another reference than GraphQL, and why that is right.
NOT_IN_GIT = "what an upstream thread says is not in its clone: a citation of ours there is not seen"
Tie = tuple[str, str, str]  # upstream thread, repository or thread of the own side, direction


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workload, Organisation]]:
    """A world that is served, its clones and its database, and the organisation with GraphQL alone."""
    workload, folder = Workload.small(), tmp_path_factory.mktemp("three")
    with Emulator(workload) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", server.token)
        write_clones(workload, folder / "clones")
        write_database(server, folder / "github.db")
        yield workload, workload.organisation(folder, server.url)


@pytest.fixture(scope="module")
def answers(home: tuple[Workload, Organisation]) -> dict[str, Loaded]:
    """What each source tells of the period."""
    workload, org = home
    found = {
        "graphql": github.load(org, workload.period),
        "sqlite": github_to_sqlite.load(only(org, DATABASE), workload.period),
        "git": git.load(only(org, CLONES), workload.period),
    }
    assert not [sentence for one in found.values() for sentence in one.broken]
    return found


@pytest.fixture(scope="module")
def told(home: tuple[Workload, Organisation], answers: dict[str, Loaded]) -> dict[str, set[Act]]:
    """The acts of the period from each source."""
    workload, org = home
    return {name: acts(loaded, org, workload) for name, loaded in answers.items()}


def only(org: Organisation, source: str) -> Organisation:
    """Return the same organisation with one source."""
    text = re.sub(r"\[sources\.github\]\n(?:\w.*\n)*", f"[sources.{source}\n", org.path.read_text(encoding="utf-8"))
    path = org.path.with_name(f"{source.partition(']')[0]}.toml")
    path.write_text(text, encoding="utf-8")
    return Organisation.read(path)


def acts(loaded: Loaded, org: Organisation, workload: Workload) -> set[Act]:
    found = loaded.acts[(loaded.acts["at"] >= workload.period.start) & (loaded.acts["at"] < workload.period.end)]
    refs = [casefold_id(present_name(str(ref), workload)) for ref in found["ref"]]
    discussed = {one.ref.lower() for one in workload.discussions}
    kinds = [DISCUSSED if ref in discussed else act for ref, act in zip(refs, found["act"], strict=True)]
    return set(zip(refs, canonical(found["actor"], org), kinds, found["at"], strict=True))


def ties(loaded: Loaded, workload: Workload, of: str) -> set[Tie]:
    """Return the references, their places on the own side by a column."""
    columns = (loaded.references[name] for name in ("ref", of, "direction"))
    named = (
        (present_name(str(ref), workload), str(place), direction)
        for ref, place, direction in zip(*columns, strict=True)
    )
    return {(casefold_id(ref), casefold_id(place), direction) for ref, place, direction in named}


def test_the_own_side_says_the_same_in_threads_and_in_commits_but_for_what_git_cannot_know(
    answers: dict[str, Loaded], home: tuple[Workload, Organisation]
) -> None:
    by_thread = {name: ties(answers[name], home[0], "id") for name in ("graphql", "sqlite")}
    assert {direction for *_, direction in by_thread["graphql"]} == {"in", "out"}
    assert by_thread["sqlite"] == by_thread["graphql"]
    by_place = {name: ties(answers[name], home[0], "source") for name in ("graphql", "git")}
    assert {direction for *_, direction in by_place["graphql"] - by_place["git"]} == {"out"}, NOT_IN_GIT
    assert by_place["git"] == {tie for tie in by_place["graphql"] if tie[2] == "in"}


@pytest.mark.parametrize("source", ["sqlite", "git"])
def test_each_act_is_the_same_but_for_what_a_source_cannot_know(told: dict[str, set[Act]], source: str) -> None:
    # Threads without a member's act are left out by GraphQL alone, which does not ask for them.
    threads = {ref for ref, *_ in told["graphql"]}
    here = {act for act in told[source] if act[0] in threads}
    lacking, more = told["graphql"] - here, here - told["graphql"]
    assert {(source, act) for _, _, act, _ in lacking} == {place for place in LACKS if place[0] == source}
    assert {(source, act) for _, _, act, _ in more} == {place for place in MORE if place[0] == source}
    assert here & told["graphql"]


def test_what_stands_in_for_an_unknown_merger_is_the_author(told: dict[str, set[Act]]) -> None:
    opened = {ref: who for ref, who, act, _ in told["sqlite"] if act == "opened"}
    for source in ("sqlite", "git"):
        more = [act for act in told[source] - told["graphql"] if act[2] == "merged" and act[0] in opened]
        assert more
        assert all(opened[ref] == who for ref, who, _, _ in more)


def test_three_sources_at_once_tell_each_contribution_once(home: tuple[Workload, Organisation]) -> None:
    workload, org = home
    path = org.path.with_name("all.toml")
    path.write_text(
        f"{org.path.read_text(encoding='utf-8')}\n[sources.{DATABASE}\n[sources.{CLONES}\n", encoding="utf-8"
    )
    one, all_three = (load(each, workload.period) for each in (org, Organisation.read(path)))
    assert set(all_three.contributions["id"].map(casefold_id)) == set(one.contributions["id"].map(casefold_id))
    assert not all_three.acts.duplicated(["ref", "actor", "act", "at"]).any()
    assert any("github+" in str(source) for source in all_three.threads["source"])
