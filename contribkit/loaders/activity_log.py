"""The `activity_log` source: a CSV that people keep for what leaves no trace on GitHub."""

import math
import re
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.ids import linked_refs
from contribkit.io import read_rows, report_problem
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths, warning
from contribkit.period import Period
from contribkit.tables import ACTS, THREADS, conform
from contribkit.vocabulary import Activity, Kind, Lead, word_of

_SUBJECT = "sources.activity_log"
NEEDED = ("date", "who", "what")
EXAMPLE = "EXAMPLE, take this row out"  # in the row that `contribkit init` writes
COLUMNS = (*NEEDED, "activity", "upstream", "lead", "hours", "link", "outcome")

# People say mentoring where the vocabulary of activities says onboarding.
_SYNONYMS = {"mentoring": Activity.ONBOARDING}
_KINDS = {Activity.MEETING: Kind.MEETING, Activity.ONBOARDING: Kind.MENTORING}


class Settings(Table):
    """``[sources.activity_log]``: files, or patterns of files, relative to contribkit.toml."""

    files: list[str]


def check(organisation: Organisation) -> None:
    """Read every row, without making tables of them, so that a wrong one is known before any work starts."""
    _entries(organisation, [], None)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read the log, one thread and one act for each row; all of it, since earlier periods are wanted too."""
    answer = Loaded()
    rows = pd.DataFrame(_entries(organisation, answer.notes, answer.broken))
    answer.threads, answer.acts = (conform(rows, schema, organisation.timezone) for schema in (THREADS, ACTS))
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report every row that is wrong, and the example row where it is still there."""
    found = file_findings(_SUBJECT, load(organisation, None))
    for path in _files(organisation):
        if path.is_file() and EXAMPLE.encode() in path.read_bytes():
            sentence = f"{str(path).removeprefix(f'{organisation.root}/')} still holds the example row"
            found.insert(0, warning(_SUBJECT, sentence, "replace it with a row of your own, or remove it"))
    return found


def has_references(organisation: Organisation) -> bool:
    """Return false: the log says nothing about upstream threads."""
    return False


def _files(organisation: Organisation) -> list[Path]:
    settings = validate_settings(Settings, "activity_log", organisation.sources["activity_log"])
    return matching_paths(organisation, "activity_log", settings.files)


def _entries(organisation: Organisation, notes: list[str], broken: list[str] | None) -> list[dict[str, Any]]:
    """Return the rows of all files, each once; a wrong one is noted in `broken`, or an error where that is None."""
    entries: dict[str, dict[str, Any]] = {}
    for path in _files(organisation):
        for line, cells in read_rows(path, COLUMNS, NEEDED, notes, broken):
            if EXAMPLE in cells.get("what", ""):
                continue
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
    """Return the thread and the act of a row as one; a `ValueError` says what is wrong with it."""
    for name in NEEDED:
        if not cells.get(name):
            raise ValueError(f'"{name}" is empty')
    day, who = _day(cells["date"]), organisation.login_of(cells["who"])
    activity = word_of(cells.get("activity", ""), "activity", [*Activity, *_SYNONYMS])
    activity = str(_SYNONYMS.get(activity, activity))
    kind = _KINDS.get(Activity(activity), Kind.OTHER) if activity else Kind.OTHER
    projects = [table.name for table in organisation.upstream]
    link, outcome = cells.get("link", ""), cells.get("outcome") or None
    url = link if re.match(r"https?://", link, re.IGNORECASE) else None
    linked = linked_refs(" ".join(filter(None, (cells["what"], outcome, url))))
    # It stays the same as long as the row says the same day, person and matter.
    name = sha256("\n".join([cells["date"], cells["who"].casefold(), cells["what"]]).encode()).hexdigest()[:12]
    return {
        "ref": f"activity_log:{name}", "source": "activity_log", "private": False, "kind": str(kind), "act": kind.act,
        "title": cells["what"], "body": outcome, "author": who, "actor": who, "at": day, "whole_day": True,
        "hours": _hours(cells.get("hours", "")), "url": url,
        "links_out": [*linked, url] if url and not linked_refs(url) else linked,
        "stated_activity": activity or None,
        "stated_upstream": word_of(cells.get("upstream", ""), "upstream project", projects) or None,
        "stated_lead": word_of(cells.get("lead", ""), "lead", list(Lead)) or None,
    }  # fmt: skip


def _day(text: str) -> str:
    with suppress(ValueError):
        # fromisoformat alone takes 20260701 and 2026-W27 too, which other tables do not know.
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    raise ValueError(f'"date" is "{text}", not a day like 2026-07-01')


def _hours(text: str) -> float | None:
    if not text:
        return None
    if re.fullmatch(r"[1-9][0-9]*,[0-9]{3}", text):
        raise ValueError(f'"hours" is "{text}", which may be a thousand or one; write 1000 or 1.0')
    with suppress(ValueError):
        if 0 <= (hours := float(text.replace(",", "."))) < math.inf:
            return hours
    raise ValueError(f'"hours" is "{text}", not a number such as 1.5')
