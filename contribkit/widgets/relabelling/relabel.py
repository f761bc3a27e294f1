"""The relabelling widget: a session in a notebook's output, its page's messages, and a table without a kernel."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import anywidget

from contribkit.errors import ContribkitError
from contribkit.fold import Data
from contribkit.ids import parse_contribution_id
from contribkit.labels import Labels
from contribkit.loaders.git.repository import GITHUB_HOSTS, Repository
from contribkit.privacy import Mask, mask_of, visible
from contribkit.review import page
from contribkit.tables import Judged
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead
from contribkit.widgets import pack, style
from contribkit.widgets.relabelling.session import Session, root_of

_STATIC = Path(__file__).parent / "static"
_FIRST = 100  # rows of the first message: more than any window shows
_LONGEST_TABLE = 250  # rows of the static table: a notebook with more would be slow to open
_BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST")


class Relabel(anywidget.AnyWidget):
    """Show contributions to a person, who says who led them; every answer is a line in the label log.

    It works with the keyboard alone; ``?`` lists the keys. An answer is shown at once, and as pending until it is on
    the disk; what a crashed kernel did not save stays in the browser. docs/guide/relabel.md says where it works.

    Parameters
    ----------
    judged
        What `contribkit.classify` returns.
    labels
        Label logs, read from the folder that this session writes to.
    person
        Who labels; a login. Empty: git's user.name, or the member of that name; the widget says so.
    data
        The loaded data: names, words and stakeholders come from it, and the button *retrain* needs it.
    options
        `period`: by default that of `data`, else the quarter of the last contribution; it names the log's folder.
        `blind`: the share of the queue whose suggestion is hidden, from 0 to 0.5. `include_private`: show what is
        private, too. `sample_labels`: where the sample's labels are copied, which are inside the package.

    Raises
    ------
    ContribkitError
        For labels that were not read from a folder, an invalid person, or an invalid share.

    Examples
    --------
    >>> import contribkit as ck, pandas as pd, tempfile
    >>> row = {"id": "wicketlamp-example/lamp#1@ada-example:review", "kind": "review", "title": "A review"}
    >>> judged = ck.classify(pd.DataFrame([row]), None, ck.Organisation.read_sample())
    >>> ck.Relabel(judged, ck.Labels.read(tempfile.mkdtemp()), "ada-example", period="2026-Q3")
    1 contribution of 2026-Q3, 1 needs review; run the cell to label them
    """

    _esm = pack(_STATIC, "widget")
    _css = style(_STATIC / "relabel.css")

    def __init__(self, judged: Judged, labels: Labels, person: str, data: Data | None = None, **options: Any) -> None:
        super().__init__()
        self.session = Session(judged, labels, person, data, **options)
        # Custom messages: changes of a trait would be merged while the kernel is busy.
        self.on_msg(lambda _, message, __: self.send(answer(self.session, message)))

    def __repr__(self) -> str:
        saved = f"; labels are saved as {self.session.person}, git's user.name" if self.session.is_from_git else ""
        return _sentence(self.session) + saved

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and for wherever it cannot run a static table of the same contributions."""
        bundle = super()._repr_mimebundle_(**kwargs)  # none of a closed one
        return bundle and (bundle[0] | {"text/html": static_table(self.session)}, bundle[1])


def answer(session: Session, message: Any) -> dict[str, Any]:
    """Return the answer to a message of the page, ``refused`` with the reason in `why` where there is none."""
    try:
        match message:
            case {"type": "ready"}:  # rows in sight first, then all, and texts where a person comes near
                rows = _table(session.rows(session.queue[:_FIRST]))
                return {"type": "begin", "rows": rows, "page": page_facts(session)}
            case {"type": "rows"}:
                return {"type": "rows", "rows": _table(session.rows())}
            case {"type": "events", "events": list(events)}:
                return _record(session, events)
            case {"type": "texts", "items": list(items)}:
                return {"type": "texts", "texts": {item: session.details(item) for item in map(str, items)}}
            case {"type": "agreement"}:
                return {"type": "agreement"} | session.agreement()
            case {"type": "retrain"}:
                changes = [row["id"] for row in session.retrain()]
                return {"type": "changed", "rows": _table(session.rows()), "changes": changes}
            case {"type": "export"}:
                text = session.export()
                return {"type": "log", "text": text, "path": page_facts(session)["path"], "written": text.count("\n")}
        raise ContribkitError(f"unknown message {message!r:.80}; reload the page")
    except ContribkitError as error:
        return {"type": "refused", "why": str(error)}


