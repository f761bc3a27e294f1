"""The `perceval` source: items that the real perceval wrote, and what may be wrong with them."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import contribkit as ck
from contribkit import Labels
from contribkit.classifiers import classify
from contribkit.classifiers.explain import why
from contribkit.cli import main
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.fold import Data
from contribkit.loaders import check, load
from contribkit.loaders.perceval import diagnose
from contribkit.loaders.perceval.items import read_item, text_for_links, text_of_html
from contribkit.loaders.source import Level
from contribkit.period import Period
from contribkit.privacy import visible
from contribkit.tables import records, rows_of
from contribkit.widgets.relabelling.session import Session
from tests.helpers.builders import jsonl, references
from tests.helpers.communities import community, fetch

HOST = "forge.example.org"
NAMES = (
    'gitlab = "ada-gl", discourse = "ADA_forum", zulip = "Ada Example", gerrit = "ada-review", '
    'email = "ada@team.example"'
)
CONFIGURATION = """
[organisation]
name = "Test"
own = ["test-org"]
timezone = "Europe/Berlin"
[[teams]]
name = "One"
[[teams.members]]
login = "ada-example"
names = {{ {names} }}
[[teams.members]]
login = "emil-example"
names = {{ "{host}" = "emil-gl" }}
[[upstream]]
name = "Press"
places = [
  "gitlab:{host}/quill", "discourse:{host}/c/help/5", "zulip:{host}/core team", "mattermost:{host}/press",
  "mail:lists.example.org/dev", "gerrit:review.example.org/quill",
]
[sources.perceval]
files = ["perceval/*.jsonl"]
"""


def organisation(folder: Path, host: str = HOST, names: str = NAMES, more: str = "") -> Organisation:
    path = folder / "contribkit.toml"
    path.write_text(CONFIGURATION.format(host=host, names=names) + more, encoding="utf-8")
    return Organisation.read(path)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with what the real perceval wrote of every backend, and the host that it asked."""
    folder = tmp_path_factory.mktemp("perceval")
    with community() as host:
        fetch(folder, host)
    return folder, host


@pytest.fixture
def data(fetched: tuple[Path, str]) -> Data:
    folder, host = fetched
    return load(organisation(folder, host), "2026-Q3")


def named(data: Data, host: str) -> pd.DataFrame:
    """Return the contributions by id, with a host in place of the one of this run."""
    return data.contributions.assign(id=data.contributions["id"].str.replace(host, HOST)).set_index("id")


# What the real perceval wrote.


def test_what_a_member_did_in_six_places_is_in_the_review(data: Data, fetched: tuple[Path, str]) -> None:
    rows = named(data, fetched[1])
    assert rows["acts"].to_dict() == {
        f"{HOST}/quill/press/core#1@ada-example:comment": 3,  # asked, labelled, closed
        f"{HOST}/quill/press/core!1@ada-example:pull_request": 3,  # opened, answered, and it was merged
        f"{HOST}/quill/press/core!2@ada-example:review": 3,  # beside a line, approved, merged
        f"{HOST}/quill/press/core!4@ada-example:triage": 1,  # a bot's
        f"{HOST}/quill/press/core#5@ada-example:issue": 1,
        f"{HOST}/t/11@ada-example:comment": 2,  # answered, closed
        f"{HOST}/t/13@ada-example:discussion": 1,
        f"{HOST}/core%20team#release%202.0%3F@ada-example:comment": 3,
        f"{HOST}/press/town-square#messages@ada-example:comment": 1,
        "lists.example.org/dev#3d43c6541880@ada-example:comment": 1,
        "review.example.org/quill/press/+/42@ada-example:review": 3,
    }
    assert data.left_out["outside the upstream projects"] == 2  # of another category of the forum
    assert [(one.name, one.status, one.notes) for one in data.sources] == [
        ("perceval", "ok", ["1 private message left out"])
    ]


