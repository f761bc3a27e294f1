"""The relabelling widget from Python: what it says to the page through a real kernel, and what a file keeps of it."""

import json
import os
import re
import stat

import nbformat
import pandas as pd
import pytest
from jupyter_client.manager import start_new_kernel

import contribkit as ck
from contribkit.errors import ContribkitError
from contribkit.rendering.notebook import NOTEBOOKS, execute, write_page
from contribkit.tables import Judged
from contribkit.widgets.relabelling.relabel import Relabel, answer

WIDGET = "application/vnd.jupyter.widget-view+json"
TITLES = ["<script>alert(1)</script>", "</td><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "\u202egnp.exe", "x" * 5000]


def judged(*rows: dict) -> Judged:
    known = {"kind": "issue", "lead": "unclear", "confidence": 0.5, "decided_by": "rules", "reasons": []}
    numbered = enumerate(rows, 1)
    table = [{"id": f"wicketlamp-example/lamp#{n}@bob-example:issue"} | known | row for n, row in numbered]
    return Judged.of(pd.DataFrame(table))


def widget(folder, *rows: dict, **options) -> Relabel:
    return Relabel(judged(*rows), ck.Labels.read(folder), "ada-example", period="2026-Q3", **options)


class Page:
    """What a browser's page would say to the widget and hear from it, over a real kernel."""

    def __init__(self, client, comm):
        self.client, self.comm = client, comm

    def ask(self, kind, **message):
        """Send a custom message and return the answer."""
        content = {"comm_id": self.comm, "data": {"method": "custom", "content": {"type": kind} | message}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))
        while True:
            heard = self.client.get_iopub_msg(timeout=300)
            if heard["msg_type"] == "comm_msg" and heard["content"]["data"].get("method") == "custom":
                return heard["content"]["data"]["content"]


@pytest.fixture(scope="module")
def kernel():
    """Start one kernel for all pages: a widget knows nothing of the others in it."""
    manager, client = start_new_kernel(extra_arguments=["--IPKernelApp.log_level=ERROR"])
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def page(client, folder, rows: list[dict]) -> Page:
    """Make a widget in a kernel, and open it as a page would."""
    rows_file = folder / "rows.json"
    rows_file.write_text(json.dumps(rows))
    code = f"""
        import json, contribkit as ck
        from tests.widgets.test_relabel import widget
        shown = widget({str(folder / "labels")!r}, *json.load(open({str(rows_file)!r})))
        shown.comm.comm_id
    """
    comms = []

    def hear(message):
        assert message["msg_type"] != "error", message["content"]
        if message["msg_type"] == "execute_result":
            comms.append(message["content"]["data"]["text/plain"].strip("'"))

    client.execute_interactive("\n".join(line.strip() for line in code.splitlines()), output_hook=hear, timeout=300)
    return Page(client, comms[0])


def unpacked(message: dict) -> list[dict]:
    table = message["rows"]
    return [dict(zip(table["names"], cells, strict=True)) for cells in table["cells"]]


def event(number: int, row: int = 1, **more) -> dict:
    item = f"wicketlamp-example/lamp#{row}@bob-example:issue"
    known = {"v": 1, "id": f"01ARYZ6S41{number:016}", "at": f"2026-10-01T10:00:{number:02}.000Z"}
    return known | {"op": "label", "item": item, "lead": "upstream"} | more


def test_a_page_gets_rows_then_words_and_its_labels_are_on_the_disk_when_it_hears_so(kernel, tmp_path):
    rows = [{"title": "Fix", "body": "The words"}, {"title": "Add"}]
    asked = page(kernel, tmp_path, rows)
    begin = asked.ask("ready")
    assert begin["type"] == "begin"
    assert unpacked(begin) == unpacked(asked.ask("rows"))
    assert sorted(row["title"] for row in unpacked(begin)) == ["Add", "Fix"]
    assert not {"body", "remarks", "reasons"} & set(begin["rows"]["names"])
    assert [lead["shape"] for lead in begin["page"]["leads"].values()] == ["◆", "●", "▲", "?"]
    item = event(1)["item"]
    assert asked.ask("texts", items=[item])["texts"][item]["body"] == "The words"
    first = asked.ask("events", events=[event(1, by="somebody-else"), event(2, row=2, lead="individual")])
    assert (len(first["saved"]), first["failed"], first["written"]) == (2, {}, 2)
    assert {row["label"]["lead"] for row in unpacked(first)} == {"upstream", "individual"}
    (file,) = (tmp_path / "labels").rglob("*.jsonl")
    assert [json.loads(line)["by"] for line in file.read_text().splitlines()] == ["ada-example", "ada-example"]
    # Sent again, as after a lost answer: saved, and there once.
    assert asked.ask("events", events=[event(1)])["saved"] == [event(1)["id"]]
    log = asked.ask("export")
    assert log["text"] == file.read_text()
    assert log["path"].endswith(f"/2026-Q3/{file.name}")
    assert log["written"] == 2


