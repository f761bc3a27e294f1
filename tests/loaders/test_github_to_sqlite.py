"""The github_to_sqlite source, on databases that github-to-sqlite's own functions wrote."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

import contribkit as ck
from contribkit.errors import ContribkitError
from contribkit.loaders import github_to_sqlite
from contribkit.loaders.github_to_sqlite import sqlite_file
from contribkit.loaders.github_to_sqlite.sqlite_file import TABLES
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation
from tests.helpers.github_databases import GitHubToSqlite, label, user
from tests.test_cli import run

SOURCE = '[sources.github_to_sqlite]\ndatabases = ["data/*.db"]\n'
OWN = 'own = ["own"]\n'
JULY, AUGUST, SEPTEMBER = "2026-07-02T10:00:00Z", "2026-08-03T11:00:00Z", "2026-09-04T12:00:00Z"
Q3 = ck.Period("2026-Q3")


def opened(at=JULY, **changes):
    return {"created_at": at, "updated_at": at} | changes


def closed(at, **changes):
    return opened() | {"state": "closed", "closed_at": at, "updated_at": at} | changes


@pytest.fixture
def home(tmp_path):
    """An organisation whose only source is what lies below data/."""
    return organisation(tmp_path, HEAD + OWN + TEAM + UPSTREAM + SOURCE)


@pytest.fixture
def lamp(tmp_path):
    """An upstream repository in a database: call what comes back to finish the file."""
    made = GitHubToSqlite(tmp_path / "data" / "up.db")
    made.repo = made.repository("o/lamp", created_at="2020-01-01T00:00:00Z")
    return made


def load(home):
    return github_to_sqlite.load(home, Q3)


def by_ref(answer):
    return answer.threads.set_index("ref")


def did(answer):
    return {(act.ref, act.actor, act.act, act.at.isoformat()) for act in answer.acts.itertuples()}


def at(text):
    return text.replace("Z", "+00:00")


def test_issues_comments_and_releases_become_threads_and_acts(home, lamp):
    lamp.issue(lamp.repo, 1, "ada", title="It flickers", body="As in own/plans#4", labels=[label("bug")], **opened())
    lamp.comment(lamp.repo, 1, "bob", AUGUST, "I see it too")
    lamp.release(lamp.repo, "1.0", "bob", SEPTEMBER, name="Lamp one", body="Thanks")
    lamp.close()
    answer = load(home)
    issue = by_ref(answer).loc["o/lamp#1"]
    assert (issue.kind, issue.author, issue.state, issue.title) == ("issue", "ada", "open", "It flickers")
    assert (issue.labels, issue.links_out, issue.participants) == (["bug"], ["own/plans#4"], ["ada", "bob"])
    assert (issue.author_association, issue.url) == ("MEMBER", "https://github.com/o/lamp/issues/1")
    assert issue.first_response_at.isoformat() == at(AUGUST)
    assert not issue.private
    release = by_ref(answer).loc["o/lamp@1.0"]
    assert (release.kind, release.title, release.author) == ("release", "Lamp one", "bob")
    assert did(answer) == {
        ("o/lamp#1", "ada", "opened", at(JULY)),
        ("o/lamp#1", "bob", "commented", at(AUGUST)),
        ("o/lamp@1.0", "bob", "released", at(SEPTEMBER)),
    }
    comment = answer.acts[answer.acts["act"] == "commented"].iloc[0]
    assert comment.text == "I see it too"
    assert comment.url.startswith("https://github.com/o/lamp/issues/1#issuecomment-")


def test_who_merged_is_known_only_where_a_pull_request_was_asked_for_by_number(home, lamp):
    lamp.pull_request(lamp.repo, 1, "ada", **closed(AUGUST), merged_at=AUGUST)
    lamp.pull_request(lamp.repo, 2, "ada", **closed(AUGUST), merged_at=AUGUST, merged_by=user("bob"), additions=3)
    lamp.found_pull_request(lamp.repo, 3, "ada", SEPTEMBER, **opened(updated_at=SEPTEMBER))
    lamp.close()
    answer = load(home)
    threads = by_ref(answer)
    assert list(threads["state"]) == ["merged"] * 3
    assert threads["merged_by"].dropna().to_dict() == {"o/lamp#2": "bob"}
    assert threads.loc["o/lamp#2", "additions"] == 3
    assert threads.loc["o/lamp#3", "url"] == "https://github.com/o/lamp/pull/3"
    merges = {(act.ref, act.actor) for act in answer.acts.itertuples() if act.act == "merged"}
    assert merges == {("o/lamp#1", "ada"), ("o/lamp#2", "bob"), ("o/lamp#3", "ada")}
    assert any(note.startswith("who merged 2 pull requests is not known") for note in answer.notes)


def test_a_pull_request_of_which_only_the_issue_is_known_is_neither_closed_nor_merged(home, lamp):
    lamp.pull_request_as_issue(lamp.repo, 7, "ada", **closed(AUGUST, closed_by=user("bob")))
    lamp.close()
    answer = load(home)
    thread = by_ref(answer).loc["o/lamp#7"]
    assert (thread.kind, thread.url) == ("pull_request", "https://github.com/o/lamp/pull/7")
    assert answer.threads["state"].isna().all()
    assert {act for _, _, act, _ in did(answer)} == {"opened"}
    assert any("whether 1 closed pull requests were merged is not known" in note for note in answer.notes)


def test_both_tables_tell_of_one_pull_request(home, lamp):
    lamp.pull_request_as_issue(lamp.repo, 7, "ada", **closed(AUGUST), title="New name", labels=[label("bug")])
    lamp.pull_request(lamp.repo, 7, "ada", **closed(AUGUST), merged_at=AUGUST, title="New name")
    lamp.close()
    answer = load(home)
    assert len(answer.threads) == 1
    assert list(answer.threads["state"]) == ["merged"]
    assert len(answer.acts) == 2


def test_who_closed_a_thread_is_told_where_the_answer_said_so_and_else_left_out(home, lamp):
    lamp.issue(lamp.repo, 1, "ada", **closed(AUGUST))
    lamp.issue(lamp.repo, 2, "ada", **closed(AUGUST, closed_by=user("bob")))
    lamp.close()
    closings = {entry for entry in did(load(home)) if entry[2] == "closed"}
    assert closings == {("o/lamp#2", "bob", "closed", at(AUGUST))}


def test_the_own_side_becomes_references_and_no_threads(home, lamp):
    plans = lamp.repository("own/plans", private=True)
    words = "We plan.\n\nReef needs https://github.com/o/lamp/pull/9 soon.\n\nThat is all."
    lamp.issue(plans, 4, "bob", title="Reef", body=words, labels=[label("contract")], **opened())
    lamp.comment(plans, 4, "ada", AUGUST, "Done in o/lamp#10, see own/plans#1")
    lamp.commit(plans, "a" * 40, "ada", SEPTEMBER, "Pin lamp\n\nuntil o/lamp#9 is out")
    lamp.issue(lamp.repo, 1, "ada", body="points at o/other#1", **opened())
    lamp.close()
    answer = load(home)
    assert list(answer.threads["ref"]) == ["o/lamp#1"]
    assert set(answer.acts["ref"]) == {"o/lamp#1"}
    found = answer.references.set_index(["ref", "kind"])
    body = found.loc[("o/lamp#9", "issue")]
    assert (body.text, body.context) == (words.split("\n\n")[1], "We plan.\n\nThat is all.")
    assert (body.source, body.id, body.title, body.by, body.labels) == (
        "own/plans",
        "own/plans#4",
        "Reef",
        "bob",
        ["contract"],
    )
    assert (body.url, body.date.isoformat()) == ("https://github.com/own/plans/issues/4", at(JULY))
    comment = found.loc[("o/lamp#10", "issue")]
    assert (comment.id, comment.title, comment.by, comment.labels) == ("own/plans#4", "Reef", "ada", ["contract"])
    assert (comment.direction, bool(comment.by_is_bot)) == ("in", False)
    commit = found.loc[("o/lamp#9", "commit")]
    assert (commit.id, commit.title, commit.text) == ("a" * 9, "Pin lamp", "until o/lamp#9 is out")
    assert found["private"].all()
    assert len(found) == 3


def test_a_comment_of_a_member_tells_where_a_thread_points_and_a_strangers_does_not(home, lamp):
    lamp.issue(lamp.repo, 1, "ada", **opened())
    lamp.comment(lamp.repo, 1, "bobby", JULY, "for own/plans#4")
    lamp.comment(lamp.repo, 1, "stranger", AUGUST, "like own/plans#5")
    lamp.close()
    assert load(home).threads["links_out"][0] == ["own/plans#4"]


def test_bots_ghosts_and_new_logins_are_told_apart(home, lamp):
    lamp.issue(lamp.repo, 1, "dependabot[bot]", **opened())
    lamp.issue(lamp.repo, 2, None, **opened())
    lamp.issue(lamp.repo, 3, "ada", **opened())
    lamp.comment(lamp.repo, 3, "dependabot[bot]", JULY, "hello")
    lamp.comment(lamp.repo, 3, None, JULY, "lost")
    lamp.comment(lamp.repo, 3, "carol", AUGUST, "hello")
    lamp.db["users"].update(user("carol")["id"], {"login": "carol-new"})
    lamp.close()
    data = ck.load(home, Q3)
    threads = data.threads.set_index("ref")
    assert threads.loc["o/lamp#1", "author_is_bot"]
    assert not threads.loc["o/lamp#3", "author_is_bot"]
    assert threads["author"].isna().to_dict() == {"o/lamp#1": False, "o/lamp#2": True, "o/lamp#3": False}
    assert threads.loc["o/lamp#3", "first_response_at"].isoformat() == at(AUGUST)
    assert "carol-new" in set(data.acts["actor"])
    assert list(data.contributions["id"]) == ["o/lamp#3@ada:issue"]


def test_of_a_new_repository_the_author_of_the_first_commit_made_it(home, lamp):
    new = lamp.repository("o/new", created_at=JULY)
    copied = lamp.repository("o/copied", created_at=JULY)
    lamp.repository("o/fork", created_at=JULY, fork=True)
    lamp.commit(new, "b" * 40, "bob", AUGUST, "Second")
    lamp.commit(new, "c" * 40, "ada", "2026-07-01T00:00:00Z", "First")
    lamp.commit(copied, "d" * 40, "ada", "2020-07-01T00:00:00Z", "Long ago")
    lamp.close()
    answer = load(home)
    assert did(answer) == {("o/new", "ada", "created", at(JULY))}
    assert any("who created 1 repositories is inferred" in note for note in answer.notes)
    assert list(ck.load(home, Q3).contributions["id"]) == ["o/new@ada:repository"]


def test_a_release_that_is_a_draft_is_none(home, lamp):
    lamp.release(lamp.repo, "1.0", "ada", None, draft=True)
    lamp.close()
    assert load(home).threads.empty


def test_what_is_neither_upstream_nor_our_own_is_not_looked_at(home, lamp):
    elsewhere = lamp.repository("else/where")
    lamp.issue(elsewhere, 1, "ada", body="o/lamp#1", **opened())
    lamp.comment(elsewhere, 1, "ada", JULY, "o/lamp#1")
    lamp.close()
    answer = load(home)
    assert (len(answer.threads), len(answer.acts), len(answer.references)) == (0, 0, 0)


def test_a_thread_knows_the_threads_that_link_to_it(home, lamp):
    lamp.issue(lamp.repo, 1, "ada", **opened())
    plans = lamp.repository("own/plans", private=True)
    lamp.issue(plans, 4, "bob", title=None, body="For O/Lamp#1", **opened())
    lamp.issue(lamp.repo, 2, "bob", title="Two", body="After #1 and o/lamp#1, not o/lamp#2", **opened())
    lamp.close()
    threads = by_ref(load(home))
    links = {link["ref"]: link for link in threads.loc["o/lamp#1"].links_in}
    assert links == {
        "own/plans#4": {"ref": "own/plans#4", "title": None, "by": "bob", "private": True},
        "o/lamp#2": {"ref": "o/lamp#2", "title": "Two", "by": "bob", "private": False},
    }
    assert threads.loc["o/lamp#2"].links_in == []


def test_a_planned_thread_in_an_upstream_project_is_thread_and_reference(tmp_path, lamp):
    goal = '[[goals]]\nname = "G"\nrefs = ["o/lamp#1"]\n'
    lamp.issue(lamp.repo, 1, "ada", body="Needs o/other#2 and itself, o/lamp#1", **opened())
    lamp.close()
    answer = load(organisation(tmp_path, HEAD + OWN + TEAM + UPSTREAM + goal + SOURCE))
    assert list(answer.threads["ref"]) == ["o/lamp#1"]
    assert list(answer.references["ref"]) == ["o/other#2"]


def test_of_several_databases_the_newest_is_believed(home, lamp, tmp_path):
    lamp.issue(lamp.repo, 1, "ada", title="Old", **closed(JULY))
    lamp.comment(lamp.repo, 1, "bob", JULY, "old words")
    lamp.close()
    newer = GitHubToSqlite(tmp_path / "data" / "aa-newer.db")
    repo = newer.repository("o/lamp")
    newer.issue(repo, 1, "ada", title="New", **opened(updated_at=SEPTEMBER))
    newer.comment(repo, 1, "bob", JULY, "new words", updated_at=AUGUST)
    newer.close()
    answer = load(home)
    assert list(answer.threads["title"]) == ["New"]
    assert list(answer.threads["state"]) == ["open"]
    assert answer.threads["closed_at"].isna().all()
    assert list(answer.acts["text"].dropna()) == ["new words"]


def full(lamp):
    """Fill every table that is read."""
    plans = lamp.repository("own/plans")
    lamp.issue(lamp.repo, 1, "ada", labels=[label("bug")], **opened())
    lamp.pull_request_as_issue(lamp.repo, 2, "ada", **closed(AUGUST))
    lamp.pull_request(lamp.repo, 2, "ada", labels=[label("bug")], **closed(AUGUST), merged_at=AUGUST)
    lamp.comment(lamp.repo, 1, "bob", AUGUST, "see own/plans#1")
    lamp.issue(plans, 1, "bob", body="o/lamp#2", **opened())
    lamp.release(lamp.repo, "1.0", "bob", SEPTEMBER)
    lamp.commit(plans, "a" * 40, "ada", SEPTEMBER, "o/lamp#1")
    return lamp.close()


@pytest.mark.parametrize("table", TABLES)
def test_any_table_may_be_missing(home, lamp, table):
    path = full(lamp)
    before = load(home)
    without(path, table)
    answer = load(home)
    assert len(answer.threads) + len(answer.acts) > 0 or table == "users"
    total = sum(map(len, (answer.threads, answer.acts, answer.references)))
    assert total < sum(map(len, (before.threads, before.acts, before.references))) or table in ("repos", *PAIRS)
    said = [note for note in answer.notes if note.startswith("up.db does not tell")]
    assert len(said) == (table not in ("commits", *PAIRS))
    assert all(f"its table {table} " in note for note in said)


PAIRS = ("labels", "issues_labels", "labels_pull_requests")


def without(path, *tables):
    with sqlite3.connect(path) as database:
        for table in tables:
            database.execute(f"drop table {table}")
    database.close()


def test_without_repositories_their_names_are_read_off_addresses_and_all_counts_as_private(home, lamp):
    path = full(lamp)
    before = load(home)
    without(path, "repos")
    answer = load(home)
    assert set(before.threads["ref"]) == set(answer.threads["ref"])
    assert answer.threads["private"].all()
    assert not before.threads["private"].any()
    without(path, "pull_requests", "releases", "issue_comments")
    with sqlite3.connect(path) as database:
        database.execute("delete from issues where number = 2")
    database.close()
    lost = load(home)
    assert lost.threads.empty
    assert any("rows are left out because their repository is unknown" in note for note in lost.notes)


def test_columns_that_an_older_version_did_not_write_are_null(home, lamp):
    path = full(lamp)
    with sqlite3.connect(path) as database:
        database.execute("alter table issues drop column type")
        database.execute("alter table issues drop column author_association")
    database.close()
    thread = by_ref(load(home)).loc["o/lamp#1"]
    assert (thread.kind, thread.author) == ("issue", "ada")


def test_it_says_up_to_which_day_a_database_reaches(home, lamp):
    lamp.issue(lamp.repo, 1, "ada", **opened(AUGUST))
    path = lamp.close()
    expected = "up.db reaches up to 2026-08-03"
    assert any(note.startswith(f"{expected}: what came later in the period is not seen") for note in load(home).notes)
    earlier = github_to_sqlite.load(home, ck.Period("2026-07"))
    assert expected in earlier.notes
    with sqlite3.connect(path) as database:
        for table in ("issues", "repos"):
            database.execute(f"update {table} set created_at = null")
        database.execute("update issues set updated_at = null")
    database.close()
    assert any("up.db has no dates" in note for note in load(home).notes)


def spoil(path, *statements):
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def torn(path):
    """Write nonsense over the second half, as a download that went wrong."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + b"x" * (len(content) // 2))


