"""The `git` source on the eight real histories, against figures counted with plain git."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import contribkit as ck
from contribkit.loaders import Data
from contribkit.loaders.git.commits import read_log
from contribkit.loaders.git.repository import Repository
from tests.helpers.repositories import REALSET, run_git

QUARTERS = {"2023-Q2": ("2023-04-01", "2023-07-01"), "2023-Q3": ("2023-07-01", "2023-10-01")}
SQUASH = r"\(#\d+\)"


class Count(NamedTuple):
    """What members merged in a quarter; ``own`` by the plain address alone, ``own_any`` by that with a number too."""

    merges: int
    own: int
    own_any: int
    squashes: int


# Sarah Gibson merged one pull request of her own a quarter through 44771837+sgibson91@users.noreply.github.com.
FACTS = {"2023-Q2": Count(58, 32, 33, 0), "2023-Q3": Count(55, 35, 36, 1)}
# Of at most 11 and 7 branches, all but these three were begun by bots; looked at one by one.
INSIDE = {
    "2023-Q2": {
        "jupyterhub/oauthenticator#586": "GeorgianaElena",
        "jupyterhub/team-compass#653": "yuvipanda",
        "jupyterhub/zero-to-jupyterhub-k8s#3084": "yuvipanda",
    },
    "2023-Q3": {},
}


@pytest.fixture(scope="module")
def org(real_clones: list[Path], tmp_path_factory: pytest.TempPathFactory) -> ck.Organisation:
    """The real organisation, with its records and the clones as sources."""
    folder = tmp_path_factory.mktemp("real")
    for name in ("contributions.jsonl", "references.jsonl"):
        shutil.copyfile(REALSET / name, folder / name)
    text = (REALSET / "contribkit.toml").read_text(encoding="utf-8")
    clones = f'\n[sources.git]\nclones = ["{real_clones[0].parent}/*"]\n'
    (folder / "contribkit.toml").write_text(text + clones, encoding="utf-8")
    return ck.Organisation.read(folder / "contribkit.toml")


@pytest.fixture(scope="module")
def data(org: ck.Organisation) -> Data:
    return ck.load(org, ck.Period("2023-Q2", org.timezone))


def counted(clones: list[Path], first: str, end: str) -> Count:
    """Count with nothing but `git log`, days in UTC, of HEAD."""
    with (REALSET / "contribkit.toml").open("rb") as file:
        teams = tomllib.load(file)["teams"]
    logins = {member["login"].casefold() for team in teams for member in team["members"]}
    merges = own = own_any = squashes = 0
    for clone in clones:
        log = run_git("-C", clone, "log", "-z", "--format=%ct %ae %p|%s", "HEAD").decode(errors="replace")
        for line in filter(None, log.split("\0")):
            facts, _, subject = line.partition("|")
            seconds, mail, *parents = facts.split(" ")
            if not first <= pd.Timestamp(int(seconds), unit="s").date().isoformat() < end:
                continue
            head = re.match(r"Merge pull request #\d+ from ([^/]+)/", subject)
            login = mail.casefold().partition("@users.noreply.github.com")[0]
            if len(parents) > 1 and head and head[1].casefold() in logins:
                merges += 1
                own += login == head[1].casefold()
                own_any += re.sub(r"^\d+\+", "", login) == head[1].casefold()
            elif len(parents) == 1 and re.search(SQUASH + "$", subject):
                squashes += re.sub(r"^\d+\+", "", login) in logins
    return Count(merges, own, own_any, squashes)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_plain_git_counts_the_figures_of_the_issue(real_clones: list[Path], quarter: str) -> None:
    assert len(real_clones) == 8
    assert counted(real_clones, *QUARTERS[quarter]) == FACTS[quarter]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_loader_finds_what_plain_git_counts(
    data: Data, real_clones: list[Path], org: ck.Organisation, quarter: str
) -> None:
    merged = data.threads[data.threads.source.str.contains("git") & (data.threads.kind == "pull_request")]
    first, end = (pd.Timestamp(day, tz="UTC") for day in QUARTERS[quarter])
    merged = merged[(merged.merged_at >= first) & (merged.merged_at < end) & merged.author.isin(org.members)]
    heads = merges_by_head(real_clones)
    owners = merged.ref.map(heads)
    outside = merged[[isinstance(head, str) and org.member(head) is not None for head in owners]]
    inside = merged[[isinstance(head, str) and org.member(head) is None for head in owners]]
    squashed = merged[owners.isna()]
    assert (len(outside), len(squashed)) == (FACTS[quarter].merges, FACTS[quarter].squashes)
    assert int((outside.merged_by == outside.author).sum()) == FACTS[quarter].own_any
    assert dict(zip(inside.ref, inside.author, strict=True)) == INSIDE[quarter]


def merges_by_head(clones: list[Path]) -> dict[str, str]:
    """Return the head owner of each merge commit's pull request, by thread."""
    heads = {}
    for clone in clones:
        for line in run_git("-C", clone, "log", "--merges", "--format=%s", "HEAD").decode(errors="replace").split("\n"):
            if match := re.match(r"Merge pull request #(\d+) from ([^/]+)/", line):
                heads[f"{clone.name.replace('+', '/')}#{match[1]}"] = match[2]
    return heads