def test_a_change_on_gitlab_has_the_columns_of_one_on_github(data: Data, fetched: tuple[Path, str]) -> None:
    host, rows = fetched[1], named(data, fetched[1])
    row = rows_of(rows.loc[[f"{HOST}/quill/press/core!1@ada-example:pull_request"]])[0]
    assert {name: row[name] for name in ("repo", "number", "author", "author_is_bot", "state", "labels", "title")} == {
        "repo": f"{host}/quill/press/core", "number": 1, "author": "ada-example", "author_is_bot": False,
        "state": "merged", "labels": ["enhancement"], "title": "Let readers choose a font",
    }  # fmt: skip
    assert row["url"] == f"http://{host}/quill/press/core/-/merge_requests/1"
    assert (str(row["opened_at"]), str(row["merged_at"])) == ("2026-07-02 10:00:00+00:00", "2026-07-05 07:00:00+00:00")
    assert row["merged_by"] == f"{host}:mary-core"
    assert row["participants"] == [f"{host}:mary-core"]
    assert row["remarks"] == ["One is enough, see #1."]
    core = f"{host}/quill/press/core"
    assert row["links_out"] == [f"{core}#3", f"{core}!2", "test-org/plans#7"]
    assert row["additions"] is None  # perceval does not tell
    thread = data.threads.set_index("ref").loc[f"{core}!1"]
    assert str(thread["first_response_at"]) == "2026-07-03 10:00:00+00:00"
    assert thread["files"] == []


def test_a_name_elsewhere_is_nobodys_until_it_is_named(data: Data, fetched: tuple[Path, str]) -> None:
    folder, host = fetched
    acts = data.acts.set_index("ref")
    assert acts.loc[f"{host}/quill/press/core#6", "actor"] == f"{host}:ada-example"
    assert f"{host}:emil-example" in set(acts.loc[f"{host}/t/11", "actor"])
    assert set(data.contributions["actor"]) == {"ada-example"}
    assert not set(data.acts["actor"]) & {"mary-core", "ida-asks", "discobot", "Ida Asks", "ida@asks.example"}
    assert data.acts["actor"].str.endswith("[bot]").sum() == 3  # a project's bot, one of the forum, one of Gerrit
    nobody = load(organisation(folder, host, 'zulip = "Somebody Else"'), "2026-Q3")
    assert len(nobody.contributions) == 0
    notes = nobody.sources[0].notes
    assert f'no act on {host} is a member\'s; say who is who there with names = {{ gitlab = "…" }}' in notes
    assert 'no act on lists.example.org is a member\'s; say who is who there with names = { email = "…" }' in notes


def test_an_answer_in_the_forum_is_support_and_html_runs_nowhere(data: Data, fetched: tuple[Path, str]) -> None:
    org = organisation(*fetched)
    judged = classify(data.contributions, data.references, org).contributions.set_index("ref")
    answer = judged.loc[f"{fetched[1]}/t/11"]
    assert (answer["kind"], answer["activity"], answer["lead"]) == ("comment", "triage", "upstream")
    assert answer["remarks"] == ["Like this,\nsee the manual <https://docs.example.org/print>."]
    assert answer["labels"] == ["printing"]
    assert judged.loc["lists.example.org/dev#3d43c6541880", "activity"] == "comment"


def test_a_chat_is_one_row_a_person_and_topic_without_words(data: Data, fetched: tuple[Path, str]) -> None:
    folder, host = fetched
    topic = f"{host}/core%20team#release%202.0%3F"
    row = data.contributions.set_index("ref").loc[topic]
    assert (row["title"], row["acts"], row["remarks"], row["links_out"]) == (
        "release 2.0?", 3, [], ["test-org/plans#9"]
    )  # fmt: skip
    assert row["url"] == f"http://{host}/#narrow/channel/4/topic/release.202.2E0.3F"
    assert "When?" not in data.threads.to_csv()
    july = load(organisation(folder, host), "2026-07").contributions.set_index("ref")
    assert july.loc[topic, "acts"] == 2
    kept = load(organisation(folder, host, more="chat_words = true\n"), "2026-Q3").contributions.set_index("ref")
    assert kept.loc[topic, "remarks"] == ["Soon, see test-org/plans#9\n\nIn August", "Done"]


def test_a_mailing_list_has_threads_and_shows_no_addresses(data: Data) -> None:
    thread = data.threads.set_index("ref").loc["lists.example.org/dev#3d43c6541880"]
    assert (thread["title"], thread["body"]) == ("[dev] Printing upside down", "How?")
    assert re.fullmatch(r"\?[0-9a-f]{12}", thread["author"])
    assert thread["participants"] == [thread["author"], "ada-example"]
    acts = data.acts[data.acts["ref"] == thread.name]
    assert acts["act"].tolist() == ["opened", "commented", "commented"]
    assert acts["text"].dropna().tolist() == ["Turn the paper."]  # without what it quotes
    assert "asks.example" not in data.threads.to_csv() + data.acts.to_csv()