def _record(session: Session, events: list[Any]) -> dict[str, Any]:
    saved, failed = session.record(events)
    items = dict.fromkeys(
        str(event.get("item")) for event in events if isinstance(event, dict) and event.get("id") in saved
    )
    return {
        "type": "recorded", "saved": saved, "failed": failed, "pace": session.pace,
        "rows": _table(session.rows(items)), "written": session.export().count("\n"),
    }  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = list(rows[0]) if rows else []
    return {"names": names, "cells": [[row[name] for name in names] for row in rows]}


def _sentence(session: Session) -> str:
    count, needs = pluralise(len(session.table), "contribution"), pluralise(session.to_review, "needs", "need")
    return f"{count} of {session.period}, {needs} review; run the cell to label them"


def static_table(session: Session) -> str:
    """Return the labels as HTML that may be published, without private threads, notes and names."""
    public = session.table[visible(session.table)]
    people = {*session.table["actor"].dropna(), *session.table["author"].dropna()}
    mask = mask_of(session.organisation, people) if session.organisation else Mask(people)
    rows = [row | session.details(row["id"]) for row in session.rows(public.index[:_LONGEST_TABLE])]
    return page.html(
        "labels.html", sentence=_sentence(session), words=session.words,
        rows=[_static_row(row, mask) for row in rows], further=len(public[_LONGEST_TABLE:]),
        private=session.left_out + len(session.table) - len(public),
    )  # fmt: skip


def _static_row(row: dict[str, Any], mask: Mask) -> dict[str, Any]:
    """Return what a reader may see of a row: people's label, else the suggestion unless it is hidden."""
    lead, source = row["lead"], f"{row['decided_by']}, {page.percent(row['confidence'])} sure"
    if row["label"]:
        lead, source = row["label"]["lead"], f"people ({row['label']['status']})"
    elif row["blind"]:
        lead, source = None, "hidden until it is labelled"
    place, *_ = parse_contribution_id(row["id"])
    return {"title": mask(row["title"]) or place, "url": mask.address(row["url"]), "kind": row["kind_word"],
            "place": place, "lead": lead, "source": source, "needs_review": row["needs_review"]}  # fmt: skip


def guideline(words: Mapping[str, str]) -> dict[str, Any]:
    """Return how to decide who led a contribution: `opening`, `steps` in the order to ask them, and `cautions`."""
    told: dict[str, Any] = json.loads(_STATIC.with_name("guideline.json").read_text(encoding="utf-8"))
    steps = [{"lead": lead, "word": words[lead], "text": text} for lead, text in told["steps"].items()]
    return told | {"steps": steps, "cautions": [text.format_map(words) for text in told["cautions"]]}


def page_facts(session: Session) -> dict[str, Any]:
    """Return what the page shows of a session as a whole, as JSON."""
    organisation, words = session.organisation, session.words
    repository, place = _repository_of(session.folder)
    store = f"{session.folder.resolve()}\n{session.period}\n{session.person}"
    return {
        "person": session.person, "person_from_git": session.is_from_git, "period": str(session.period),
        "left_out": session.left_out,  # private contributions
        "pace": session.pace,  # seconds for one answer
        "leads": {
            str(lead): {"lead": str(lead), "word": words[lead], "shape": lead.shape, "colour": lead.colour}
            for lead in Lead
        },
        "kinds": {str(kind): kind.word for kind in Kind}, "people": session.names,
        "stakeholders": [stakeholder.name for stakeholder in organisation.stakeholders] if organisation else [],
        "activities": [{"value": str(activity), "word": activity.word} for activity in Activity],
        "guideline": guideline(words), "retrains": session.data is not None,
        "temporary": any(os.environ.get(name) for name in _BINDER),  # whether this machine is discarded afterwards
        "repository": None if organisation and organisation.sample else repository,
        "path": f"{place}/{session.file.parent.name}/{session.file.name}",  # of the session's log in the repository
        "store": sha256(store.encode()).hexdigest()[:16],  # under which name the browser keeps unsaved labels
        "written": session.export().count("\n"),
    }  # fmt: skip


def _repository_of(folder: Path) -> tuple[str | None, str]:
    """Return the GitHub repository that a folder is in, or None, and the folder's path there, or else its name."""
    place, root, remotes = folder.absolute(), root_of(folder), list[tuple[str, str]]()
    if root is None:
        return None, place.name
    with suppress(ContribkitError):  # git is not installed
        remotes = Repository(root).remotes
    # Changes are proposed upstream, where the clone is one of a fork.
    repository = next((name for host, name in remotes if host in GITHUB_HOSTS), None)
    return repository, place.relative_to(root).as_posix()