DAMAGE = {
    "no database": (lambda path: path.write_text("<html>" * 99), "is not an SQLite database, or a damaged one"),
    "torn": (torn, "is not an SQLite database, or a damaged one"),
    "empty": (lambda path: path.write_bytes(b""), "holds none of github-to-sqlite's tables; make it with"),
    "of something else": (
        lambda path: (path.unlink(), spoil(path, "create table t (a)")), "holds none of github-to-sqlite's tables",
    ),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "is not a file"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_what_cannot_be_read_is_one_sentence_with_file_and_fix_and_others_are_read(home, lamp, tmp_path, case):
    path = full(lamp)
    shutil.copy(path, tmp_path / "data" / "whole.db")
    damage, said = DAMAGE[case]
    damage(path)
    with pytest.raises(ContribkitError, match=r"up\.db") as error:
        github_to_sqlite.check(home)
    assert said in str(error.value)
    answer = load(home)
    assert said in answer.broken[0]
    assert len(answer.threads) == 3


def test_a_column_of_another_make_is_named(home, lamp):
    spoil(full(lamp), "update issues set created_at = 'yesterday'")
    assert re.search(r'up\.db: the table issues is not as .*"created_at"', load(home).broken[0])


def test_a_database_that_is_being_written_is_said_so(home, lamp, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_TIMEOUT", 0.1)
    writer = sqlite3.connect(full(lamp))
    writer.execute("begin exclusive")
    try:
        with pytest.raises(ContribkitError, match=r"up\.db: another program is writing it"):
            github_to_sqlite.check(home)
    finally:
        writer.close()
    github_to_sqlite.check(home)


@pytest.mark.parametrize("log", ["delete", "wal"])
def test_reading_leaves_no_trace(home, lamp, log):
    path = full(lamp)
    database = sqlite3.connect(path)
    database.execute(f"pragma journal_mode = {log}")
    database.close()
    before = path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir())
    ck.load(home, Q3)
    assert before == (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir()))