def test_a_review_on_gerrit_is_one(data: Data) -> None:
    row = data.contributions.set_index("ref").loc["review.example.org/quill/press/+/42"]
    assert (row["kind"], row["state"], row["merged_by"], row["additions"], row["deletions"]) == (
        "review", "merged", "ada-example", 30, 4
    )  # fmt: skip
    assert row["links_out"] == ["test-org/plans#7"]


def test_what_is_confidential_is_private_and_what_is_between_people_is_left_out(
    data: Data, fetched: tuple[Path, str]
) -> None:
    folder, host = fetched
    private = data.threads.loc[data.threads["private"].fillna(False), "ref"].tolist()
    assert private == [f"{host}/quill/press/core#5"]
    assert f"{host}/t/14" not in set(data.acts["ref"])
    assert "Between us" not in data.threads.to_csv() + data.acts.to_csv()
    more = f'private = ["zulip:{host}/core team"]\n'
    org = organisation(folder, host, more=more)
    threads = load(org, "2026-Q3").threads
    assert set(threads.loc[threads["private"].fillna(False), "repo"]) == {
        f"{host}/quill/press/core", f"{host}/core%20team"
    }  # fmt: skip


def test_items_fetched_twice_count_once_and_the_later_wins(fetched: tuple[Path, str], tmp_path: Path) -> None:
    folder, host = fetched
    for file in (folder / "perceval").iterdir():
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        later = [row | {"updated_on": row["updated_on"] + 1} for row in rows if row["backend_name"] == "GitLab"]
        for row in later:
            row["data"] = row["data"] | {"title": f"{row['data']['title']}!"}
        jsonl(tmp_path / "perceval" / f"b-{file.name}", *(later or rows), *rows)
        jsonl(tmp_path / "perceval" / f"a-{file.name}", *rows)
    once = load(organisation(folder, host), "2026-Q3")
    twice = load(organisation(tmp_path, host), "2026-Q3")
    pd.testing.assert_frame_equal(once.acts.sort_values(["ref", "at", "actor"], ignore_index=True),
                                  twice.acts.sort_values(["ref", "at", "actor"], ignore_index=True))  # fmt: skip
    titles = twice.threads.set_index("ref")["title"]
    assert titles[f"{host}/quill/press/core!1"] == "Let readers choose a font!"
    assert twice.sources[0].notes == once.sources[0].notes


# What is made of it.


def test_a_project_elsewhere_has_a_whole_review(data: Data, fetched: tuple[Path, str]) -> None:
    folder, host = fetched
    goal = '[[goals]]\nname = "Support"\nactivities = ["triage"]\nupstream = ["Press"]\ntarget = 2\n'
    client = '[[stakeholders]]\nname = "River Delta"\n[[initiatives]]\nname = "Fonts"\nrefs = ["test-org/plans#7"]\n'
    org = organisation(folder, host, more=f'{goal}{client}stakeholder = "River Delta"\n')
    told = references({
        "ref": f"{host}/quill/press/core!1", "source": "test-org/plans", "kind": "issue", "id": "7",
        "date": "2026-07-01", "text": f"See http://{host}/quill/press/core/-/merge_requests/1.",
        "url": "https://github.com/test-org/plans/issues/7",
    })  # fmt: skip
    judged = classify(data.contributions, told, org)
    data = replace(data, organisation=org, references=told)
    review = ck.Review(judged, data, org.team(), Period("2026-Q3", org.timezone))
    summary = review.summary
    leads = judged.contributions.set_index("ref")
    assert tuple(leads.loc[f"{host}/quill/press/core!1", ["lead", "stakeholder", "initiative"]]) == (
        "stakeholder", "River Delta", "Fonts"
    )  # fmt: skip
    assert summary["goals"][0]["done"] == 1  # the answer in the forum
    assert [(one["project"], one["part"], one["whole"]) for one in summary["projects"]] == [("Press", 20, 31)]
    assert summary["cross_links"]["both"] == 1
    page = "".join(section.html for section in review.sections.values())
    assert f"http://{host}/quill/press/core/-/merge_requests/1" in page
    assert "A hole in the wall" not in page  # which is confidential
    of_project = ck.Review(judged, data, org.project("Press"), Period("2026-Q3", org.timezone))
    for_maintainers = "".join(section.html for section in of_project.sections.values())
    assert f"{host}/quill/press/core!1" in for_maintainers
    for name in ("ada", "mary-core", "sam-new", "ida-asks"):
        assert name not in for_maintainers


