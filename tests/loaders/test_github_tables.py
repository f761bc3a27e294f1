"""From GitHub's answers to tables: threads, acts and references of the emulator's small workload."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from contribkit.config.organisation import Organisation
from contribkit.evaluation.truth import classify_as_of
from contribkit.ids import casefold_id, linked_refs
from contribkit.loaders import Data, load
from contribkit.loaders import github as source
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.node_rows import INFERRED
from contribkit.loaders.source import Loaded
from contribkit.period import Period
from tests.github.emulator import Emulator
from tests.github.fetched import fetched
from tests.github.model import Thread
from tests.github.stopping import by_hand, stopped_after
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


@pytest.fixture(scope="module")
def workload() -> Workload:
    """Return the small workload, with a roadmap: an own issue of which others are sub-issues, in a milestone."""
    made = Workload.small()
    own = [own for _, own, direction in made.citations if direction == "in" and not own.repository.private]
    goal, *parts = dict.fromkeys(own)
    for part, parent in zip(parts, [goal, *parts], strict=False):
        part.parent_issue = parent
    parts[0].milestone = "Autumn"
    parts[0].body += "\r\n\r\n### Community\r\n\r\nRiver Delta\r\n\r\n### What\r\n\r\nMore quota\r\n\r\n### Notes"
    return made


@pytest.fixture(scope="module")
def home(workload: Workload, tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """An organisation whose period is loaded into its store."""
    folder = tmp_path_factory.mktemp("home")
    with Emulator(workload) as github, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", github.token)
        org = workload.organisation(folder, github.url)
        load(org, workload.period)
    return org


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def answer(home: Organisation, workload: Workload) -> Loaded:
    return load_whole(home, workload.period)


@pytest.fixture
def data(home: Organisation, workload: Workload) -> Data:
    return load(home, workload.period)


def threads(workload: Workload, answer: Loaded) -> list[tuple[Thread, pd.Series]]:
    """Return each thread of the table beside what it was made from."""
    rows = answer.threads.set_index(answer.threads["ref"].map(casefold_id))
    found = [(one, rows.loc[casefold_id(one.ref)]) for one in workload.threads if casefold_id(one.ref) in rows.index]
    assert len(found) > 10
    return found  # type: ignore[return-value]  # a label that occurs once gives a row


def test_a_thread_is_told_as_it_is(workload: Workload, answer: Loaded) -> None:
    for thread, row in threads(workload, answer):
        assert row["title"] == thread.title
        assert (row["body"] if isinstance(row["body"], str) else "") == thread.body
        assert row["labels"] == thread.labels
        assert row["state"] == thread.state.lower()
        assert row["files"] == thread.files
        assert (row["author"] if isinstance(row["author"], str) else None) == (thread.author and thread.author.login)
        assert row["kind"] == ("pull_request" if thread.is_pull_request else "issue")


def test_a_deleted_author_and_an_empty_body_are_null(workload: Workload, answer: Loaded) -> None:
    found = threads(workload, answer)
    assert any(thread.author is None and pd.isna(row["author"]) for thread, row in found)
    assert any(thread.body == "" and pd.isna(row["body"]) for thread, row in found)


def test_reviews_bear_their_state_and_count_their_inline_comments(workload: Workload, answer: Loaded) -> None:
    reviews = [review for thread, _ in threads(workload, answer) for review in thread.reviews]
    inside = [one for one in reviews if one.submitted_at and workload.period.start <= one.submitted_at]
    inside = [one for one in inside if one.submitted_at < workload.period.end and one.author]
    told = answer.acts[answer.acts["act"] == "reviewed"]
    assert sorted(told["state"]) == sorted(one.state.lower() for one in inside)
    assert told["count"].sum() == sum(1 + len(one.comments) for one in inside)


def test_a_review_that_is_still_being_written_is_no_act(workload: Workload, answer: Loaded) -> None:
    assert any(review.submitted_at is None for thread, _ in threads(workload, answer) for review in thread.reviews)
    assert "pending" not in set(answer.acts["state"].dropna())


def test_a_merge_is_not_told_as_a_closing_too(answer: Loaded) -> None:
    merged = answer.threads[answer.threads["merged_at"].notna()].set_index("ref")["merged_at"]
    closings = answer.acts[(answer.acts["act"] == "closed") & answer.acts["ref"].isin(merged.index)]
    assert (closings["at"] < closings["ref"].map(merged)).all()


def test_the_creator_of_a_repository_is_marked_as_inferred(workload: Workload, answer: Loaded) -> None:
    made = answer.acts[answer.acts["act"] == "created"]
    assert len(made) == workload.figures.new_repositories
    assert set(made["state"]) == {INFERRED}
    rows = answer.threads[answer.threads["kind"] == "repository"]
    assert all(INFERRED in label for labels in rows["labels"] for label in labels)
    assert any("the author of the first commit is taken" in note for note in answer.notes)


def test_acts_outside_a_membership_are_counted_and_left_out(data: Data, home: Organisation) -> None:
    assert data.left_out["by people on days on which they were not members"] > 0
    for login, acts in data.acts[data.acts["actor"].isin(home.members)].groupby("actor"):
        days = acts["at"].dt.tz_convert(home.timezone).dt.date
        assert all(home.is_member_on(str(login), day) for day in days)


def test_links_in_bear_title_and_date_and_private_ones_are_marked(answer: Loaded) -> None:
    found = [link for cell in answer.threads["links_in"] for link in cell]
    assert found
    assert all(link["title"] and link["date"].endswith("Z") for link in found)
    assert {link["ref"].split("#")[0] for link in found if link.get("private")} <= {"ferncollective-example/contracts"}


def test_as_of_a_day_later_links_are_taken_away(data: Data, home: Organisation) -> None:
    rows = data.contributions
    first = min(link["date"] for cell in rows["links_in"] for link in cell)
    day = date.fromisoformat(first[:10]) - pd.Timedelta(days=60)
    notes = classify_as_of(rows, data.references, home, f"{day}").notes
    assert any("from threads, younger than" in note for note in notes)


def test_what_our_own_side_says_is_a_reference_with_the_paragraph_that_points_there(
    answer: Loaded, home: Organisation
) -> None:
    found = answer.references
    assert set(found["kind"]) <= {"issue", "pull_request"}
    assert set(found["direction"]) == {"in", "out"}
    for row in found.itertuples():
        assert not home.is_own(row.ref.split("#")[0])
        assert isinstance(row.text, str)
        target = row.ref if row.direction == "in" else row.id
        assert casefold_id(target) in set(map(casefold_id, linked_refs(row.text)))
        assert row.url
        assert not pd.isna(row.date)
    both = found[found["text"].str.contains("to be done") & found["text"].str.contains("Still waiting")]
    assert len(both)


def test_private_places_are_marked(answer: Loaded) -> None:
    private = answer.references.set_index("source")["private"]
    for place, is_private in private.items():
        assert bool(is_private) is (place == "ferncollective-example/contracts")


def test_an_earlier_part_of_a_loaded_period_reads_no_thread_again(
    workload: Workload, home: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(workload) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        path = home.path.read_text(encoding="utf-8")
        address = next(line for line in path.split("\n") if line.startswith("api_url"))
        home.path.write_text(path.replace(address, f'api_url = "{github.url}"'), encoding="utf-8")
        load_whole(Organisation.read(home.path), Period("2026-08", home.timezone))
        home.path.write_text(path, encoding="utf-8")
        assert github.requests
        assert not fetched(github)


def test_a_repository_that_was_renamed_keeps_the_name_in_the_file_and_the_new_one_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload = Workload.small()
    with Emulator(workload) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        org = workload.organisation(tmp_path, github.url)
        renamed = workload.world.upstream[0]
        old = f"{renamed.owner.login}/{renamed.former_name}"
        text = org.path.read_text(encoding="utf-8").replace(f'orgs = ["{renamed.owner.login}"]', f'repos = ["{old}"]')
        org.path.write_text(text, encoding="utf-8")
        data = load(Organisation.read(org.path), workload.period)
    assert old in set(data.threads["repo"])
    assert any(f"{old} is called {renamed.ref} now" in note for note in data.sources[0].notes)


def test_who_stops_a_load_by_hand_is_told_how_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workload = Workload.small()
    monkeypatch.setattr(Client, "ask", stopped_after(2, by_hand))
    with Emulator(workload) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        org = workload.organisation(tmp_path, github.url)
        answer = source.load(org, workload.period)
    assert answer.broken[0].startswith("stopped by hand: what was loaded stays")
    assert "is not complete: still to be asked are" in answer.broken[-1]
    assert len(answer.acts)


def test_the_days_that_a_source_covers_are_those_of_the_organisation(data: Data, workload: Workload) -> None:
    source = data.sources[0]
    assert source.first is not None
    assert source.first.date() >= workload.period.first_day
    assert source.first == data.acts["at"].min()


def test_an_own_issue_tells_its_milestone_its_parents_and_the_fields_of_its_form(
    data: Data, workload: Workload
) -> None:
    places = data.references.drop_duplicates("id").set_index("id")
    (part,) = (thread for thread in workload.threads if thread.milestone == "Autumn")
    assert part.parent_issue is not None
    place = places.loc[part.ref]
    assert (place["milestone"], place["parents"]) == ("Autumn", [part.parent_issue.ref])
    assert place["form"] == ["Community: River Delta", "What: More quota"]
    assert places.loc[part.parent_issue.ref, "parents"] == []
    (below,) = (thread for thread in workload.threads if thread.parent_issue is part)
    assert places.loc[below.ref, "parents"] == [part.ref, part.parent_issue.ref]
    assert pd.isna(places.loc[below.ref, "milestone"])
