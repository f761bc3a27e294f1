"""The `git` source on the organisation's own repositories: what they say about upstream threads."""

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contribkit.tables import rows_of
from tests.helpers.repositories import ADA, BOB, CONFIGURATION, STRANGER, Invented, loaded, run_git

LAMP = "wicketlamp-example/lamp"


def references(folder: Path, configuration: str = CONFIGURATION) -> list[dict[str, Any]]:
    return rows_of(loaded(folder, configuration).references)


def only(folder: Path, configuration: str = CONFIGURATION) -> dict[str, Any]:
    (row,) = references(folder, configuration)
    return row


def document(plans: Invented, text: str | bytes, path: str = "posts/june.md", at: str = "2023-05-01T10:00") -> str:
    return plans.main("Write", author=ADA, at=at, files={path: text})


# Commit messages


@pytest.mark.parametrize(
    "link",
    [
        f"https://github.com/{LAMP}/pull/7",
        f"https://github.com/{LAMP}/issues/7#issuecomment-1",
        f"<https://github.com/{LAMP}/pull/7/files>",
        f"http://www.github.com/{LAMP}/discussions/7.",
        f"{LAMP}#7",
        f"({LAMP}#7)",
        f"[words](https://github.com/{LAMP}/pull/7), and {LAMP}#7 again",
    ],
)
def test_a_commit_message_that_links_to_a_thread(tmp_path: Path, plans: Invented, link: str) -> None:
    message = f"Take the new lamp\n\nBefore.\n\nNeeds {link}\nfor EarthScope\n\nAfter."
    sha = plans.main(message, author=ADA, at="2023-05-01T10:00")
    one = only(tmp_path)
    assert (one["ref"], one["source"], one["kind"], one["by"]) == (
        f"{LAMP}#7",
        "test-org/plans",
        "commit",
        "ada-example",
    )
    assert (one["title"], one["text"]) == ("Take the new lamp", f"Needs {link}\nfor EarthScope")
    assert one["context"] == "Before.\n\nAfter."
    assert sha.startswith(one["id"])
    assert one["url"] == f"https://github.com/test-org/plans/commit/{sha}"
    assert one["date"].isoformat() == "2023-05-01T10:00:00+00:00"
    assert not one["private"]


def test_a_release_page_is_a_thread(tmp_path: Path, plans: Invented) -> None:
    plans.main(f"Bump: https://github.com/{LAMP}/releases/tag/v1.0.")
    assert only(tmp_path)["ref"] == f"{LAMP}@v1.0"


@pytest.mark.parametrize(
    "words",
    [
        "Merge pull request #7 from ada-example/x",
        "see test-org/plans#7 and https://github.com/Test-Org/other/issues/3",
        f"{LAMP}", f"{LAMP}#", f"{LAMP}#seven", f"https://github.com/{LAMP}/pulls",
        f"https://gitlab.com/{LAMP}/pull/7",
        f"https://github.com/{LAMP}/blob/main/a.py#7",
        "elsewhere/thing#7",
        f"a/{LAMP}#7",
    ],
)  # fmt: skip
def test_what_is_no_link_to_an_upstream_thread(tmp_path: Path, plans: Invented, words: str) -> None:
    plans.main(words)
    assert references(tmp_path) == []


def test_one_commit_may_speak_of_several_threads_and_of_one_twice(tmp_path: Path, plans: Invented) -> None:
    plans.main(f"Subject {LAMP}#1\n\nMiddle {LAMP}#2\n\nEnd {LAMP}#1")
    found = {row["ref"]: row["text"] for row in references(tmp_path)}
    assert found == {f"{LAMP}#1": f"Subject {LAMP}#1\n\nEnd {LAMP}#1", f"{LAMP}#2": f"Middle {LAMP}#2"}


def test_one_thread_in_two_spellings(tmp_path: Path, plans: Invented) -> None:
    plans.main(f"First {LAMP}#1\n\nMiddle\n\nThen {LAMP.title()}#1")
    assert only(tmp_path)["text"] == f"First {LAMP}#1\n\nThen {LAMP.title()}#1"


def test_a_stranger_who_wrote_it_is_nobody(tmp_path: Path, plans: Invented) -> None:
    plans.main(f"For {LAMP}#1", author=STRANGER)
    assert pd.isna(only(tmp_path)["by"])


# Documents

POST = f"""---
title: "A better lamp"
date: 2023-06-20
tags: [upstream, earthscope]
authors:
  - Ada
categories: news
---

# Another heading

Before.

Thanks to EarthScope we could send
[a fix](https://github.com/{LAMP}/pull/7), which was merged.

After.

Far away.

Again, {LAMP}#7 helps.
"""


