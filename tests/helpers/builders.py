"""Small helpers that several test files share: real files in a folder, and tables of few rows."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.evaluation import EvaluationQuestion
from contribkit.labels import Labels
from contribkit.review.review import ReviewSection
from contribkit.tables import ACTS, REFERENCES, THREADS, Judged, conform, is_day
from contribkit.vocabulary import Lead

HEAD = '[organisation]\nname = "Test"\n'
TEAM = (
    '[[teams]]\nname = "One"\n[[teams.members]]\nlogin = "ada"\n[[teams.members]]\nlogin = "bob"\naliases = ["bobby"]\n'
)
UPSTREAM = '[[upstream]]\nname = "Up"\norgs = ["o"]\n'
SOURCES = '[sources.records]\ncontributions = ["c*.jsonl"]\nreferences = ["r*.jsonl"]\n'

PULL = {"ref": "o/r#1", "kind": "pull_request", "repo": "o/r", "number": 1, "author": "ada"}


def organisation(folder: Path, text: str = HEAD + TEAM + UPSTREAM) -> Organisation:
    """Write a contribkit.toml and read it."""
    path = folder / "contribkit.toml"
    path.write_text(text, encoding="utf-8")
    return Organisation.read(path)


def jsonl(path: Path, *rows: dict[str, Any] | str) -> Path:
    """Write JSON lines; a text is written as it is, however broken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def threads(*rows: dict[str, Any]) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows)), THREADS)


def acts(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Make acts from (ref, actor, act, at) and, where wanted, a dict of further columns."""
    dicts = [dict(zip(("ref", "actor", "act", "at"), row, strict=False)) | (row[4] if row[4:] else {}) for row in rows]
    frame = pd.DataFrame(dicts)
    return conform(frame.assign(whole_day=is_day(frame["at"].astype("str"))), ACTS)


def references(*rows: dict[str, Any]) -> pd.DataFrame:
    return conform(
        pd.DataFrame([{"ref": "o/r#1", "source": "own/plans", "id": "a.md"} | row for row in rows]), REFERENCES
    )


def evaluation_section(judged: Judged, labels: Labels) -> ReviewSection:
    """Return the section on how far answers can be believed, of a review of which only the words are known."""
    data: Any = SimpleNamespace(words={str(lead): lead.word for lead in Lead})
    return ReviewSection(EvaluationQuestion(lambda: judged, labels), data)