def test_a_page_hears_why_an_event_is_not_saved_and_the_others_are(kernel, tmp_path):
    asked = page(kernel, tmp_path, [{"title": "Fix"}])
    asked.ask("ready")
    answer = asked.ask("events", events=[event(1, lead="nonsense"), event(2, row=99), event(3)])
    assert answer["saved"] == [event(3)["id"]]
    assert "nonsense" in answer["failed"][event(1)["id"]]
    assert "lamp#99" in answer["failed"][event(2)["id"]]


def test_a_page_hears_that_there_is_nothing_to_train_on(kernel, tmp_path):
    asked = page(kernel, tmp_path, [{"title": "Fix"}])
    asked.ask("ready")
    refused = asked.ask("retrain")
    assert refused["type"] == "refused"
    assert "data=" in refused["why"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"type": "events"}, "unknown message {'type': 'events'}"),
        ({"type": "events", "events": {}}, "unknown message {'type': 'events', 'events': {}}"),
        ({"type": "texts"}, "unknown message {'type': 'texts'}"),
        ({"type": "texts", "items": [None]}, "None: is not among the 1 contributions"),
        ({"type": ["x"]}, "unknown message {'type': ['x']}"),
        ({"type": "<b>"}, "unknown message {'type': '<b>'}"),
        ({}, "unknown message {}"),
        (["events"], "unknown message ['events']"),
        (7, "unknown message 7"),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(tmp_path, message, why):
    heard = answer(widget(tmp_path, {"title": "Fix"}).session, message)
    assert heard["type"] == "refused"
    assert heard["why"].startswith(why)


def test_a_bad_event_in_a_message_fails_alone(tmp_path):
    shown = widget(tmp_path, {"title": "Fix"})
    heard = answer(shown.session, {"type": "events", "events": [None, {"item": ["x"]}, event(1)]})
    assert heard["saved"] == [event(1)["id"]]
    assert len(heard["failed"]) == 2
    assert [row["id"] for row in unpacked(heard)] == [event(1)["item"]]


def test_dollar_signs_in_titles_are_not_typeset_as_formulas(tmp_path):
    html = widget(tmp_path, {"title": "Read $HOME before $PATH"})._repr_mimebundle_()[0]["text/html"]
    assert "Read $HOME before $PATH" in html
    # MathJax leaves everything below this class alone.
    assert re.match(r'\s*<div class="[^"]*mathjax_ignore', html)


def test_rows_are_no_part_of_the_state_that_is_saved_with_a_notebook(tmp_path):
    shown = widget(tmp_path, *({"title": f"Row {n}", "body": "Words of it " * 50} for n in range(10_000)))
    state = json.dumps(shown.get_state())
    assert len(state) < 50_000
    data, _ = shown._repr_mimebundle_()
    assert WIDGET in data
    assert len(data["text/html"]) < 500_000
    assert "And 9750 more" in data["text/html"]


def test_the_static_table_shows_labels_as_they_are_and_escapes_what_strangers_wrote(tmp_path):
    rows = [{"title": title, "url": "javascript:alert(1)"} for title in TITLES]
    shown = widget(
        tmp_path, *rows, {"title": "Secret", "private": True}, {"title": "Blind", "lead": "stakeholder"}, blind=0.5
    )
    item = event(1)["item"]
    shown.session.record([{"op": "label", "item": item, "lead": "individual", "note": "between us"}])
    data, _ = shown._repr_mimebundle_()
    html = data["text/html"]
    assert "▲</i> individual-led</span>" in html
    assert "people (unanimous)" in html
    for forbidden in ("<script", "<img", "javascript:", "Secret", "between us", "ada-example"):
        assert forbidden not in html, forbidden
    assert "1 private row is left out" in html
    assert repr(shown) == "6 contributions of 2026-Q3, 5 need review; run the cell to label them"


def private_rows() -> list[dict]:
    """Return a private row, and a public one with what was seen in a private place, in words that nobody may see."""
    seen = {"rule": "tracker", "lead": "stakeholder", "weight": 1.0, "because": "Zork", "saw": "Zork", "where": "Zork"}
    return [
        {"title": "Zork", "body": "Zork", "remarks": ["Zork"], "private": True},
        {"title": "Fix it, says @carol-example", "actor": "bob-example", "author": "Dan-Example", "body": "as Dan says",
         "url": "https://github.com/dan-example/lamp/issues/2", "links_in": [{"ref": "Zork/Zork#1", "private": True}],
         "reasons": [seen | {"private": True}]},
    ]  # fmt: skip


