"""What could not be seen on GitHub is said: by the load that met it, by the next one, and by the store alone."""

from pathlib import Path

import pytest

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import github as source
from contribkit.loaders.github.cache import CachedNode, Store
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.queries import KINDS
from contribkit.loaders.github.settings import store_path
from contribkit.loaders.source import Loaded
from contribkit.period import Period
from tests.github.emulator import Emulator
from tests.github.fetched import fetched
from tests.github.stopping import by_hand, stopped_after
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

UNSEEN = "what is named here cannot be seen"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workload:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    monkeypatch.setenv("PATH", str(tmp_path))  # no command line of GitHub's that may know a token
    return Workload.small()


def loaded(workload: Workload, folder: Path) -> Loaded:
    with Emulator(workload) as github:
        return load_whole(workload.organisation(folder, github.url), workload.period)


def said(notes: list[str], words: str) -> int:
    """Return the number that stands before some words in the notes."""
    found = [note for note in notes if words in note]
    assert len(found) == 1, notes
    return int(next(word for word in found[0].split() if word.isdigit()))


def test_a_repository_of_plans_that_is_read_in_part_is_said_by_its_line(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = "touched last are read, at most"
    folders = [tmp_path / name for name in ("all", "part")]
    for folder in folders:
        folder.mkdir()
    assert not any(part in note for note in loaded(small, folders[0]).notes)
    monkeypatch.setitem(KINDS, "plans", KINDS["plans"]._replace(page=1))
    (cut,) = (note for note in loaded(small, folders[1]).notes if part in note)
    lines = (folders[1] / "contribkit.toml").read_text(encoding="utf-8").split("\n")
    place = next(number for number, line in enumerate(lines, 1) if '-example/upstream-plans"' in line)
    assert cut.startswith(f"{folders[1] / 'contribkit.toml'}:{place}: of the repository named here")
    assert cut.endswith("at most 1 of each")


def test_the_store_alone_says_what_the_load_could_not_see(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    online = loaded(small, tmp_path)
    assert any(UNSEEN in note for note in online.notes)
    monkeypatch.delenv("GITHUB_TOKEN")
    alone = load_whole(Organisation.read(tmp_path / "contribkit.toml"), small.period)
    assert set(online.notes) <= set(alone.notes)


def test_a_load_that_goes_on_says_what_the_stopped_one_could_not_see(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Client, "ask", stopped_after(1, by_hand))
        with pytest.raises(ContribkitError, match="stopped by hand"):
            loaded(small, tmp_path)
    assert any(UNSEEN in note for note in loaded(small, tmp_path).notes)


def test_a_name_that_github_does_not_know_stays_said_until_it_is_mended(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        org = small.organisation(tmp_path, github.url)
        text = org.path.read_text(encoding="utf-8")
        org.path.write_text(text.replace('"quirefold-example"', '"quirefold-examplex"'), encoding="utf-8")
        wrong = Organisation.read(org.path)
        told = [source.load(wrong, small.period).broken for _ in range(2)]
        with monkeypatch.context() as patch:
            patch.delenv("GITHUB_TOKEN")
            told.append(source.load(wrong, small.period).broken)
        assert all(sum("GitHub knows no quirefold-examplex" in one for one in broken) == 1 for broken in told)
        org.path.write_text(text, encoding="utf-8")
        assert not load_whole(org, small.period).broken


def test_what_was_cut_or_hidden_is_counted(small: Workload, tmp_path: Path) -> None:
    pulls = [one for one in small.pairs if one.is_pull_request and one not in small.triage_only][:3]
    for pull in pulls:
        pull.files = [f"docs/{number}.md" for number in range(101)]
    pulls[0].labels = [f"label {number}" for number in range(21)]
    answer = loaded(small, tmp_path)
    shown = set(answer.threads["ref"])
    hidden = [
        event
        for one in small.threads
        if one.ref in shown
        for event in one.events
        if event.kind == "CrossReferencedEvent" and event.detail is None
    ]
    assert said(answer.notes, "pull requests that change more than 100 files the first 100 are read") == len(pulls)
    assert said(answer.notes, "threads with more than 20 labels the first 20 are read") == 1
    assert said(answer.notes, "links come from threads that the token may not see") == len(hidden)


def test_threads_that_are_gone_are_counted(small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("that were found cannot be read" in note for note in loaded(small, tmp_path).notes)
    monkeypatch.delenv("GITHUB_TOKEN")
    org = Organisation.read(tmp_path / "contribkit.toml")
    with Store(store_path(org)) as store:
        store.keep(CachedNode("I_gone", "issue", "2026-07-02T00:00:00Z", None))
    notes = load_whole(org, small.period).notes
    assert said(notes, "threads that were found cannot be read: they are gone, or the token may not see them") == 1


def test_an_index_that_lags_is_said_where_the_store_knows_more_and_takes_nothing_away(
    small: Workload, tmp_path: Path
) -> None:
    before = loaded(small, tmp_path)
    with Emulator(small, {"search_lag": 0.3}) as github:
        lagging = source.load(small.organisation(tmp_path, github.url), small.period)
        assert not fetched(github)
    assert any("its index lags behind" in one for one in lagging.broken)
    assert lagging.acts.equals(before.acts)
    assert loaded(small, tmp_path).acts.equals(before.acts)


def test_a_load_under_an_index_that_lags_is_filled_by_the_next_one(small: Workload, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("lagging", "healthy")]
    for folder in folders:
        folder.mkdir()
    with Emulator(small, {"search_lag": 0.3}) as github:
        lagging = source.load(small.organisation(folders[0], github.url), small.period)
    filled, healthy = (loaded(small, folder) for folder in folders)
    assert len(lagging.acts) < len(filled.acts) == len(healthy.acts)
    assert set(filled.threads["ref"]) == set(healthy.threads["ref"])


def test_of_a_period_that_is_not_over_it_is_said_that_the_newest_may_be_missing(
    small: Workload, tmp_path: Path
) -> None:
    with Emulator(small) as github:
        notes = load_whole(small.organisation(tmp_path, github.url), Period("2026-Q4", small.period.timezone)).notes
    assert any("what is newest may be missing" in note for note in notes)