def test_labels_take_ids_elsewhere(data: Data, fetched: tuple[Path, str], tmp_path: Path) -> None:
    org = organisation(*fetched)
    public = data.contributions[visible(data.contributions)]
    ids = public["id"].tolist()
    session = Session(classify(public, data.references, org), Labels.read(tmp_path / "labels"), "ada")
    assert not session.record([{"op": "label", "item": name, "lead": "individual"} for name in ids]).failed
    table, again = tmp_path / "labels.csv", tmp_path / "again"
    for arguments in (
        ["export", "--output", table, "--labels", tmp_path / "labels"], ["import", table, "--labels", again],
    ):  # fmt: skip
        result = CliRunner().invoke(main, ["labels", *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    for folder in (tmp_path / "labels", again):
        judged = classify(public, data.references, org, Labels.read(folder)).contributions
        assert set(judged["decided_by"]) == {"person"}
        assert set(judged["lead"]) == {"individual"}


def test_why_takes_addresses_elsewhere(data: Data, fetched: tuple[Path, str]) -> None:
    folder, host = fetched
    org = organisation(folder, host)
    judged = classify(data.contributions, data.references, org)
    core = f"{host}/quill/press/core"
    for identifier in (f"http://{core}/-/merge_requests/2#note_1", f"{core}!2", f"{core}!2@ada-example:review"):
        assert why(judged, identifier, org)[0] == "Fix a typo in the manual"
    assert why(judged, f"https://{host}/t/any-slug/11/2", org)[0] == "Topic 11"
    with pytest.raises(ContribkitError, match=re.escape(f"in the same thread: {core}!2@ada-example:review")):
        why(judged, f"{core}!2@ada-example:revew", org)


def test_what_was_loaded_is_read_again_as_json_lines(data: Data, fetched: tuple[Path, str], tmp_path: Path) -> None:
    jsonl(tmp_path / "c.jsonl", *records(data.contributions))
    config = (fetched[0] / "contribkit.toml").read_text(encoding="utf-8").partition("[sources.perceval]")[0]
    (tmp_path / "contribkit.toml").write_text(
        f'{config}[sources.records]\ncontributions = ["c.jsonl"]\n', encoding="utf-8"
    )
    again = load(tmp_path / "contribkit.toml", "2026-Q3").contributions
    same = ["id", "repo", "number", "acts", "state", "merged_by", "author"]
    pd.testing.assert_frame_equal(
        again.sort_values("id", ignore_index=True)[same],
        data.contributions.sort_values("id", ignore_index=True)[same],
    )


def test_a_login_in_the_words_of_a_thread_elsewhere_is_nobodys(tmp_path: Path) -> None:
    words = {"description": "Hello @delta-lead, this is for you"}
    jsonl(tmp_path / "perceval" / "a.jsonl", item(data=words), item(uuid="b2", data={"iid": 2}))
    org = organisation(tmp_path, more='[[stakeholders]]\nname = "River Delta"\npeople = ["delta-lead"]\n')
    rows = load(org, "2026-Q3").contributions
    on_github = rows.assign(id=rows["id"].str.replace(f"{HOST}/quill/core", "o/r"), ref="o/r#1", repo="o/r")
    rules = [set(classify(table, None, org).reasons["rule"]) for table in (rows, on_github)]
    assert ["asks_a_stakeholder" in found for found in rules] == [False, True]


# What may be wrong.


def item(backend: str = "GitLab", category: str = "issue", **more: Any) -> dict[str, Any]:
    """Return a small item of GitLab, with other data where wanted."""
    data = {
        "iid": 1, "title": "Paper jam", "state": "opened", "created_at": "2026-07-01T10:00:00Z", "notes_data": [],
        "author": {"username": "ada-gl"}, "web_url": f"https://{HOST}/quill/core/-/issues/1",
    }  # fmt: skip
    row = {"backend_name": backend, "category": category, "origin": f"https://{HOST}/quill/core", "uuid": "a1"}
    return row | {"updated_on": 1.0, "data": data | more.pop("data", {})} | more


def test_a_small_item_is_read(tmp_path: Path) -> None:
    jsonl(tmp_path / "perceval" / "a.jsonl", item())
    rows = load(organisation(tmp_path), "2026-Q3").contributions
    assert rows["id"].tolist() == [f"{HOST}/quill/core#1@ada-example:issue"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (item("Gitlap"), 'items of the backend "Gitlap" are not read; did you mean "GitLab"?'),
        (item("GitHub"), 'items of the backend "GitHub" are not read; did you mean'),
        (item(category="issues"), 'items of GitLab of the category "issues" are not read; did you mean "issue"?'),
        (item(uuid=None), '"uuid" is missing: this is no item that perceval wrote'),
        (item(updated_on="now"), '"updated_on" is missing or not a number'),
        (item(origin="dev-list"), '"origin" is \'dev-list\', which names no host; run perceval with the address'),
        (item(data={"iid": None}), '"iid" is missing'),
        (item(data={"iid": [1]}), '"iid" is [1], not text or a number'),
        (item(data={"title": 5}), '"title" is 5, not text'),
        (item(data={"created_at": None}), '"created_at" is missing'),
        (item(data={"created_at": "yesterday"}), "\"created_at\" is 'yesterday', not a date"),
        (item(data={"created_at": 1e300}), '"created_at" is 1e+300, not a date'),
        (item(data={"closed_at": "20x"}), "\"closed_at\" is '20x', not a date"),
        (item(data={"author": "ada"}), "'ada' is not a person, with names in an object"),
        (item(data={"notes_data": 7}), '"notes_data" is 7, not a list'),
        (item(data={"notes_data": ["no"]}), "\"notes_data\" is 'no', not an object"),
        (item(data={"labels": "bug"}), "\"labels\" is 'bug', not a list"),
        ({"backend_name": 5, "uuid": "a", "updated_on": 1}, '"backend_name" is 5, not text'),
        ("{not json", "not JSON"),
        (json.dumps(item())[:150], "not JSON: Expecting property name"),
        ("[1]", "not a JSON object"),
    ],
)  # fmt: skip
def test_a_wrong_item_is_told_with_its_line_and_the_rest_is_taken(
    tmp_path: Path, wrong: dict[str, Any] | str, said: str
) -> None:
    good = item(uuid="b2", data={"iid": 2})
    jsonl(tmp_path / "perceval" / "a.jsonl", good, wrong)
    org = organisation(tmp_path)
    with pytest.raises(ContribkitError) as caught:
        check(org)
    assert f"a.jsonl:2: {said}" in str(caught.value)
    assert str(caught.value).endswith("; fix the line, or take the rest with --keep-going")
    rest = load(org, "2026-Q3", keep_going=True)
    assert rest.contributions["ref"].tolist() == [f"{HOST}/quill/core#2"]
    assert (rest.sources[0].status, rest.sources[0].broken) == ("partial", 1)
    assert f"a.jsonl:2: {said}" in rest.sources[0].notes[-1]
    (finding,) = [str(one) for one in diagnose(org) if one.level == Level.ERROR]
    assert said.partition(";")[0] in finding


def test_a_file_that_was_written_for_people_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "perceval").mkdir()
    (tmp_path / "perceval" / "a.jsonl").write_text(json.dumps(item(), indent=4), encoding="utf-8")
    with pytest.raises(ContribkitError, match=r"a.jsonl:1: its items have many lines; write it anew with") as caught:
        check(organisation(tmp_path))
    assert "--json-line" in str(caught.value)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match=re.escape('[sources.perceval]: no file matches "perceval/*.jsonl"')):
        check(organisation(tmp_path))


