"""The `git` source on upstream projects: pull requests, releases and persons, read from real repositories."""

import os
from pathlib import Path

import pandas as pd
import pytest

from contribkit.ids import unidentified
from contribkit.loaders import Data, git
from tests.helpers.repositories import (
    ADA,
    BOB,
    CONFIGURATION,
    DEPENDABOT,
    STRANGER,
    Invented,
    loaded,
    organisation,
    run_git,
)

LAMP = "wicketlamp-example/lamp"


def thread(folder: Path, number: int, configuration: str = CONFIGURATION) -> pd.Series:
    """Return the one thread of a number."""
    threads = loaded(folder, configuration).threads
    (row,) = [row for _, row in threads[threads.ref == f"{LAMP}#{number}"].iterrows()]
    return row


def numbers(data: Data) -> set[int]:
    return set(data.threads.number.dropna())


def done(data: Data, number: int) -> set[tuple[str, str]]:
    """Return who did what in a thread."""
    acts = data.acts[data.acts.ref == f"{LAMP}#{number}"]
    return set(zip(acts.actor, acts.act, strict=True))


# Merge commits


def test_a_merge_commit_is_its_head_owners_pull_request(tmp_path: Path, lamp: Invented) -> None:
    work = lamp.commit("Work", lamp.tip, author=STRANGER, files={"docs/wick.md": "wick\n", "a b\u00e9.py": "x\n"})
    lamp.main("Meanwhile", files={"other.py": "y\n"})
    body = "Why: see https://github.com/wicketlamp-example/oil/issues/7\n\nand more"
    lamp.merge(12, "ada-example/feature/wick", work, title="Trim the wick", body=body, at="2023-05-02T09:30")
    data = loaded(tmp_path)
    one = data.threads.iloc[0]
    assert len(data.threads) == 1
    assert one[["ref", "kind", "repo", "number"]].to_list() == [f"{LAMP}#12", "pull_request", LAMP, 12]
    assert one.url == f"https://github.com/{LAMP}/pull/12"
    assert (one.title, one.body) == ("Trim the wick", body)
    assert (one.author, one.merged_by, one.state) == ("ada-example", "Bob-Example", "merged")
    assert one.files == ["a b\u00e9.py", "docs/wick.md"]
    assert one.links_out == ["wicketlamp-example/oil#7"]
    assert one.merged_at.isoformat() == "2023-05-02T09:30:00+00:00"
    assert done(data, 12) == {("ada-example", "merged"), ("Bob-Example", "merged")}
    assert dict(zip(data.contributions.actor, data.contributions.kind, strict=True)) == {
        "ada-example": "pull_request",
        "Bob-Example": "review",
    }
    assert set(data.contributions.id) == {f"{LAMP}#12@ada-example:pull_request", f"{LAMP}#12@Bob-Example:review"}


def test_merging_ones_own_pull_request_is_no_review(tmp_path: Path, lamp: Invented) -> None:
    work = lamp.commit("Work", lamp.tip, author=ADA)
    lamp.merge(1, "ada-example/x", work, author=ADA)
    data = loaded(tmp_path)
    assert list(data.contributions.kind) == ["pull_request"]
    assert data.threads.merged_by[0] == "ada-example"


def test_a_merge_without_a_second_paragraph_is_called_by_its_branch(tmp_path: Path, lamp: Invented) -> None:
    work = lamp.commit("Work", lamp.tip)
    lamp.main("Merge pull request #3 from ada-example/fix/wick", work, author=BOB)
    assert thread(tmp_path, 3).title == "fix/wick"


@pytest.mark.parametrize(
    "message",
    [
        'Revert "Merge pull request #3 from ada-example/x"',
        "Merge branch 'main' into x (#3",
        "Merge remote-tracking branch 'origin/pr/3'",
        "merge pull request 3 from ada-example/x",
    ],
)
def test_other_merges_are_no_pull_requests(tmp_path: Path, lamp: Invented, message: str) -> None:
    lamp.main(message, lamp.commit("Work", lamp.tip), author=BOB)
    assert len(loaded(tmp_path).threads) == 0


