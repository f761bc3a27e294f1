"""What may be shown and written: the only place that decides about private threads, names and paths."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, Judged, conform
from contribkit.vocabulary import Lead

Table = TypeVar("Table", pd.DataFrame, Judged)

SOMEBODY = "somebody"
_PERSONAL = ("author", "merged_by", "participants", "links_in", "links_out", "files", "body", "remarks")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\[bot\])?")
# An absolute path, but for its last name; a web address has a colon or a slash in front.
_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s/:\"']{1,255}/)+")
# @scope/package@1.0 is a release.
_AT_NAME = re.compile(r"(?<![\w@])@[A-Za-z0-9][A-Za-z0-9_-]{0,59}(?![\w-]*/[\w.-]{1,100}@v?\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@(?!v?\d+\.\d)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")  # tarn-io@0.9.2 is a release


def visible(table: pd.DataFrame, include_private: bool = False) -> pd.Series:
    """Return which rows of threads, contributions, references or needs may be shown: those that are not private."""
    return include_private | ~table["private"].fillna(False).astype(bool)


def without_private(table: Table, include_private: bool = False) -> Table:
    """Return the visible rows, without links from private places, and with nothing that reasons saw in them."""
    if include_private:
        return table
    if not isinstance(table, pd.DataFrame):
        public = table.where(visible(table.contributions))
        return Judged(without_private(public.contributions), visible_reasons(public.reasons), public.notes)
    is_public = visible(table)
    public_rows = table if is_public.all() else table[is_public]
    if "links_in" not in public_rows:
        return public_rows
    links = [[link for link in cell if not link.get("private")] for cell in public_rows["links_in"]]
    return public_rows.assign(links_in=pd.Series(links, index=public_rows.index, dtype=object))


def with_private_threads(table: pd.DataFrame) -> pd.DataFrame:
    """Return contributions in which a thread that one row calls private is private for all."""
    is_private = table["private"].fillna(False).groupby(table["ref"].str.casefold()).transform("any")
    return table.assign(private=table["private"].mask(is_private, True))


def visible_reasons(reasons: pd.DataFrame, include_private: bool = False) -> pd.DataFrame:
    """Return reasons of which the private ones say neither what was seen nor where: only that there is one."""
    public = visible(reasons, include_private)
    hidden = reasons["sentence"].where(public, "seen in a private place")
    return reasons.assign(sentence=hidden, **{name: reasons[name].where(public) for name in ("evidence", "url")})


def visible_acts(acts: pd.DataFrame, threads: pd.DataFrame, include_private: bool = False) -> pd.DataFrame:
    """Return the acts in threads that no source marks as private."""
    private = set(threads.loc[~visible(threads, include_private), "ref"].str.casefold())
    return acts[~acts["ref"].str.casefold().isin(private)] if private else acts


def publicly_named(judged: Judged) -> Judged:
    """Return the contributions with a stakeholder and an initiative only where something public names them."""
    # A label does not: it is in the organisation's own log.
    reasons, rows = judged.reasons, judged.contributions
    speaks = (reasons["lead"] == Lead.STAKEHOLDER) & (reasons["weight"] > 0) & (reasons["rule"] != "label")
    named = set(reasons.loc[speaks & visible(reasons), "id"].map(casefold_id))
    public = rows["id"].map(casefold_id).isin(named)
    said = {name: rows[name].where(public) for name in ("stakeholder", "initiative")}
    return Judged(rows.assign(**said), reasons, judged.notes)


def without_names(judged: Judged, organisation: Organisation, people: Iterable[str] = ()) -> Judged:
    """Return contributions without persons, `people` as well: no logins in ids, titles, labels, addresses and reasons.

    Ids get numbers, the same in every team's review of a load, since `judged` is of the whole organisation.
    """
    mask, rows, reasons = mask_of(organisation, people), judged.contributions, judged.reasons
    ids = _numbered(rows["id"])
    renamed = dict(zip(rows["id"].map(casefold_id), ids, strict=True))
    masked = rows.assign(
        id=ids, actor=SOMEBODY, title=rows["title"].map(mask), url=rows["url"].map(mask.address),
        labels=rows["labels"].map(lambda labels: list(map(mask, labels))),
    ).drop(columns=[*_PERSONAL])  # fmt: skip
    told = reasons.assign(
        id=reasons["id"].map(casefold_id).map(renamed), sentence=reasons["sentence"].map(mask),
        evidence=reasons["evidence"].map(mask), url=reasons["url"].map(mask.address),
    )  # fmt: skip
    return Judged(conform(masked, CONTRIBUTIONS | JUDGED), conform(told, REASONS), judged.notes)


def publishable(judged: Judged) -> Judged:
    """Return contributions as the files of a review may hold them: no bodies, no remarks, no words around links."""
    rows = judged.contributions
    links = [[link | {"text": None} for link in cell] for cell in rows["links_in"]]
    nobody = rows["actor"].mask(rows["actor"] == SOMEBODY)
    kept = rows.drop(columns=["body", "remarks"]).assign(
        actor=nobody, links_in=pd.Series(links, index=rows.index, dtype=object)
    )
    return Judged(conform(kept, CONTRIBUTIONS | JUDGED), judged.reasons, judged.notes)


def visible_opinions(opinions: pd.DataFrame, with_notes: bool, without_names: bool = False) -> pd.DataFrame:
    """Return people's labels for a file: without notes unless asked for; or without persons, and so without notes."""
    if not without_names:
        return opinions if with_notes else opinions.drop(columns="note")
    items = opinions["item"].drop_duplicates()
    numbers = dict(zip(items, _numbered(items), strict=True))
    return opinions.drop(columns="note").assign(item=opinions["item"].map(numbers), by=SOMEBODY)


def mask_of(organisation: Organisation, people: Iterable[str] = ()) -> "Mask":
    """Return what puts somebody in the place of members, of who speaks for stakeholders, and of further people."""
    members = organisation.members.values()
    names = [name for member in members for name in (member.login, member.name, *member.aliases)]
    names += [name for member in organisation.everybody for known in member.names.values() for name in known]
    words = [word for member in members for word in re.findall(r"[^\W\d_]+", member.name)]
    parts = [word for word in words if len(word) > 2 and word[0].isupper()]  # "a" or "van" would mask half of all words
    parts += [member.login for member in members]  # as in LOGIN-patch-1, GitHub's name for a branch
    return Mask([*names, *organisation.speakers, *people], parts)


def without_paths(text: str, root: Path) -> str:
    """Return a text without where on this machine something lies: relative to a folder, else the last name alone."""
    return _FOLDERS.sub("", text.replace(f"{root}/", ""))


class Mask:
    """Puts `SOMEBODY` for logins and names in any case, mail addresses, what follows an @, and `parts` as written."""

    def __init__(self, names: Iterable[str], parts: Iterable[str] = ()) -> None:
        named = {casefold_id(name) for name in names if isinstance(name, str) and name}
        elsewhere = {name.rpartition(":")[2] for name in named if ":" in name}  # a name behind its host
        known = named | {name for name in elsewhere if name and not name.isdigit()}
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


def _numbered(ids: pd.Series) -> list[str]:
    """Return ids with a number, for each thread and kind from 1 on, in place of the login."""
    parts = pd.DataFrame(map(parse_contribution_id, ids), columns=["ref", "login", "kind"], dtype="str")
    numbers = parts.groupby([parts["ref"].str.casefold(), parts["kind"]]).cumcount() + 1
    return list(parts["ref"] + "@" + numbers.astype("str") + ":" + parts["kind"])
