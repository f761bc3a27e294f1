"""What must not leave the machine: private threads, and names on pages without names."""

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.identifiers import key, parse_contribution_id
from contribkit.tables import rows_of

if TYPE_CHECKING:
    from contribkit.organisation import Organisation

SOMEBODY = "somebody"
_AT_NAME = re.compile(r"(?<![\w@])@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")


def without_private(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of public threads, with nothing that reasons saw in private places."""
    public = rows[~rows["private"].fillna(False).astype(bool)]
    reasons = [[_hidden(reason) if reason["private"] else reason for reason in cell] for cell in public["reasons"]]
    links = [[link for link in cell if not link.get("private")] for cell in public["links_in"]]
    return public.assign(
        reasons=pd.Series(reasons, index=public.index, dtype=object),
        links_in=pd.Series(links, index=public.index, dtype=object),
    )


def _hidden(reason: dict[str, Any]) -> dict[str, Any]:
    return reason | {"saw": "a private place", "where": None}


def without_names(rows: pd.DataFrame, organisation: "Organisation") -> pd.DataFrame:
    """Return the rows without persons: no columns of logins, none in ids, none in titles and reasons.

    Ids keep apart what several people did in one thread by a number, the same in every team's review of a load.

    Parameters
    ----------
    rows
        Judged contributions of the whole organisation, so that numbers agree between teams.
    organisation
        Whose members' names and aliases are masked too.
    """
    always = [name for m in organisation.members.values() for name in (m.login, m.name, *m.aliases) if name]
    always += [login for stakeholder in organisation.stakeholders for login in stakeholder.people]
    masked = [_masked(row, always) for row in rows_of(rows)]
    table = pd.DataFrame(masked, columns=rows.columns, index=rows.index).astype(rows.dtypes.to_dict())
    return table.assign(id=_numbered(rows, table))


def _masked(row: dict[str, Any], always: list[str]) -> dict[str, Any]:
    here = [row["actor"], row["author"], row["merged_by"], *row["participants"]]
    names = sorted({name for name in (*always, *here) if isinstance(name, str)}, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w-])", re.IGNORECASE)

    def mask(text: Any) -> Any:
        return _AT_NAME.sub(f"@{SOMEBODY}", pattern.sub(SOMEBODY, text)) if isinstance(text, str) else text

    reasons = [reason | {"saw": mask(reason["saw"]), "because": mask(reason["because"])} for reason in row["reasons"]]
    nobody: dict[str, Any] = {
        "author": None,
        "merged_by": None,
        "participants": [],
        "links_in": [],
        "body": None,
        "remarks": [],
    }
    # An address may hold a login too: https://github.com/LOGIN/…
    shown = [
        reason | {"where": reason["where"] if reason["where"] == mask(reason["where"]) else None} for reason in reasons
    ]
    return row | nobody | {"actor": SOMEBODY, "title": mask(row["title"]), "reasons": shown}


def _numbered(rows: pd.DataFrame, masked: pd.DataFrame) -> pd.Series:
    seen: dict[tuple[str, str], int] = {}
    ids = []
    for identifier in rows["id"]:
        ref, _, kind = parse_contribution_id(identifier)
        place = (key(ref), kind)
        seen[place] = seen.get(place, 0) + 1
        ids.append(f"{ref}@{seen[place]}:{kind}")
    return pd.Series(ids, index=masked.index, dtype="str")