def test_every_commit_of_the_histories_is_read(real_clones: list[Path]) -> None:
    for clone in real_clones:
        commits = read_log(Repository(clone))
        assert len(commits) == int(run_git("-C", clone, "rev-list", "--count", "HEAD"))
        plain = run_git("-C", clone, "log", "--topo-order", "--format=%H %at %ct", "HEAD").decode().splitlines()
        times = [(one.sha, one.authored, one.committed) for one in commits]
        told = [(sha, *(int(at.timestamp()) for at in both if at)) for sha, *both in times]
        assert [" ".join(map(str, one)) for one in told] == plain


@pytest.mark.parametrize("merge", ["jupyterhub/oauthenticator#719", "jupyterhub/kubespawner#724"])
def test_paths_are_those_that_differ_from_the_first_parent(real_clones: list[Path], merge: str) -> None:
    repo, _, number = merge.partition("#")
    clone = next(clone for clone in real_clones if clone.name == repo.replace("/", "+"))
    sha = (
        run_git("-C", clone, "log", "--format=%H", f"--grep=^Merge pull request #{number} from", "HEAD")
        .decode()
        .strip()
    )
    plain = run_git("-C", clone, "diff", "--name-only", "--no-renames", f"{sha}^1", sha).decode().splitlines()
    commit = next(commit for commit in read_log(Repository(clone)) if commit.sha == sha)
    assert commit.paths == plain
    assert len(plain) > 0


@pytest.mark.parametrize("quarter", ["2024-Q1", "2024-Q2"])
def test_opened_in_one_quarter_and_merged_in_the_next(data: Data, org: ck.Organisation, quarter: str) -> None:
    rows = data.fold(ck.Period(quarter, org.timezone))
    mine = rows[rows.id == "jupyterhub/oauthenticator#719@yuvipanda:pull_request"]
    assert len(mine) == 1
    one = mine.iloc[0]
    assert one.merged_at.date().isoformat() == "2024-04-26"
    assert one.happened_at.date().isoformat() == {"2024-Q1": "2024-01-20", "2024-Q2": "2024-04-26"}[quarter]
    judged = ck.classify(mine, data.references, org).nested().iloc[0]
    assert (judged.lead, judged.stakeholder) == ("stakeholder", "EarthScope")
    assert any("2i2c-org/infrastructure" in str(reason) for reason in judged.reasons)


@pytest.mark.parametrize("ref", ["jupyterhub/team-compass#4", "jupyterhub/kubespawner#12", "jupyterhub/binderhub#2"])
def test_pull_requests_inside_forks_are_nobodys_here(data: Data, ref: str) -> None:
    threads = data.threads.set_index("ref")
    assert ref not in threads.index


def test_bots_branches_are_no_persons(data: Data) -> None:
    threads = data.threads[(data.threads.source == "git") & (data.threads.kind == "pull_request")]
    bots = threads[threads.author_is_bot.fillna(False)]
    assert len(bots) > 500
    assert not bots.author.isin(data.organisation.members).any()


def test_releases_are_their_taggers(data: Data, real_clones: list[Path]) -> None:
    tags = sum(len(run_git("-C", clone, "tag", "--list").decode().split()) for clone in real_clones)
    releases = data.threads[(data.threads.kind == "release") & (data.threads.source == "git")]
    assert abs(len(releases) - tags) < 20  # records know some of them too
    assert len(data.acts[(data.acts.act == "released") & (data.acts.source == "git")]) > 50
