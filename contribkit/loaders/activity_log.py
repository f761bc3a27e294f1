"""The `activity_log` source: a CSV that people keep for what leaves no trace on GitHub."""

import math
import re
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.ids import links
from contribkit.io import read_rows, report_problem
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths, warning
from contribkit.period import Period
from contribkit.tables import ACTS, THREADS, conform
from contribkit.vocabulary import Activity, Kind, Lead, word_of

NEEDED = ("date", "who", "what")
EXAMPLE = "EXAMPLE, take this row out"  # in the row that `contribkit init` writes
COLUMNS = (*NEEDED, "activity", "upstream", "lead", "hours", "link", "outcome")

# People say mentoring where the vocabulary of activities says onboarding.
_SYNONYMS = {"mentoring": Activity.ONBOARDING}
_KINDS = {Activity.MEETING: Kind.MEETING, Activity.ONBOARDING: Kind.MENTORING}
_ACTS = {Kind.MEETING: "attended", Kind.MENTORING: "mentored", Kind.OTHER: "contributed"}


class Settings(Table):
    """``[sources.activity_log]``: files, or patterns of files, relative to contribkit.toml."""

    files: list[str]


def check(organisation: Organisation) -> None:
    """Read every row, without making tables of them, so that a wrong one is known before any work starts."""
    _entries(organisation, [], None)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read the log, one thread and one act for each row; all of it, since earlier periods are wanted too."""
    answer = Loaded()
    rows = _entries(organisation, answer.notes, answer.broken)
    answer.threads = conform(pd.DataFrame([_thread(row) for row in rows]), THREADS, organisation.timezone)
    answer.acts = conform(pd.DataFrame([_act(row) for row in rows]), ACTS, organisation.timezone)
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report every row that is wrong, and the example row where it is still there."""
    examples = [
        warning(
            "sources.activity_log",
            f"{_relative(path, organisation)} still holds the example row",
            "replace it with a row of your own, or remove it",
        )
        for path in _files(organisation)
        if path.is_file() and EXAMPLE.encode() in path.read_bytes()
    ]
    return [*examples, *file_findings("sources.activity_log", load(organisation, None))]


def has_references(organisation: Organisation) -> bool:
    """Return false: the log says nothing about upstream threads."""
    return False


def _files(organisation: Organisation) -> list[Path]:
    settings = validate_settings(Settings, "activity_log", organisation.sources["activity_log"])
    return matching_paths(organisation, "activity_log", settings.files)


def _relative(path: Path, organisation: Organisation) -> str:
    return path.relative_to(organisation.root).as_posix() if path.is_relative_to(organisation.root) else str(path)


def _entries(organisation: Organisation, notes: list[str], broken: list[str] | None) -> list[dict[str, Any]]:
    """Return the rows of all files, each once; a wrong one is noted in `broken`, or an error where that is None."""
    entries: dict[str, dict[str, Any]] = {}
    for path in _files(organisation):
        for line, cells in read_rows(path, COLUMNS, NEEDED, notes, broken):
            try:
                entry = _entry(cells, organisation)
            except ValueError as error:
                report_problem(f"{path}:{line}: {error}", broken)
                continue
            if entry["ref"] in entries:
                notes.append(f"{path}:{line}: same date, who and what as in another row; counted once")
            entries.setdefault(entry["ref"], entry)
    return [*entries.values()]


def _entry(cells: dict[str, str], organisation: Organisation) -> dict[str, Any]:
    """Return one row, checked: a `ValueError` says what is wrong with it."""
    for name in NEEDED:
        if not cells.get(name):
            raise ValueError(f'"{name}" is empty')
    activity = word_of(cells.get("activity", ""), "activity", [*Activity, *_SYNONYMS])
    activity = _SYNONYMS.get(activity, activity)
    kind = _KINDS.get(Activity(activity), Kind.OTHER) if activity else Kind.OTHER
    projects = [table.name for table in organisation.upstream]
    upstream = word_of(cells.get("upstream", ""), "upstream project", projects)
    lead = word_of(cells.get("lead", ""), "lead", list(Lead))
    stated = {"stated_activity": activity, "stated_lead": lead, "stated_upstream": upstream}
    link = cells.get("link", "")
    return {
        "ref": _ref(cells),
        "kind": str(kind),
        "day": _day(cells["date"]),
        "who": organisation.login_of(cells["who"]),
        "what": cells["what"],
        **{name: str(word) or None for name, word in stated.items()},
        "hours": _hours(cells.get("hours", "")),
        "url": link if re.match(r"https?://", link, re.IGNORECASE) else None,
        "outcome": cells.get("outcome") or None,
    }


def _ref(cells: dict[str, str]) -> str:
    """Return a name that stays as long as the row says the same day, person and matter."""
    named = "\n".join([cells["date"], cells["who"].casefold(), cells["what"]])
    return f"activity_log:{sha256(named.encode()).hexdigest()[:12]}"


def _day(text: str) -> str:
    try:
        # fromisoformat alone takes 20260701 and 2026-W27 too, which other tables do not know.
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(f'"date" is "{text}", not a day like 2026-07-01')


def _hours(text: str) -> float | None:
    if not text:
        return None
    if re.fullmatch(r"[1-9][0-9]*,[0-9]{3}", text):
        raise ValueError(f'"hours" is "{text}", which may be a thousand or one; write 1000 or 1.0')
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        hours = math.nan
    if not 0 <= hours < math.inf:
        raise ValueError(f'"hours" is "{text}", not a number such as 1.5')
    return hours


def _thread(row: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(filter(None, [row["what"], row["outcome"], row["url"]]))
    refs = list(dict.fromkeys(link.ref for link in links(words)))
    elsewhere = [row["url"]] if row["url"] and not links(row["url"]) else []
    return {
        **{name: row[name] for name in ("ref", "kind", "url", "stated_activity", "stated_lead", "stated_upstream")},
        "title": row["what"],
        "body": row["outcome"],
        "author": row["who"],
        "links_out": refs + elsewhere,
        "private": False,
        "source": "activity_log",
    }


def _act(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("ref", "hours", "url")},
        "actor": row["who"],
        "act": _ACTS[Kind(row["kind"])],
        "at": row["day"],
        "source": "activity_log",
        "whole_day": True,
    }
