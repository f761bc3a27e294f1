"""What must not leave the machine: private threads, and names on pages without names."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.tables import CONTRIBUTIONS, JUDGED, conform, rows_of
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

SOMEBODY = "somebody"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\[bot\])?")
# An absolute path, but for its last name; a web address has a colon or a slash in front.
_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s/:\"']{1,255}/)+")
_AT_NAME = re.compile(r"(?<![\w@])@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")


def without_private(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the public rows, without links from private places, and with nothing that reasons saw in them.

    Parameters
    ----------
    rows
        Contributions, judged or not, or references.
    """
    public = rows[~rows["private"].fillna(False).astype(bool)]
    cells: dict[str, list[Any]] = {}
    if "links_in" in public:
        cells["links_in"] = [[link for link in cell if not link.get("private")] for cell in public["links_in"]]
    if "reasons" in public:
        cells["reasons"] = [
            [_hidden(reason) if reason["private"] else reason for reason in cell] for cell in public["reasons"]
        ]
    return public.assign(
        **{name: pd.Series(column, index=public.index, dtype=object) for name, column in cells.items()}
    )


def publicly_named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a stakeholder and an initiative only where something public says for whom the work was.

    A label is none: it is in the organisation's own log.
    """
    public = pd.Series([any(map(_tells, cell)) for cell in rows["reasons"]], index=rows.index, dtype=bool)
    return rows.assign(stakeholder=rows["stakeholder"].where(public), initiative=rows["initiative"].where(public))


def _tells(reason: dict[str, Any]) -> bool:
    speaks = reason["lead"] == Lead.STAKEHOLDER and reason["weight"] > 0 and reason["rule"] != "label"
    return bool(speaks and not reason["private"])


def in_public(acts: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Return the acts in threads that no source marks as private."""
    private = set(threads.loc[threads["private"].fillna(False).astype(bool), "ref"].str.casefold())
    return acts[~acts["ref"].str.casefold().isin(private)] if private else acts


def _hidden(reason: dict[str, Any]) -> dict[str, Any]:
    return reason | {"saw": "a private place", "where": None}


def without_names(rows: pd.DataFrame, organisation: "Organisation", people: Iterable[str] = ()) -> pd.DataFrame:
    """Return the rows without persons: no columns of logins, none in ids, none in titles and reasons.

    Ids keep apart what several people did in one thread by a number, the same in every team's review of a load.
    A login that is also a word is masked wherever the word stands: a dull title is better than a name.

    Parameters
    ----------
    rows
        Judged contributions of the whole organisation, so that numbers agree between teams.
    organisation
        Whose members' names and aliases are masked, and who speaks for its stakeholders.
    people
        Further logins: everybody known to the data.
    """
    mask = mask_of(organisation, people)
    masked = [_masked(row, mask) for row in rows_of(rows)]
    table = conform(pd.DataFrame(masked, index=rows.index), CONTRIBUTIONS | JUDGED)
    return table.assign(id=_numbered(rows, table))


def mask_of(organisation: "Organisation", people: Iterable[str] = ()) -> "Mask":
    """Return what puts somebody in the place of members, of who speaks for stakeholders, and of further people."""
    members = [name for m in organisation.members.values() for name in (m.login, m.name, *m.aliases)]
    speakers = [login for stakeholder in organisation.stakeholders for login in stakeholder.people]
    return Mask([*members, *speakers, *people])


def without_places(text: str, root: Path) -> str:
    """Return a text without where on this machine something lies: relative to a folder, else the last name alone.

    Examples
    --------
    >>> without_places("/srv/a/c.jsonl:2: wrong, as in /home/ada/x.csv; see https://a.example/b/c", Path("/srv/a"))
    'c.jsonl:2: wrong, as in x.csv; see https://a.example/b/c'
    """
    return _FOLDERS.sub("", text.replace(f"{root}/", ""))


class Mask:
    """Puts `SOMEBODY` in the place of names: words that are logins, longer names, and whatever stands behind an @."""

    def __init__(self, names: Iterable[str]) -> None:
        known = {casefold_id(name) for name in names if isinstance(name, str) and name}
        self._logins = {name for name in known if _WORD.fullmatch(name)}
        others = sorted(known - self._logins, key=len, reverse=True)
        self._others = re.compile("|".join(map(re.escape, others)) or r"(?!)", re.IGNORECASE)

    def __call__(self, text: Any) -> Any:
        """Return a text without names, and anything else as it is."""
        if not isinstance(text, str):
            return text
        text = self._others.sub(SOMEBODY, _AT_NAME.sub(f"@{SOMEBODY}", text))
        return _WORD.sub(lambda word: SOMEBODY if casefold_id(word[0]) in self._logins else word[0], text)


def _masked(row: dict[str, Any], mask: Mask) -> dict[str, Any]:
    reasons = [
        # An address may hold a login too: https://github.com/LOGIN/…
        reason
        | {"saw": mask(reason["saw"]), "because": mask(reason["because"])}
        | {"where": reason["where"] if reason["where"] == mask(reason["where"]) else None}
        for reason in row["reasons"]
    ]
    nobody: dict[str, Any] = {
        "author": None, "merged_by": None, "participants": [], "links_in": [], "body": None, "remarks": []
    }  # fmt: skip
    return row | nobody | {"actor": SOMEBODY, "title": mask(row["title"]), "reasons": reasons}


def _numbered(rows: pd.DataFrame, masked: pd.DataFrame) -> pd.Series:
    seen: dict[tuple[str, str], int] = {}
    ids = []
    for identifier in rows["id"]:
        ref, _, kind = parse_contribution_id(identifier)
        place = (casefold_id(ref), kind)
        seen[place] = seen.get(place, 0) + 1
        ids.append(f"{ref}@{seen[place]}:{kind}")
    return pd.Series(ids, index=masked.index, dtype="str")
