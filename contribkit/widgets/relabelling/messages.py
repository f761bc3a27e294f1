"""The messages of the page: one comes in, its answer goes out."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from contribkit.vocabulary import Kind, Lead
from contribkit.widgets.relabelling.session import Session

_FIRST = 100  # rows of the first message: more than any window shows


class Messages:
    """Answer the messages of the page out of a session.

    The page gets the rows in sight first, then what the list needs of all, and what the card alone shows when a person
    comes near: ten thousand bodies would keep the page waiting.

    Parameters
    ----------
    session
        Whose rows and words.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ready": self._begin,
            "rows": self._rows,
            "events": self._record,
            "texts": self._texts,
            "agreement": self._agreement,
            "retrain": self._retrain,
            "export": self._export,
        }

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a message, None where it is none that is known.

        Raises
        ------
        ContribkitError
            Where the session cannot do what the page asks.
        """
        made = self._answers.get(message.get("type", ""))
        return made(message) if made else None

    def _begin(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return what is in sight at first; the page paints it and asks for the rest."""
        first = self.session.queue[:_FIRST]
        return {"type": "begin", "rows": _table(self.session.listed(first)), "page": self._page()}

    def _rows(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"type": "rows", "rows": _table(self.session.listed())}

    def _page(self) -> dict[str, Any]:
        """Return what the page knows of the session as a whole."""
        page, data = self.session.page, self.session.data
        leads = {
            str(lead): {"lead": str(lead), "word": page["words"][lead], "shape": lead.shape, "colour": lead.colour}
            for lead in Lead
        }
        people = {member.login: member.word for member in data.organisation.members.values()} if data else {}
        return page | {
            "leads": leads, "kinds": {str(kind): kind.word for kind in Kind}, "people": people,
            "retrains": data is not None, "store": self._store(), "written": self._written(),
        }  # fmt: skip

    def _store(self) -> str:
        """Return a name for what the browser keeps, so that labels never go to another folder or person."""
        session = self.session
        whose = f"{session.folder.resolve()}\n{session.period}\n{session.person}"
        return sha256(whose.encode()).hexdigest()[:16]

    def _written(self) -> int:
        return self.session.export().count("\n")

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        events = message["events"]
        answer = self.session.record(events)
        items = {event["item"] for event in events if event["id"] in set(answer.saved)}
        return {
            "type": "recorded", "saved": answer.saved, "failed": answer.failed, "written": self._written(),
            "rows": _table(self.session.listed(items)), "pace": self.session.pace,
        }  # fmt: skip

    def _texts(self, message: dict[str, Any]) -> dict[str, Any]:
        texts = {item: self.session.details(item) for item in message["items"]}
        return {"type": "texts", "texts": texts}

    def _agreement(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"type": "agreement"} | self.session.agreement()

    def _retrain(self, _: dict[str, Any]) -> dict[str, Any]:
        changed = self.session.retrain()
        return {"type": "changed", "rows": _table(self.session.listed()), "changes": [row["id"] for row in changed]}

    def _export(self, _: dict[str, Any]) -> dict[str, Any]:
        text = self.session.export()
        return {"type": "log", "text": text, "path": self.session.page["path"], "written": text.count("\n")}


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows as a table, whose names are sent once."""
    names = list(rows[0]) if rows else []
    return {"names": names, "cells": [list(row.values()) for row in rows]}