def test_what_still_stands_in_a_write_ahead_log_is_read(home, lamp):
    path = full(lamp)
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("update issues set title = 'Just written'")
    writer.commit()
    try:
        assert by_ref(load(home)).loc["o/lamp#1", "title"] == "Just written"
    finally:
        writer.close()


def test_a_name_with_signs_of_addresses_is_a_name(tmp_path, lamp):
    path = full(lamp)
    odd = path.rename(path.with_name("a?mode=rw#b %41.db"))
    source = f'[sources.github_to_sqlite]\ndatabases = ["data/{odd.name}"]\n'.replace("?", "[?]")
    assert len(load(organisation(tmp_path, HEAD + OWN + TEAM + UPSTREAM + source)).threads) == 3


@pytest.mark.parametrize(
    ("setting", "said"),
    [("databases = []", "databases names no file"), ('databases = ["*.sqlite"]', 'no file matches "*.sqlite"')],
)
def test_settings_that_name_nothing_are_errors(tmp_path, setting, said):
    with pytest.raises(ContribkitError) as error:
        github_to_sqlite.check(organisation(tmp_path, HEAD + TEAM + f"[sources.github_to_sqlite]\n{setting}\n"))
    assert said in str(error.value)


def test_the_review_says_that_no_reviews_are_known_and_shows_nothing_private(home, lamp):
    secret = lamp.repository("o/secret", private=True)
    lamp.issue(secret, 1, "ada", title="Hushed", **opened())
    full(lamp)
    code, out, err = run("review", "--config", home.path, "--period", "2026-Q3")
    assert code == 0, err
    folder = Path(out.splitlines()[0]).parent
    page = (folder / "review.html").read_text()
    assert "github-to-sqlite knows no reviews" in page
    assert "up.db reaches up to 2026-09-04" in page
    for file in folder.iterdir():
        assert "Hushed" not in file.read_text()
    assert run("doctor", "--config", home.path)[1].count("sources.github_to_sqlite") >= 1