def test_somebody_who_is_gone_did_nothing_and_a_thread_stays(tmp_path: Path) -> None:
    gone = {"author": None, "notes_data": [{"author": {"username": "ada-gl"}, "created_at": 1783000000, "body": "Hm"}]}
    jsonl(tmp_path / "perceval" / "a.jsonl", item(data=gone))
    data = load(organisation(tmp_path), "2026-Q3")
    assert data.contributions["kind"].tolist() == ["comment"]
    assert data.threads["author"].isna().all()


def mail(number: int, by: str = "ada@team.example", backend: str = "MBox", **headers: str) -> dict[str, Any]:
    """Return a message of a mailing list."""
    data = {"From": by, "Message-ID": f"<{number}@x>", "Date": f"Wed, {number} Jul 2026 10:00:00 +0000"} | headers
    row = item(backend, "message", origin="https://lists.example.org/dev", uuid=f"m{number}")
    return row | {"data": data | {"body": {"plain": "Hi\n> quoted"}}}


@pytest.mark.parametrize(
    ("backend", "origin"),
    [
        ("MBox", "dev@lists.example.org"),
        ("Pipermail", "https://lists.example.org/pipermail/dev/"),
        ("HyperKitty", "https://lists.example.org/archives/list/dev@lists.example.org/"),
        ("Groupsio", "https://lists.example.org/g/dev"),
    ],
)
def test_every_archive_of_a_list_is_the_same_place(tmp_path: Path, backend: str, origin: str) -> None:
    jsonl(tmp_path / "perceval" / "a.jsonl", mail(1, backend=backend, Subject="Paper") | {"origin": origin})
    rows = load(organisation(tmp_path), "2026-Q3").contributions
    assert (rows["repo"].tolist(), rows["kind"].tolist()) == (["lists.example.org/dev"], ["discussion"])


