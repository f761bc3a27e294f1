"""Cross-links: whether upstream threads and the organisation's own side point at each other."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.privacy import visible
from contribkit.tables import rows_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

STATES = {
    "both": "✓ both ways", "ours": "→ only from our side", "theirs": "← only from upstream", "none": "✗ not linked",
}  # fmt: skip
"""States of a pair of threads, with the words people see."""


def own_side(rows: pd.DataFrame, references: pd.DataFrame, organisation: "Organisation") -> pd.DataFrame:
    """Return which places on the organisation's own side each contribution's thread is tied to.

    Parameters
    ----------
    rows
        Contributions, of which `ref`, `links_in` and `links_out` are read.
    references
        A table of the schema `REFERENCES`.
    organisation
        Whose side.

    Returns
    -------
    pandas.DataFrame
        Indexed as `rows`: `inward`, `outward` (lists of addresses of own places, those that
        point at the thread and those it points at; private ones as an empty text), `linked` (a key of `STATES`).
    """
    by_thread: dict[str, list[str]] = {}
    is_public = visible(references)
    for ref, url, public in zip(references["ref"], references["url"], is_public, strict=True):
        shown = url if public and isinstance(url, str) else ""
        by_thread.setdefault(casefold_id(ref), []).append(shown)
    table = [_places(row, by_thread, organisation) for row in rows_of(rows[["ref", "links_in", "links_out"]])]
    return pd.DataFrame(table, columns=["inward", "outward", "linked"], index=rows.index)


def _places(row: dict[str, Any], by_thread: dict[str, list[str]], organisation: "Organisation") -> dict[str, Any]:
    inward = list(by_thread.get(casefold_id(row["ref"]), []))
    for link in row["links_in"]:
        if organisation.is_own_side(link.get("ref") or ""):
            inward.append("" if link.get("private") else thread_url(link["ref"]) or "")
    outward = [thread_url(other) or "" for other in row["links_out"] if organisation.is_own_side(other)]
    state = {(True, True): "both", (True, False): "ours", (False, True): "theirs"}.get(
        (bool(inward), bool(outward)), "none"
    )
    return {"inward": list(dict.fromkeys(inward)), "outward": list(dict.fromkeys(outward)), "linked": state}


def cross_links(rows: pd.DataFrame, sides: pd.DataFrame) -> pd.DataFrame:
    """Return the threads of stakeholder-led work with what is missing between the two sides.

    Parameters
    ----------
    rows
        Judged contributions.
    sides
        What `own_side` says of them.

    Returns
    -------
    pandas.DataFrame
        One row a thread: `ref`, `title`, `url`, `stakeholder`, `initiative` (str), `linked`, `ours` (str: the address
        on our own side, missing where there is none or it is private), `paste_upstream` and `paste_own` (str: the
        sentence to paste on either side, missing where it is not needed).
    """
    threads = rows.join(sides)[rows["lead"] == "stakeholder"]
    threads = threads[threads["ref"].map(repository_of).notna()].drop_duplicates("ref")
    sentences = [_sentences(row) for row in rows_of(threads)]
    added = pd.DataFrame(sentences, columns=["ours", "paste_upstream", "paste_own"], index=threads.index)
    columns = ["ref", "title", "url", "stakeholder", "initiative", "linked"]
    return threads[columns].join(added).reset_index(drop=True)


def _sentences(row: dict[str, Any]) -> dict[str, str | None]:
    whom = row["stakeholder"] if isinstance(row["stakeholder"], str) else None
    # A thread of ours can be answered in; a commit or a post cannot.
    threads_first = sorted(filter(None, row["inward"]), key=lambda url: "/issues/" not in url and "/pull/" not in url)
    ours = next(iter(threads_first), None)
    for_whom = f" for {whom}" if whom else ""
    upstream = f"Why we do this{for_whom}: {ours or 'OUR INITIATIVE (paste its address)'}"
    return {
        "ours": ours or next(filter(None, row["outward"]), None),
        "paste_upstream": None if row["outward"] else upstream,
        "paste_own": None if row["inward"] else f"Upstream: {row['url']}",
    }