def test_a_document_that_links_to_a_thread(tmp_path: Path, plans: Invented) -> None:
    document(plans, POST)
    plans.main("Fix a typo", author=BOB, files={"posts/june.md": POST.replace("Again", "Once more")})
    one = only(tmp_path)
    assert (one["ref"], one["kind"], one["id"]) == (f"{LAMP}#7", "document", "posts/june.md")
    assert (one["title"], one["by"]) == ("A better lamp", "ada-example")
    assert one["labels"] == ["Ada", "upstream", "earthscope", "news"]
    assert one["text"].startswith("Thanks to EarthScope we could send\n[a fix]")
    assert one["text"].endswith(f"which was merged.\n\nOnce more, {LAMP}#7 helps.")
    assert one["context"] == "Before.\n\nAfter.\n\nFar away."
    assert one["url"] == "https://github.com/test-org/plans/blob/HEAD/posts/june.md"


@pytest.mark.parametrize(
    ("timezone", "moment"),
    [
        pytest.param("UTC", "2023-06-20T00:00:00+00:00"),
        pytest.param(
            "America/Los_Angeles", "2023-06-20T07:00:00+00:00",
        ),
    ],
)  # fmt: skip
def test_a_posts_day_is_a_day_in_the_organisations_zone(
    tmp_path: Path, plans: Invented, timezone: str, moment: str
) -> None:
    document(plans, POST)
    assert only(tmp_path, CONFIGURATION.replace("Europe/Berlin", timezone))["date"].isoformat() == moment


@pytest.mark.parametrize(
    ("front", "moment"),
    [
        ("date: 2023-06-20T10:00:00Z", "2023-06-20T10:00:00+00:00"),
        ("date: 2023-06-20 10:00:00 +02:00", "2023-06-20T08:00:00+00:00"),
        ('date: "2023-06-20T10:00:00+02:00"', "2023-06-20T08:00:00+00:00"),
        ("date: some day", "2023-05-01T10:00:00+00:00"),
        ("date: 2023-13-45", "2023-05-01T10:00:00+00:00"),
        ("date: [1, 2]", "2023-05-01T10:00:00+00:00"),
        ("date: ]broken", "2023-05-01T10:00:00+00:00"),
        ("just words", "2023-05-01T10:00:00+00:00"),
        ("", "2023-05-01T10:00:00+00:00"),
    ],
)
def test_a_documents_date_is_the_front_matters_else_the_day_it_was_added(
    tmp_path: Path, plans: Invented, front: str, moment: str
) -> None:
    document(plans, f"---\n{front}\n---\n\n# Head\n\nSee {LAMP}#7\n")
    plans.main("Touch it", author=BOB, files={"posts/june.md": f"---\n{front}\n---\n\n# Head\n\nSee {LAMP}#7!\n"})
    one = only(tmp_path)
    assert one["date"].isoformat() == moment
    assert (one["title"], one["by"]) == ("Head", "ada-example")


@pytest.mark.parametrize("ending", [".md", ".markdown", ".MD", ".qmd"])
def test_added_dates_hold_for_every_ending(tmp_path: Path, plans: Invented, ending: str) -> None:
    document(plans, f"See {LAMP}#7\n", f"notes/tür 1{ending}")
    one = only(tmp_path)
    assert one["id"] == one["title"] == f"notes/tür 1{ending}"
    assert one["date"].isoformat() == "2023-05-01T10:00:00+00:00"


def test_documents_added_on_a_branch_and_several_at_once(tmp_path: Path, plans: Invented) -> None:
    start = plans.tip or ""
    files = {name: f"See {LAMP}#7\n" for name in ("a.md", "b/c.md", "b/d e.md", "z.txt", "b/c.md.bak")}
    work = plans.commit("Add", start, author=BOB, at="2023-04-20T10:00", files=files)
    document(plans, f"See {LAMP}#8\n", "main.md")
    plans.main("Merge branch 'posts'", work, author=ADA)
    found = {row["id"]: (row["date"].day, row["by"]) for row in references(tmp_path)}
    assert found == dict.fromkeys(("a.md", "b/c.md", "b/d e.md"), (20, "Bob-Example")) | {"main.md": (1, "ada-example")}


@pytest.mark.parametrize("other", ["", "And more.\n"])
@pytest.mark.parametrize("is_earlier", [True, False])
def test_of_a_document_added_on_two_branches_the_earliest_addition_counts(
    tmp_path: Path, plans: Invented, other: str, is_earlier: bool
) -> None:
    start, text = plans.tip or "", f"See {LAMP}#7\n"
    at = "2023-04-20T10:00" if is_earlier else "2023-05-09T10:00"
    work = plans.commit("Add", start, author=BOB, at=at, files={"a.md": text + other, "b.md": "x\n"})
    plans.main("Add it too", author=ADA, at="2023-05-01T10:00", files={"a.md": text})
    plans.main("Merge", work, author=ADA, at="2023-06-01T10:00")
    one = only(tmp_path)
    assert (one["date"].day, one["by"]) == ((20, "Bob-Example") if is_earlier else (1, "ada-example"))


def test_a_document_that_is_gone_says_nothing(tmp_path: Path, plans: Invented) -> None:
    document(plans, POST)
    plans.tip = None
    plans.main("Start anew", files={"LICENSE": "free\n"})
    assert references(tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text],
    ids=["Windows line ends", "byte order mark"],
)
def test_documents_as_windows_writes_them(tmp_path: Path, plans: Invented, change: Any) -> None:
    document(plans, change(POST))
    one = only(tmp_path)
    assert (one["title"], one["context"]) == ("A better lamp", "Before.\n\nAfter.\n\nFar away.")