def test_a_commit_that_only_says_it_merged_is_none(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Merge pull request #3 from ada-example/x\n\nTitle", author=ADA)
    assert len(loaded(tmp_path).threads) == 0


@pytest.mark.parametrize("head", ["ada-old-example", "ADA-Example", "ada-example"])
def test_a_renamed_login_and_other_case_fold_into_the_configured_one(tmp_path: Path, lamp: Invented, head: str) -> None:
    lamp.pull_request(1, f"{head}/x", author=STRANGER)
    assert thread(tmp_path, 1).author == "ada-example"


def test_a_merge_commit_that_bears_the_pull_requests_title(tmp_path: Path, lamp: Invented) -> None:
    work = lamp.commit("Work", lamp.tip, author=ADA)
    lamp.main("Trim the wick (#5)", work, author=BOB)
    one = thread(tmp_path, 5)
    assert (one.title, one.author, one.merged_by) == ("Trim the wick", "ada-example", "Bob-Example")


# Branches inside the upstream organisation


def inside(lamp: Invented, head: str, branch: str = "wick") -> None:
    lamp.merge(1, f"wicketlamp-example/{branch}", head)


def test_inside_the_organisation_the_first_own_commits_author_is_the_author(tmp_path: Path, lamp: Invented) -> None:
    first = lamp.commit("First", lamp.tip, author=ADA)
    inside(lamp, lamp.commit("Second", first, author=STRANGER))
    assert thread(tmp_path, 1).author == "ada-example"


@pytest.mark.parametrize("later", [True, False], ids=["main is younger", "main is older"])
def test_main_merged_into_the_branch_does_not_change_its_author(tmp_path: Path, lamp: Invented, later: bool) -> None:
    start = lamp.tip or ""
    lamp.main("Mainline", author=BOB, at="2023-06-01T00:00" if later else "2023-01-01T00:00")
    first = lamp.commit("First", start, author=ADA)
    update = lamp.commit("Merge branch 'main' into wick", first, lamp.tip or "", author=STRANGER)
    inside(lamp, lamp.commit("Last", update, author=BOB))
    assert thread(tmp_path, 1).author == "ada-example"


@pytest.mark.parametrize("when", ["2023-01-01T00:00", "2023-06-01T00:00"], ids=["older", "younger"])
@pytest.mark.parametrize(
    "message", ["Merge branch 'help' into wick", "Merge pull request #9 from bob-example/help\n\nT"]
)
def test_help_merged_into_the_branch_does_not_change_its_author(
    tmp_path: Path, lamp: Invented, when: str, message: str
) -> None:
    help_ = lamp.commit("Help", lamp.tip or "", author=BOB, at=when)
    help_ = lamp.commit("More help", help_, author=BOB, at=when)
    first = lamp.commit("First", lamp.tip or "", author=ADA)
    inside(lamp, lamp.commit(message, first, help_, author=ADA))
    assert thread(tmp_path, 1).author == "ada-example"


@pytest.mark.parametrize(
    ("branch", "author"),
    [
        ("dependabot/pip/lamp-2", DEPENDABOT),
        ("dependabot/pip/lamp-2", ADA),
        ("pre-commit-ci-update-config", ADA),
        ("update-images", DEPENDABOT),
        ("update-images", ("lamp-helper", "lamp@helper.example")),
        ("update-images", ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com")),
    ],
)
def test_a_bots_branch_has_no_person(tmp_path: Path, lamp: Invented, branch: str, author: tuple[str, str]) -> None:
    first = lamp.commit("Bump", lamp.tip or "", author=author)
    inside(lamp, lamp.commit("Follow", first, author=ADA), branch)
    data = loaded(tmp_path)
    assert data.threads.author_is_bot.to_list() == [True]
    assert data.threads.author.dropna().to_list() in ([], ["dependabot[bot]"], ["pre-commit-ci[bot]"])
    assert data.contributions.actor.to_list() == ["Bob-Example"]


@pytest.mark.parametrize("head", ["wicketlamp-example/dependabot/pip/lamp-2", "lamp-helper/update", "renovate[bot]/x"])
def test_merging_a_bots_pull_request_is_triage(tmp_path: Path, lamp: Invented, head: str) -> None:
    lamp.pull_request(1, head, author=DEPENDABOT)
    assert loaded(tmp_path).contributions.kind.to_list() == ["triage"]


def test_an_unknown_person_has_no_login_and_counts_all_the_same(tmp_path: Path, lamp: Invented) -> None:
    inside(lamp, lamp.commit("First", lamp.tip or "", author=STRANGER))
    data = loaded(tmp_path)
    assert data.threads.author.isna().all()
    assert done(data, 1) == {("Bob-Example", "merged"), (unidentified(*STRANGER), "merged")}


def test_a_member_who_owns_an_upstream_repository_is_a_person(tmp_path: Path) -> None:
    configuration = CONFIGURATION.replace('orgs = ["wicketlamp-example"]', 'repos = ["ada-example/tool"]')
    tool = Invented(tmp_path / "clones" / "ada-example+tool")
    tool.main("Start")
    tool.pull_request(1, "ada-example/x", author=("A.", "a@laptop.example"))
    data = loaded(tmp_path, configuration)
    assert data.threads.author.to_list() == ["ada-example"]


@pytest.mark.parametrize(
    "message",
    [
        "Merge pull request #7 from sam-stranger:fix/wick\n\nTrim",
        "Auto merge of #7 - sam-stranger:wick, r=bob-example\n\nTrim",
        "Rollup merge of #7 - sam-stranger:wick, r=bob-example\n\nTrim",
        "Merge #7\n\n7: Trim r=bob-example a=sam-stranger\n\nMore",
    ],
)
def test_merges_by_machines_are_the_pull_request_of_the_heads_owner(
    tmp_path: Path, lamp: Invented, message: str
) -> None:
    lamp.main(message, lamp.commit("Work", lamp.tip or ""), author=("bors", "bors@machines.example"))
    one = thread(tmp_path, 7)
    assert (one.title, one.author) == ("Trim", "sam-stranger")
    assert pd.isna(one.merged_by)


@pytest.mark.parametrize(
    "message",
    [
        "Merge pull request #7 from ada-example:wick\n\nTrim\n\nPiperOrigin-RevId: 42",
        "PR #7: Trim\n\nMore\n\nCOPYBARA_INTEGRATE_REVIEW=https://github.com/o/r/pull/7 from ada-example:wick 1a2b",
    ],
)
def test_what_copybara_merged_has_one_parent_and_nobody_who_merged_it(
    tmp_path: Path, lamp: Invented, message: str
) -> None:
    lamp.main(message, author=BOB)
    one = thread(tmp_path, 7)
    assert (one.title, one.author) == ("Trim", "ada-example")
    assert pd.isna(one.merged_by)


@pytest.mark.parametrize("octopus", [True, False])
def test_bors_merges_several_pull_requests_at_once(tmp_path: Path, lamp: Invented, octopus: bool) -> None:
    message = "Merge #6 #7\n\n6: Trim r=bob-example a=ada-example\n\nMore\n\n7: Light r=ada-example a=sam-stranger\n"
    base = lamp.tip or ""
    trim, light = (lamp.commit("Work", base, author=ADA, files={name: "x\n"}) for name in ("trim.py", "light.py"))
    lamp.main(message, *([trim, light] if octopus else [lamp.commit("Both", trim, light)]), author=BOB)
    rows = [thread(tmp_path, number) for number in (6, 7)]
    assert [(row.title, row.author) for row in rows] == [("Trim", "ada-example"), ("Light", "sam-stranger")]
    assert rows[0].body == "More"
    assert [row.files for row in rows] == ([["trim.py"], ["light.py"]] if octopus else [[], []])
    assert all(pd.isna(row.merged_by) for row in rows)


def test_what_a_rollup_names_is_found_or_counted_in_a_note(tmp_path: Path, lamp: Invented) -> None:
    work = lamp.commit("Work", lamp.tip or "", author=ADA, files={"a.py": "x\n"})
    inner = lamp.commit("Rollup merge of #9 - sam-stranger:wick, r=bob-example\n\nTrim", lamp.tip or "", work)
    listed = "Successful merges:\n\n - #9 (Trim)\n - #10 (Light)\n\nFailed merges:\n\n - #11 (Burn)\n"
    lamp.main(f"Auto merge of #8 - ada-example:rollup-1, r=ada-example\n\nRollup of 2\n\n{listed}", inner)
    data = loaded(tmp_path)
    assert numbers(data) == {8, 9}
    assert f"{LAMP}: 1 merge of other systems than GitHub are not seen" in data.sources[0].notes


def test_merges_of_other_systems_are_counted_in_a_note(tmp_path: Path, lamp: Invented) -> None:
    for message in ("Merge branch 'x' into 'main'\n\nTrim\n\nSee merge request o/r!7", "Merged PR 8: Trim"):
        lamp.main(message, lamp.commit("Work", lamp.tip or ""), author=BOB)
    data = loaded(tmp_path)
    assert len(data.threads) == 0
    assert f"{LAMP}: 2 merges of other systems than GitHub are not seen" in data.sources[0].notes


# Squash merges


def test_a_squash_merge_is_its_authors_pull_request(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Trim the wick (#4)\n\n* one\n\n* two", author=ADA, files={"wick.py": "x\n"}, at="2023-05-01T00:00")
    data = loaded(tmp_path)
    one = data.threads.iloc[0]
    assert (one.title, one.body, one.author, one.files) == (
        "Trim the wick",
        "* one\n\n* two",
        "ada-example",
        ["wick.py"],
    )
    assert pd.isna(one.merged_by)
    assert list(data.contributions.id) == [f"{LAMP}#4@ada-example:pull_request"]


@pytest.mark.parametrize(
    ("subject", "number", "title"),
    [
        ('Revert "Trim (#1)" (#2)', 2, 'Revert "Trim (#1)"'),
        ("Trim (#1) (#2)", 2, "Trim (#1)"),
        ("Trim (#2)\r", 2, "Trim"),
        ("(draft) trim [x] (#2)", 2, "(draft) trim [x]"),
    ],
)
def test_the_last_number_of_a_squash_counts(
    tmp_path: Path, lamp: Invented, subject: str, number: int, title: str
) -> None:
    lamp.main(subject, author=ADA)
    assert thread(tmp_path, number).title == title
    assert numbers(loaded(tmp_path)) == {number}


@pytest.mark.parametrize("subject", ["Trim the wick, closes #4", "Trim (#4) again", "(#4)", "Trim(#4)", "Trim (gh-4)"])
def test_a_number_elsewhere_in_a_subject_is_no_squash_merge(tmp_path: Path, lamp: Invented, subject: str) -> None:
    lamp.main(subject, author=ADA)
    assert len(loaded(tmp_path).threads) == 0


def test_a_squash_merge_off_the_main_line_is_another_repositorys(tmp_path: Path, lamp: Invented) -> None:
    lamp.merge(9, "sam-stranger/main", lamp.commit("On the fork (#4)", lamp.tip or "", author=ADA))
    assert numbers(loaded(tmp_path)) == {9}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Release 2", {4}),
        ("Merge branch 'main' of https://github.com/wicketlamp-example/lamp", {4}),
        ("Merge branch 'main' of https://github.com/sam-stranger/lamp", set()),
        ("Merge pull request #9 from wicketlamp-example/develop\n\nRelease 2", {4, 9}),
    ],
)
def test_squash_merges_of_another_branch_of_the_project_come_with_it(
    tmp_path: Path, lamp: Invented, message: str, found: set[int]
) -> None:
    lamp.main(message, lamp.commit("Trim (#4)", lamp.tip or "", author=ADA))
    assert numbers(loaded(tmp_path)) == found


@pytest.mark.parametrize("again", ["Follow up on the docs (#5)", "Trim the wick (#5)"])
def test_a_later_commit_with_the_number_does_not_take_the_pull_request(
    tmp_path: Path, lamp: Invented, again: str
) -> None:
    work = lamp.commit("Work", lamp.tip or "", author=ADA)
    lamp.merge(5, "ada-example/x", work, title="Trim the wick", at="2023-05-02T00:00")
    lamp.main(again, author=BOB, at="2023-06-02T00:00")
    one = thread(tmp_path, 5)
    assert (one.author, one.merged_at.day, one.merged_at.month) == ("ada-example", 2, 5)


# Forks


def test_a_forks_number_does_not_take_the_projects_own(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x", title="Ours")
    theirs = lamp.commit("Work", lamp.tip or "", author=STRANGER)
    nested = lamp.commit("Merge pull request #1 from other/x\n\nTheirs", lamp.tip or "", theirs, author=STRANGER)
    lamp.merge(2, "sam-stranger/main", nested)
    assert thread(tmp_path, 1).title == "Ours"


def test_a_pull_request_inside_a_fork_is_not_the_projects(tmp_path: Path, lamp: Invented) -> None:
    theirs = lamp.commit("Work", lamp.tip or "", author=ADA)
    nested = lamp.commit("Merge pull request #1 from ada-example/x\n\nTheirs", lamp.tip or "", theirs, author=STRANGER)
    lamp.merge(2, "sam-stranger/main", nested)
    assert numbers(loaded(tmp_path)) == {2}


@pytest.mark.parametrize(
    "message", ["Merge pull request #2 from wicketlamp-example/next\n\nNext", "Merge branch 'next'", "Merge v2"]
)
def test_a_pull_request_into_a_branch_of_the_project_is_the_projects(
    tmp_path: Path, lamp: Invented, message: str
) -> None:
    work = lamp.commit("Work", lamp.tip or "", author=ADA)
    nested = lamp.commit("Merge pull request #1 from ada-example/x\n\nInto next", lamp.tip or "", work, author=BOB)
    lamp.main(message, nested, author=BOB)
    assert thread(tmp_path, 1).author == "ada-example"


def test_pull_requests_behind_a_pull_that_swapped_the_lines_are_there(tmp_path: Path, lamp: Invented) -> None:
    before = lamp.tip or ""
    lamp.pull_request(1, "ada-example/x")
    swapped = lamp.commit("Merge branch 'main' of example", lamp.commit("Local", before), lamp.tip or "", author=BOB)
    lamp.point("refs/heads/main", swapped)
    assert numbers(loaded(tmp_path)) == {1}


# Co-authors

TRAILERS = """
Co-authored-by: Ada Old <ada-old-example@users.noreply.github.com>
co-authored-by:  Bob Example  <bob@work.example>
Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>
Co-authored-by: Sam Stranger <sam@elsewhere.example>
Co-authored-by: Nobody
"""


@pytest.mark.parametrize("squash", [True, False])
def test_co_authors_take_part_in_what_others_opened(tmp_path: Path, lamp: Invented, squash: bool) -> None:
    if squash:
        lamp.main(f"Trim (#1)\n\n{TRAILERS}", author=STRANGER)
    else:
        lamp.merge(1, "sam-stranger/x", lamp.commit(f"Trim\n\n{TRAILERS}", lamp.tip or ""), author=STRANGER)
    data = loaded(tmp_path)
    assert {("ada-example", "co-authored"), ("Bob-Example", "co-authored")} <= done(data, 1)
    assert {"ada-example", "Bob-Example"} <= set(data.threads.participants[0])
    assert sorted(data.contributions.actor) == ["Bob-Example", "ada-example"]
    assert "dependabot[bot]" not in set(data.acts.actor)


def test_an_author_is_not_their_own_co_author(tmp_path: Path, lamp: Invented) -> None:
    lamp.main(f"Trim (#1)\n\n{TRAILERS}", author=ADA)
    others = {("Bob-Example", "co-authored"), (unidentified(*STRANGER), "co-authored")}
    assert done(loaded(tmp_path), 1) == {("ada-example", "merged")} | others


def test_a_trailer_in_capitals(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Trim (#1)\n\nCO-AUTHORED-BY: Ada Example <ada@work.example>", author=STRANGER)
    assert ("ada-example", "co-authored") in done(loaded(tmp_path), 1)


def test_a_mailmap_holds_for_trailers_too(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Who is who", files={".mailmap": "Ada Example <ada@home.example> <countess@castle.example>\n"})
    lamp.main("Trim (#1)\n\nCo-authored-by: Countess <countess@castle.example>", author=STRANGER)
    assert ("ada-example", "co-authored") in done(loaded(tmp_path), 1)


# Releases


def test_tags_are_releases_of_their_taggers(tmp_path: Path, lamp: Invented) -> None:
    lamp.tag("1.0.0", lamp.tip or "", ADA, "Version 1\n\nWith a wick.", at="2023-05-01T12:00")
    lamp.tag("pkg@1.1", lamp.tip or "", STRANGER)
    lamp.point("refs/tags/0.9", lamp.tip or "")
    data = loaded(tmp_path)
    releases = data.threads.set_index("ref")
    assert set(releases.index) == {f"{LAMP}@1.0.0", f"{LAMP}@pkg@1.1", f"{LAMP}@0.9"}
    assert set(releases.kind) == {"release"}
    assert releases.author.dropna().to_dict() == {f"{LAMP}@1.0.0": "ada-example"}
    one = data.contributions.iloc[0]
    assert list(data.contributions.id) == [f"{LAMP}@1.0.0@ada-example:release"]
    assert (one.kind, one.title, one.url) == ("release", "lamp 1.0.0", f"https://github.com/{LAMP}/releases/tag/1.0.0")
    assert one.happened_at.isoformat() == "2023-05-01T12:00:00+00:00"


def test_odd_tags_do_no_harm(tmp_path: Path, lamp: Invented) -> None:
    lamp.tag("inner", lamp.tip or "", ADA)
    lamp.tag("outer", lamp.git("rev-parse", "inner"), BOB)
    lamp.point("refs/tags/blob", lamp.git("rev-parse", "main:README.md"))
    lamp.point("refs/tags/tree", lamp.git("rev-parse", "main^{tree}"))
    lamp.tag("nameless", lamp.tip or "", ("", "ada@home.example"))
    lamp.tag("addressless", lamp.tip or "", ("Ada Example", ""))
    releases = loaded(tmp_path).threads.set_index("ref").author
    assert releases[f"{LAMP}@outer"] == "Bob-Example"
    assert releases[f"{LAMP}@nameless"] == "ada-example"
    assert f"{LAMP}@addressless" in releases


@pytest.mark.parametrize("sign", ["\x1e", "\x0b", "\x85", "\u2028"])
def test_a_taggers_name_with_signs_that_end_lines_elsewhere(tmp_path: Path, lamp: Invented, sign: str) -> None:
    lamp.tag("1.0", lamp.tip or "", (f"Ada{sign}Example", "ada@home.example"))
    lamp.tag("1.1", lamp.tip or "", BOB)
    assert set(loaded(tmp_path).threads.author) == {"ada-example", "Bob-Example"}


# Persons


@pytest.mark.parametrize(
    "person",
    [
        ("Anybody", "ada-example@users.noreply.github.com"),
        ("Anybody", "12345+ada-example@users.noreply.github.com"),
        ("Anybody", "12345+Ada-Old-Example@users.noreply.github.com"),
        ("Ada Example", "ada@work.example"),
        ("ada example", "ada@work.example"),
        ("ada-old-example", "ada@work.example"),
        ("Anybody", "ada@home.example"),
    ],
)
def test_a_member_is_known_by_address_name_or_alias(tmp_path: Path, lamp: Invented, person: tuple[str, str]) -> None:
    lamp.main("Trim (#1)", author=person)
    lamp.merge(2, "sam-stranger/x", lamp.commit("Work", lamp.tip or ""), author=person)
    lamp.tag("1.0", lamp.tip or "", person)
    data = loaded(tmp_path)
    assert set(data.threads.author.dropna()) == {"ada-example", "sam-stranger"}
    assert data.acts[data.acts.actor == "ada-example"].act.to_list() == ["merged", "merged", "released"]


def test_an_address_tells_more_than_a_name(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Trim (#1)", author=("Ada Example", "777+another-ada@users.noreply.github.com"))
    assert thread(tmp_path, 1).author == "another-ada"


def test_a_name_that_two_members_bear_tells_nothing(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Trim (#1)", author=("Ada Example", "ada@work.example"))
    configuration = CONFIGURATION.replace('name = "Bob Example"', 'name = "Ada Example"')
    assert loaded(tmp_path, configuration).threads.author.isna().all()


@pytest.mark.parametrize("bare", [True, False])
def test_a_mailmap_in_the_tree_names_people(tmp_path: Path, bare: bool) -> None:
    lamp = Invented(tmp_path / "made")
    lamp.main("Who is who", files={".mailmap": "Ada Example <ada@home.example> Countess <countess@castle.example>\n"})
    countess = ("Countess", "countess@castle.example")
    lamp.main("Trim (#1)", author=countess)
    lamp.merge(2, "wicketlamp-example/x", lamp.commit("Work", lamp.tip or "", author=countess), author=countess)
    lamp.tag("1.0", lamp.tip or "", countess)
    clone = tmp_path / "clones" / f"{LAMP.replace('/', '+')}"
    run_git("clone", "--quiet", *(["--bare"] if bare else []), lamp.path, clone)
    threads = loaded(tmp_path).threads
    assert threads.author.to_list() == ["ada-example"] * 3
    assert threads.merged_by.dropna().to_list() == ["ada-example"]


# Hostile histories


@pytest.mark.parametrize(
    "words",
    [
        "a\x1eb\x1fc\x00d".replace("\x00", ""),
        "\x1b[31mred",
        "\u202ethgir ot tfel",
        "<script>x</script>",
        "=1+1",
        "x" * 1_000_000,
    ],
    ids=["separators", "escape", "right to left", "html", "formula", "huge"],
)
def test_hostile_messages_and_names_are_text(tmp_path: Path, lamp: Invented, words: str) -> None:
    nasty = (words[:200].replace("<", "").replace(">", ""), "nasty@elsewhere.example")
    work = lamp.commit(f"{words}\n\n{words}", lamp.tip or "", author=nasty, files={"a.py": "x\n"})
    lamp.merge(1, "ada-example/x", work, title=words, body=f"{words}\n\ncommit 0123 tree \n\n\n{words}")
    lamp.main(f"{words[:100]} (#2)", author=nasty)
    lamp.pull_request(3, "bob-example/y")
    threads = loaded(tmp_path).threads.set_index("number")
    assert sorted(threads.index) == [1, 2, 3]
    assert threads.title[1] == words
    assert threads.author[1] == "ada-example"
    assert (threads.files[1], threads.files[3]) == (["a.py"], ["3.py"])
    assert threads.title[3] == "A title"


def test_messages_that_look_like_git_itself(tmp_path: Path, lamp: Invented) -> None:
    fake = "0" * 40 + "\nMerge pull request #66 from ada-example/x\n\nFake\n\ncommit 1\nAuthor: Ada Example <a@b>\n"
    lamp.main(f"Trim (#1)\n\n{fake}", author=BOB)
    data = loaded(tmp_path)
    assert numbers(data) == {1}
    assert set(data.acts.actor) == {"Bob-Example"}


def test_a_message_that_is_no_utf_8(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Tür (#1)".encode("latin-1"), author=ADA)
    lamp.main("Fenster (#2)", author=ADA)
    threads = loaded(tmp_path).threads.set_index("number")
    assert threads.title.to_dict() == {1: "T\ufffdr", 2: "Fenster"}


def test_a_message_that_says_its_encoding(tmp_path: Path, lamp: Invented) -> None:
    head = f"tree %TREE\nparent {lamp.tip}\n".encode() + b"author Ada Example <ada@home.example> 1682935200 +0000\n"
    head += b"committer Ada Example <ada@home.example> 1682935200 +0000\nencoding ISO-8859-1\n\n"
    lamp.point("refs/heads/main", lamp.raw_commit(head + "Tür (#1)\n".encode("latin-1")))
    assert thread(tmp_path, 1).title == "Tür"


@pytest.mark.parametrize("stamp", [b"", b" 99999999999999 +0000", b" 18446744073709551615 +0000", b" -1 +0000"])
def test_a_broken_date_costs_no_other_row(tmp_path: Path, lamp: Invented, stamp: bytes) -> None:
    parent = f"parent {lamp.tip}\n".encode()
    person = b"Ada Example <ada@home.example>" + stamp
    text = b"tree %TREE\n" + parent + b"author " + person + b"\ncommitter " + person + b"\n\nBroken (#1)\n"
    lamp.tip = lamp.raw_commit(text)
    lamp.main("Good (#2)", author=ADA)
    assert 2 in numbers(loaded(tmp_path))


def test_two_clones_of_one_project_count_once(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    lamp.tag("1.0", lamp.tip or "", ADA)
    once = loaded(tmp_path)
    run_git("clone", "--quiet", "--mirror", lamp.path, tmp_path / "clones" / "Wicketlamp-Example+Lamp.git")
    twice = loaded(tmp_path)
    assert len(twice.threads) == len(once.threads) == 2
    assert len(twice.acts) == len(once.acts)
    assert list(twice.contributions.id.str.casefold()) == list(once.contributions.id.str.casefold())


@pytest.mark.parametrize("newer", [True, False])
def test_a_clone_under_a_former_name_counts_once_and_is_said(tmp_path: Path, lamp: Invented, newer: bool) -> None:
    lamp.pull_request(1, "ada-example/x")
    run_git("clone", "--quiet", "--mirror", lamp.path, tmp_path / "clones" / "wicketlamp-example+candle")
    run_git("-C", tmp_path / "clones" / "wicketlamp-example+candle", "remote", "remove", "origin")
    if newer:
        lamp.pull_request(2, "ada-example/y")
    former, current = ("candle", "lamp") if newer else ("lamp", "candle")
    data = loaded(tmp_path)
    assert set(data.threads.repo) == {f"wicketlamp-example/{current}"}
    (said,) = [note for note in data.sources[0].notes if "counted once" in note]
    assert said.startswith(f"wicketlamp-example/{former} is all in wicketlamp-example/{current}, ")


def test_a_users_own_settings_change_nothing(tmp_path: Path, lamp: Invented, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = """
    [log]
    showRoot = false
    showSignature = true
    follow = true
    date = relative
    mailmap = false
    [color]
    ui = always
    [diff]
    noprefix = true
    orderFile = /nowhere
    renames = copies
    [safe]
    bareRepository = explicit
    [format]
    pretty = oneline
    [core]
    quotePath = true
    [i18n]
    logOutputEncoding = latin1
    [notes]
    displayRef = *
    """
    lamp.tip = None
    lamp.main("Türen (#1)", author=ADA, files={"tür.py": "x\n", "b.py": "x\n"})
    lamp.merge(2, "bob-example/x", lamp.commit("W", lamp.tip or "", files={"c.py": "x\n"}), title="Größer")
    plain = loaded(tmp_path).threads
    (tmp_path / "gitconfig").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for name in ("GIT_DIR", "GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_GLOB_PATHSPECS"):
        monkeypatch.setenv(name, str(tmp_path))
    pd.testing.assert_frame_equal(loaded(tmp_path).threads, plain)


# Which repository a clone is


@pytest.mark.parametrize(
    "url",
    [
        f"https://github.com/{LAMP}",
        f"https://github.com/{LAMP}.git",
        f"https://token@github.com/{LAMP}.git/",
        f"git@github.com:{LAMP}.git",
        f"ssh://git@github.com:22/{LAMP}.git",
        f"git://github.com/{LAMP}",
        f"git@github.com-work:{LAMP}.git",
        f"work-github:{LAMP}",
    ],
)
@pytest.mark.parametrize("name", ["lamp", "nonsense+name.git"])
def test_a_remote_tells_which_repository_a_clone_is(tmp_path: Path, url: str, name: str) -> None:
    clone = Invented(tmp_path / "clones" / name)
    clone.main("Start")
    clone.main("Trim (#1)", author=ADA)
    clone.remote(url)
    assert loaded(tmp_path).threads.repo.to_list() == [LAMP]


def test_a_shorthand_of_the_users_own_is_an_address(
    tmp_path: Path, lamp: Invented, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp.pull_request(1, "ada-example/x")
    lamp.path.rename(tmp_path / "clones" / "lamp")
    run_git("-C", tmp_path / "clones" / "lamp", "config", "remote.origin.url", f"gh:{LAMP}")
    (tmp_path / "gitconfig").write_text('[url "https://github.com/"]\ninsteadOf = gh:\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert numbers(loaded(tmp_path)) == {1}


@pytest.mark.parametrize("name", ["wicketlamp-example+lamp", "wicketlamp-example+lamp.git", "Wicketlamp-Example+lamp"])
@pytest.mark.parametrize("url", ["", "/srv/mirrors/other/thing.git", "../lamp", "file:///srv/other/thing"])
def test_a_folders_name_tells_where_no_remote_does(tmp_path: Path, name: str, url: str) -> None:
    clone = Invented(tmp_path / "clones" / name)
    clone.main("Start")
    clone.main("Trim (#1)", author=ADA)
    if url:
        clone.remote(url)
    assert [repo.casefold() for repo in loaded(tmp_path).threads.repo] == [LAMP]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"https://gitlab.com/{LAMP}.git", "gitlab.com"),
        (f"git@Git.Lab.example:{LAMP}.git", "git.lab.example"),
        (f"https://github.com.evil.example/{LAMP}", "github.com.evil.example"),
        (f"https://github.com@evil.example/{LAMP}", "evil.example"),
        ("https://lab.example/group/part/lamp.git", "lab.example"),
        ("git@hut.example:~sam/lamp", "hut.example"),
    ],
)
def test_a_clone_from_another_host_is_noted_and_not_read(tmp_path: Path, lamp: Invented, url: str, host: str) -> None:
    lamp.pull_request(1, "ada-example/x")
    other = Invented(tmp_path / "clones" / "wicketlamp-example+other")
    other.main("Start")
    other.main("Trim (#9)", author=ADA)
    other.remote(url)
    data = loaded(tmp_path)
    assert numbers(data) == {1}
    assert any(f" is on {host}, not on GitHub: it is ignored" in note for note in data.sources[0].notes)
    other.remote(f"https://github.com/{LAMP}", "mirrored")
    assert numbers(loaded(tmp_path)) == {1, 9}


@pytest.mark.parametrize("api", ["https://github.works.example/api/v3", "https://api.github.works.example"])
def test_the_host_of_the_configured_api_is_github_too(tmp_path: Path, api: str) -> None:
    clone = Invented(tmp_path / "clones" / "lamp")
    clone.main("Start")
    clone.main("Trim (#1)", author=ADA)
    clone.remote(f"git@github.works.example:{LAMP}.git")
    assert git.load(organisation(tmp_path), None).threads.empty
    configured = organisation(tmp_path, CONFIGURATION + f'[sources.github]\napi_url = "{api}"\n')
    assert git.load(configured, None).threads.repo.to_list() == [LAMP]


def test_upstream_comes_before_origin_which_may_be_a_fork(tmp_path: Path) -> None:
    clone = Invented(tmp_path / "clones" / "lamp")
    clone.main("Start")
    clone.main("Trim (#1)", author=ADA)
    clone.remote("git@github.com:wicketlamp-example/fork-of-lamp.git")
    clone.remote(f"https://github.com/{LAMP}.git", "upstream")
    assert loaded(tmp_path).threads.repo.to_list() == [LAMP]


def test_of_several_remotes_the_one_that_is_looked_at_counts(tmp_path: Path) -> None:
    clone = Invented(tmp_path / "clones" / "lamp")
    clone.main("Start")
    clone.main("Trim (#1)", author=ADA)
    clone.remote("git@github.com:ada-example/lamp.git")
    clone.remote(f"https://github.com/{LAMP}.git", "theirs")
    assert loaded(tmp_path).threads.repo.to_list() == [LAMP]


def test_another_projects_clone_is_noted_and_not_read(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    Invented(tmp_path / "clones" / "elsewhere+thing").main("Private life (#7)", author=ADA)
    data = loaded(tmp_path)
    assert numbers(data) == {1}
    assert any("elsewhere/thing is neither" in note for note in data.sources[0].notes)
    assert data.sources[0].status == "ok"


# Which branch is read


def test_the_remotes_default_branch_wins_over_what_is_checked_out(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    work = lamp.commit("Unfinished (#2)", lamp.tip or "", author=ADA)
    lamp.point("refs/heads/work", work)
    mirror = lamp.path.rename(tmp_path / "mirror")
    clone = tmp_path / "clones" / "wicketlamp-example+lamp"
    run_git("clone", "--quiet", mirror, clone)
    run_git("-C", clone, "checkout", "--quiet", "work")
    assert numbers(loaded(tmp_path)) == {1}
    run_git("-C", clone, "checkout", "--quiet", "--detach", "HEAD")
    assert numbers(loaded(tmp_path)) == {1}


def test_a_fetched_upstream_is_fresher_than_the_forks_main(tmp_path: Path, lamp: Invented) -> None:
    fork = tmp_path / "fork"
    run_git("clone", "--quiet", "--mirror", lamp.path, fork)
    lamp.pull_request(1, "ada-example/x")
    project = lamp.path.rename(tmp_path / "project")
    clone = tmp_path / "clones" / "wicketlamp-example+lamp"
    run_git("clone", "--quiet", fork, clone)
    run_git("-C", clone, "remote", "add", "upstream", project)
    run_git("-C", clone, "fetch", "--quiet", "upstream")
    run_git("-C", clone, "update-ref", "-d", "refs/remotes/upstream/HEAD")  # git 2.48 and later set it, older do not
    assert numbers(loaded(tmp_path)) == {1}


@pytest.mark.parametrize("default", ["master", "gone"])
def test_of_a_renamed_default_branch_the_newer_name_is_read_and_said(
    tmp_path: Path, lamp: Invented, default: str
) -> None:
    lamp.point("refs/heads/master", lamp.tip or "")
    lamp.git("symbolic-ref", "HEAD", f"refs/heads/{default}")
    lamp.pull_request(1, "ada-example/x")
    data = loaded(tmp_path)
    assert numbers(data) == {1}
    said = f"{LAMP}: main is newer than its default branch, and is read instead"
    assert (said in data.sources[0].notes) == (default == "master")


def test_a_clone_that_was_fetched_before_the_periods_end_is_said(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    assert not any("last fetched" in note for note in loaded(tmp_path).sources[0].notes)
    for name in ("HEAD", "packed-refs"):
        (lamp.path / name).touch()
        os.utime(lamp.path / name, (1685577600, 1685577600))
    notes = loaded(tmp_path).sources[0].notes
    assert f"{LAMP} was last fetched on 2023-06-01, before the end of 2023-Q2" in notes


def test_a_linked_worktree_is_a_clone(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    mirror = lamp.path.rename(tmp_path / "mirror")
    run_git(
        "-C", mirror, "worktree", "add", "--quiet", "--detach", tmp_path / "clones" / "wicketlamp-example+lamp", "main"
    )
    assert numbers(loaded(tmp_path)) == {1}


def test_days_are_the_organisations(tmp_path: Path, lamp: Invented) -> None:
    lamp.main("Last evening (#1)", author=ADA, at="2023-06-30T21:59")
    lamp.main("Next quarter in Berlin (#2)", author=ADA, at="2023-06-30T22:00")
    assert loaded(tmp_path).contributions.number.to_list() == [1]
    assert organisation(tmp_path).timezone == "Europe/Berlin"