def test_a_thread_of_a_list_holds_together_by_what_answers_what(tmp_path: Path) -> None:
    chain = [mail(1), *(mail(n, **{"In-Reply-To": f"<{n - 1}@x>"}) for n in (2, 3))]
    unknown = [mail(4, References="<0@x> <9@x>", Subject="Re: RE[2]: AW: Old"), mail(5, **{"In-Reply-To": "<0@x>"})]
    circle = [mail(6, **{"In-Reply-To": "<7@x>"}), mail(7, **{"In-Reply-To": "<6@x>"})]
    jsonl(tmp_path / "perceval" / "a.jsonl", *circle, *reversed(unknown), *reversed(chain))
    data = load(organisation(tmp_path), "2026-Q3")
    assert sorted(zip(data.contributions["acts"], data.contributions["kind"], strict=True)) == [
        (1, "comment"), (1, "comment"), (2, "comment"), (3, "discussion")
    ]  # fmt: skip
    assert "Old" in set(data.threads["title"])
    assert data.threads["opened_at"].notna().sum() == 1  # of the others the first message is not known


def test_of_two_hosts_of_a_kind_each_has_its_own_names(tmp_path: Path) -> None:
    other = "other.example.org"
    both = [item(), item(uuid="b2", origin=f"https://{other}/quill/core", data={"web_url": f"https://{other}/x"})]
    jsonl(tmp_path / "perceval" / "a.jsonl", *both)
    places = f'[[upstream]]\nname = "Other"\nplaces = ["gitlab:{other}"]\n'
    for names, wanted in (
        ('gitlab = "ada-gl"', {"ada-example"}),
        (f'"{other}" = "ada-gl"', {"ada-example", f"{HOST}:ada-gl"}),
    ):
        data = load(organisation(tmp_path, names=names, more=places), "2026-Q3")
        assert set(data.acts["actor"]) == wanted
    both_named = f'"{other}" = "somebody", gitlab = "ada-gl"'
    assert set(load(organisation(tmp_path, names=both_named, more=places), "2026-Q3").acts["actor"]) == {"ada-example"}


def test_a_sender_without_an_address_is_nobody(tmp_path: Path) -> None:
    jsonl(tmp_path / "perceval" / "a.jsonl", mail(1, by="ada-example"))
    loaded = load(organisation(tmp_path), "2026-Q3")
    assert (len(loaded.threads), len(loaded.contributions)) == (1, 0)


def test_html_of_strangers_becomes_text() -> None:
    assert text_of_html("a &lt;b&gt;<br>c<style>x</style><p>d</p><a href='javascript:alert(1)'>e</a>") == "a <b>\ncd\ne"
    assert text_of_html("<<< a < b & c &amp; d <!-- no --> e") == "<<< a < b & c & d  e"
    assert text_of_html("<a href='https://x.y/?a=1&amp;b=2'>f <b>g</b></a>.") == "f g <https://x.y/?a=1&b=2>."
    assert text_of_html("<a href='https://x.y'>https://x.y</a>") == "https://x.y"


@pytest.mark.parametrize(
    "part", ["<div>", "<a href='https://x.y'>", "</a>", "<!--", "<![CDATA[", "<a ", "&#", "<script>", "<a href='"]
)
def test_html_that_never_ends_does(part: str) -> None:
    began = time.process_time()
    text_of_html("deep" + part * 50_000)
    assert time.process_time() - began < 5


def test_short_names_that_never_end_do() -> None:
    made = read_item(item())
    began = time.process_time()
    for part in ("a/", "a.", " a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/", "a", "!", "#1"):
        assert made
        assert text_for_links(part * 30_000, made)
    assert time.process_time() - began < 5