@pytest.mark.parametrize(
    "text",
    [
        f"\udcff See {LAMP}#7".encode("utf-8", "surrogateescape"),
        f"---\nSee {LAMP}#7",
        f"---\n---\nSee {LAMP}#7",
        f"See {LAMP}#7\x1b[31m\x1e\x1f\u202e",
        f"See {LAMP}#7\n\n" + "x" * 900_000,
        f"---\ntitle: {'[' * 3000}\n---\nSee {LAMP}#7",
        f"---\ntitle: 2023-06-20\ntags: {{a: b}}\nauthors: [{{name: Ada}}, 7]\n---\nSee {LAMP}#7",
    ],
    ids=["no UTF-8", "open front matter", "empty front matter", "control signs", "huge", "deep", "odd types"],
)
def test_odd_documents_do_no_harm(tmp_path: Path, plans: Invented, text: str | bytes) -> None:
    document(plans, text)
    assert only(tmp_path)["ref"] == f"{LAMP}#7"


def test_links_and_submodules_are_no_documents(tmp_path: Path, plans: Invented) -> None:
    document(plans, f"See {LAMP}#7\n")
    blob = plans.git("hash-object", "-w", "--stdin", stdin=b"posts/june.md")
    tree = f"120000 blob {blob}\tlink.md\n160000 commit {plans.tip}\tsub.md\n"
    entries = plans.git("ls-tree", "main") + "\n" + tree
    made = plans.git("mktree", stdin=entries.encode())
    run_git("-C", plans.path, "config", "user.name", "Ada")
    run_git("-C", plans.path, "config", "user.email", "ada@home.example")
    plans.point("refs/heads/main", plans.git("commit-tree", made, "-p", plans.tip or "", "-m", "Link"))
    assert only(tmp_path)["id"] == "posts/june.md"


# Which repositories


def test_own_pull_requests_and_tags_are_no_contributions(tmp_path: Path, plans: Invented) -> None:
    plans.pull_request(1, "ada-example/x")
    plans.main("Ours (#2)", author=ADA)
    plans.tag("1.0", plans.tip or "", ADA)
    data = loaded(tmp_path)
    assert len(data.threads) == len(data.acts) == len(data.references) == 0


def test_references_and_threads_meet(tmp_path: Path, plans: Invented, lamp: Invented) -> None:
    lamp.pull_request(7, "ada-example/x")
    document(plans, POST)
    data = loaded(tmp_path)
    assert set(data.references.ref) == set(data.threads.ref) == {f"{LAMP}#7"}
    (source,) = data.sources
    assert (source.status, source.threads, source.acts, source.references) == ("ok", 1, 2, 1)


@pytest.mark.parametrize(
    ("pattern", "private"),
    [("test-org/plans", True), ("Test-Org/*", True), ("*", True), ("test-org/plan", False), ("plans", False)],
)
def test_private_repositories_are_marked(tmp_path: Path, plans: Invented, pattern: str, private: bool) -> None:
    document(plans, POST)
    plans.main(f"For {LAMP}#8")
    found = references(tmp_path, CONFIGURATION + f'private = ["{pattern}"]\n')
    assert [bool(row["private"]) for row in found] == [private, private]


def test_aliases_in_front_matter_are_not_expanded(tmp_path: Path, plans: Invented) -> None:
    names = "abcdefghi"
    nested = (f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in itertools.pairwise(names))
    bomb = "a: &a [x]\n" + "".join(nested)
    document(plans, f"---\n{bomb}title: *i\n---\n# The heading\n\nSee {LAMP}#7\n")
    assert only(tmp_path)["title"] == "The heading"


def test_a_title_that_is_not_text_is_not_taken(tmp_path: Path, plans: Invented) -> None:
    document(plans, f"---\ntitle: [a, b]\n---\n# The heading\n\nSee {LAMP}#7\n")
    assert only(tmp_path)["title"] == "The heading"


def test_the_first_commit_has_its_day_whatever_git_is_told(
    tmp_path: Path, plans: Invented, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(plans, f"See {LAMP}#7\n")
    (tmp_path / "gitconfig").write_text("[log]\nshowRoot = false\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert only(tmp_path)["date"].isoformat() == "2023-05-01T10:00:00+00:00"


def test_a_tracker_of_a_stakeholder_is_the_own_side_too(tmp_path: Path) -> None:
    Invented(tmp_path / "clones" / "saltreed-example+wishes").main("Wish", files={"a.md": f"See {LAMP}#7\n"})
    tracker = '[[stakeholders]]\nname = "Saltreed"\ntrackers = ["saltreed-example/*"]\n[sources.git]'
    assert only(tmp_path, CONFIGURATION.replace("[sources.git]", tracker))["source"] == "saltreed-example/wishes"
