"""What may be shown and written: the only place that decides about private threads, names and paths."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.tables import NESTED, conform, rows_of
from contribkit.vocabulary import Lead

SOMEBODY = "somebody"
_PRIVATE_REASON = {"because": "seen in a private place", "saw": "", "where": None}
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\[bot\])?")
# An absolute path, but for its last name; a web address has a colon or a slash in front.
_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s/:\"']{1,255}/)+")
_AT_NAME = re.compile(r"(?<![\w@])@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def visible(table: pd.DataFrame, include_private: bool = False) -> pd.Series:
    """Return which rows of threads, contributions, references or needs may be shown: those that are not private.

    Examples
    --------
    >>> visible(pd.DataFrame({"private": [True, None, False]})).tolist()
    [False, True, True]
    """
    return include_private | ~table["private"].fillna(False).astype(bool)


def without_private(table: pd.DataFrame, include_private: bool = False) -> pd.DataFrame:
    """Return the visible rows, without links from private places, and with nothing that reasons saw in them.

    Parameters
    ----------
    table
        Contributions, judged or not, references or needs.
    include_private
        Return the table as it is.
    """
    if include_private:
        return table
    public = table[visible(table)]
    cells: dict[str, list[Any]] = {}
    if "links_in" in public:
        cells["links_in"] = [[link for link in cell if not link.get("private")] for cell in public["links_in"]]
    if "lead" in public and "reasons" in public:
        cells["reasons"] = [visible_reasons(cell) for cell in public["reasons"]]
    return public.assign(
        **{name: pd.Series(column, index=public.index, dtype=object) for name, column in cells.items()}
    )


def visible_reasons(reasons: list[dict[str, Any]], include_private: bool = False) -> list[dict[str, Any]]:
    """Return reasons of which the private ones say neither what was seen nor where: only that there is one."""
    return [reason | _PRIVATE_REASON if reason["private"] and not include_private else reason for reason in reasons]


def visible_acts(acts: pd.DataFrame, threads: pd.DataFrame, include_private: bool = False) -> pd.DataFrame:
    """Return the acts in threads that no source marks as private."""
    private = set(threads.loc[~visible(threads, include_private), "ref"].str.casefold())
    return acts[~acts["ref"].str.casefold().isin(private)] if private else acts


def publicly_named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a stakeholder and an initiative only where something public says for whom the work was.

    A label is none: it is in the organisation's own log.
    """
    public = pd.Series([any(map(_names_publicly, cell)) for cell in rows["reasons"]], index=rows.index, dtype=bool)
    return rows.assign(stakeholder=rows["stakeholder"].where(public), initiative=rows["initiative"].where(public))


def _names_publicly(reason: dict[str, Any]) -> bool:
    speaks = reason["lead"] == Lead.STAKEHOLDER and reason["weight"] > 0 and reason["rule"] != "label"
    return bool(speaks and not reason["private"])


def without_names(rows: pd.DataFrame, organisation: Organisation, people: Iterable[str] = ()) -> pd.DataFrame:
    """Return the rows without persons: no columns of logins, none in ids, titles, labels, addresses and reasons.

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
    table = conform(pd.DataFrame(masked, index=rows.index), NESTED)
    return table.assign(id=_numbered(rows, table))


def mask_of(organisation: Organisation, people: Iterable[str] = ()) -> "Mask":
    """Return what puts somebody in the place of members, of who speaks for stakeholders, and of further people."""
    members = list(organisation.members.values())
    names = [name for member in members for name in (member.login, member.name, *member.aliases)]
    speakers = [login for stakeholder in organisation.stakeholders for login in stakeholder.people]
    return Mask([*names, *speakers, *people], [part for member in members for part in _parts(member.name)])


def _parts(name: str) -> Iterator[str]:
    """Yield first names and surnames; a particle or an initial would mask half of all words."""
    yield from (part for part in re.findall(r"[^\W\d_]+", name) if len(part) > 2 and part[0].isupper())


def without_paths(text: str, root: Path) -> str:
    """Return a text without where on this machine something lies: relative to a folder, else the last name alone.

    Examples
    --------
    >>> without_paths("/srv/a/c.jsonl:2: wrong, as in /home/ada/x.csv; see https://a.example/b/c", Path("/srv/a"))
    'c.jsonl:2: wrong, as in x.csv; see https://a.example/b/c'
    """
    return _FOLDERS.sub("", text.replace(f"{root}/", ""))


class Mask:
    """Replaces names by `SOMEBODY`: words that are logins, longer names, mail addresses, and whatever follows an @.

    Parameters
    ----------
    names
        Logins and full names, in any case.
    parts
        First names and surnames, in the case given: "Will" is masked, "will" is not.

    Examples
    --------
    >>> Mask(["ada-l", "Ada Lovelace"], ["Ada"])("Ada fixes it, says ada-l (ada@example.org), with @grace")
    'somebody fixes it, says somebody (somebody), with @somebody'
    """

    def __init__(self, names: Iterable[str], parts: Iterable[str] = ()) -> None:
        known = {casefold_id(name) for name in names if isinstance(name, str) and name}
        self._logins = {name for name in known if _WORD.fullmatch(name)}
        self._others = _any_of(known - self._logins, "{}", re.IGNORECASE)
        self._parts = _any_of(set(parts), r"\b(?:{})\b")

    def __call__(self, text: Any) -> Any:
        """Return a text without names, and anything else as it is."""
        if not isinstance(text, str):
            return text
        text = _AT_NAME.sub(f"@{SOMEBODY}", _MAIL.sub(SOMEBODY, text))
        text = self._others.sub(SOMEBODY, text)
        text = _WORD.sub(lambda word: SOMEBODY if casefold_id(word[0]) in self._logins else word[0], text)
        return self._parts.sub(SOMEBODY, text)

    def address(self, url: Any) -> Any:
        """Return an address that holds no name, else None: https://github.com/LOGIN/… is one of a person."""
        return url if url == self(url) else None


def _any_of(words: set[str], around: str, flags: int = 0) -> re.Pattern[str]:
    longest_first = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(around.format(longest_first) if words else r"(?!)", flags)


def _masked(row: dict[str, Any], mask: Mask) -> dict[str, Any]:
    reasons = [
        reason
        | {"saw": mask(reason["saw"]), "because": mask(reason["because"]), "where": mask.address(reason["where"])}
        for reason in row["reasons"]
    ]
    nobody: dict[str, Any] = {
        "author": None, "merged_by": None, "participants": [], "links_in": [], "body": None, "remarks": []
    }  # fmt: skip
    words = {"title": mask(row["title"]), "labels": list(map(mask, row["labels"])), "url": mask.address(row["url"])}
    return row | nobody | words | {"actor": SOMEBODY, "reasons": reasons}


def _numbered(rows: pd.DataFrame, masked: pd.DataFrame) -> pd.Series:
    seen: dict[tuple[str, str], int] = {}
    ids = []
    for identifier in rows["id"]:
        ref, _, kind = parse_contribution_id(identifier)
        place = (casefold_id(ref), kind)
        seen[place] = seen.get(place, 0) + 1
        ids.append(f"{ref}@{seen[place]}:{kind}")
    return pd.Series(ids, index=masked.index, dtype="str")