def everything_sent(shown: Relabel) -> str:
    items = [row["id"] for row in shown.session.rows()]
    messages = [{"type": "ready"}, {"type": "rows"}, {"type": "texts", "items": items}, {"type": "export"}]
    return json.dumps([answer(shown.session, message) for message in messages])


def test_the_page_gets_nothing_private_unless_asked_for(tmp_path):
    shown = widget(tmp_path, *private_rows())
    sent = everything_sent(shown)
    assert "Zork" not in sent
    assert "seen in a private place" in sent
    assert answer(shown.session, {"type": "ready"})["page"]["left_out"] == 1
    assert answer(shown.session, {"type": "events", "events": [event(1)]})["saved"] == []
    assert "Zork" in everything_sent(widget(tmp_path, *private_rows(), include_private=True))


@pytest.mark.parametrize("include_private", [False, True])
def test_the_static_table_holds_no_private_row_no_text_and_no_person(tmp_path, include_private):
    html = widget(tmp_path, *private_rows(), include_private=include_private)._repr_mimebundle_()[0]["text/html"]
    assert "1 private row is left out" in html
    assert "Fix it, says @somebody" in html
    for forbidden in ("zork", "carol", "dan-example", "bob-example", "ada-example"):
        assert forbidden not in html.casefold(), forbidden


def test_a_release_keeps_its_link_in_the_static_table(tmp_path):
    url = "https://github.com/tarn-example/tarn/releases/tag/tarn-io@0.9.2"
    shown = widget(tmp_path, {"title": "tarn-io@0.9.2", "url": url}, {"title": "Ask ada@lamp.example for tarn-io@v1.0"})
    html = shown._repr_mimebundle_()[0]["text/html"]
    assert f'href="{url}"' in html
    assert "Ask somebody for tarn-io@v1.0" in html


def test_the_static_table_hides_what_the_widget_hides(tmp_path):
    shown = widget(
        tmp_path, *({"title": f"Row {n}", "lead": "stakeholder", "confidence": 0.9} for n in range(40)), blind=0.5
    )
    blind = [row for row in shown.session.rows() if row["blind"]]
    assert blind
    html = shown._repr_mimebundle_()[0]["text/html"]
    assert html.count("hidden until it is labelled") == len(blind)
    assert html.count("◆") == 40 - len(blind)


def test_the_notebook_runs_under_papermill_and_its_page_shows_the_table(tmp_path):
    assert execute(NOTEBOOKS / "relabel.ipynb", tmp_path / "relabel.ipynb", {}, False, tmp_path, False) is None
    (output,) = nbformat.read(tmp_path / "relabel.ipynb", as_version=4).cells[-1].outputs
    assert WIDGET in output.data
    write_page(tmp_path / "relabel.ipynb", tmp_path / "relabel.html", "Labels", None)
    text = (tmp_path / "relabel.html").read_text()
    assert "contributions of 2026-Q3, " in text
    assert text.count("<tr><td>") > 100
    assert "<script" not in text


def test_labels_of_the_sample_never_go_into_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    org = ck.Organisation.read_sample()
    before = sorted((org.root / "labels").rglob("*"))
    labels = ck.Labels.read(org.root / "labels")
    data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    judged = ck.classify(data.contributions, data.references, org, labels)
    first = Relabel(judged, labels, "you-example", data).session
    assert first.folder == tmp_path / "sample-labels"
    assert first.record([{"op": "label", "item": first.queue[0], "lead": "upstream"}]).saved
    assert sorted((org.root / "labels").rglob("*")) == before
    # A second run continues with what was recorded in the first.
    assert len(Relabel(judged, labels, "you-example", data).session.labels.events) == len(labels.events) + 1


def test_a_notebook_for_own_data_asks_who_labels_where_git_does_not_know(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(ContribkitError, match="invalid person"):
        Relabel(judged({"title": "Fix"}), ck.Labels.read(tmp_path), "", period="2026-Q3")


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(tmp_path):
    shown = widget(tmp_path, {"title": "Fix"})
    (tmp_path / "2026-Q3").write_text("a file where the folder should be")
    heard = answer(shown.session, {"type": "events", "events": [event(1)]})
    assert heard["saved"] == []
    assert re.search(r"2026-Q3.*cannot be written", heard["failed"][event(1)["id"]])
    (tmp_path / "2026-Q3").unlink()
    assert answer(shown.session, {"type": "events", "events": [event(1)]})["saved"] == [event(1)["id"]]
    (file,) = tmp_path.rglob("*.jsonl")
    assert not stat.S_IMODE(file.stat().st_mode) & stat.S_IXUSR
