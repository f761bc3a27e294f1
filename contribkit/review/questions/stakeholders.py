"""Whom the stakeholder-led work served, whether it is cross-linked, and the coordination around it."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.privacy import visible
from contribkit.review import figures, page
from contribkit.review.page import number, verb
from contribkit.review.question import Filter, Question, array, each, led_by, of, row_details
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import Share, days_between, share
from contribkit.tables import rows_of
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Kind, Lead

NOT_NAMED = "not named"
STATES = {
    "both": "✓ both ways", "ours": "→ only from our side", "theirs": "← only from upstream", "none": "✗ not linked",
}  # fmt: skip
"""States of a pair of threads, with the words people see."""
_MOST_BARS = 25
_FEW_THREADS = 8  # shown at once; the others unfold


class Stakeholders(Question):
    """Whom the stakeholder-led work served, and whether it is cross-linked."""

    name = "stakeholders"
    title = "Whom did the {stakeholder} work serve?"
    schema = {
        "stakeholders": array(
            "Stakeholder-led work by stakeholder, most first, 'not named' last.",
            stakeholder={"type": "string"},
            kind=of("name", "As in contribkit.toml; null where it does not know them."),
            rows=of("count"), threads=of("count"),
        ),
        "initiatives": array(
            "In the order of the file; initiative null: stakeholder-led work without one.",
            initiative=of("name"), stakeholder=of("name"), rows=of("count"),
        ),
        "cross_links": {
            "description": "Threads of stakeholder-led work by what links where.", "type": "object",
            "propertyNames": {"enum": list(STATES)}, "additionalProperties": of("count"),
        },
        "coordination": array(
            "Around stakeholder-led and upstream-led work: what the team wrote, and days to the merge.",
            lead=of("lead"), threads=of("count"),
            comments=of("perhaps", "Null where no source knows any."), reviews=of("perhaps"), merged=of("count"),
            days={"description": "Median from opening to merge; null where no opening is known.",
                  "type": ["number", "null"], "minimum": 0},
            known=of("count", "Of how many merged pull requests."),
        ),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        table, threads, initiatives = by_stakeholder(data), cross_links(data), by_initiative(data)
        total, served = int(table["rows"].sum()), named_stakeholders(data)
        if not total:
            return f"Nothing was {data.words['stakeholder']} in this period."
        often = len(served) and served["rows"].iloc[0] > 1
        most = f", most often {served['stakeholder'].iloc[0]} ({served['rows'].iloc[0]})" if often else ""
        lacking = int((threads["linked"] != "both").sum())
        idle = int((initiatives["rows"] == 0).sum())
        without = int(initiatives.loc[initiatives["initiative"].isna(), "rows"].sum())
        return (
            f"{_named(total, int(served['rows'].sum()))} {pluralise(len(served), 'stakeholder')} by name{most}. "
            f"{len(threads) - lacking} of {pluralise(len(threads), 'upstream thread')} and our own side link to each "
            f"other; {lacking} {verb(lacking, 'lacks', 'lack')} a link on one side at least."
            + (f" {without} of {total} {verb(without, 'belongs', 'belong')} to no initiative." if without else "")
            + (f" {pluralise(idle, 'initiative')} had no work." if idle else "")
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {
            "stakeholders": by_stakeholder(data), "initiatives": by_initiative(data),
            "cross_links": cross_links(data), "coordination": coordination(data),
        }  # fmt: skip

    def figure(self, data: ReviewData) -> Figure | None:
        table, word = by_stakeholder(data), data.words["stakeholder"]
        if not len(table):
            return None
        chart, total = table[:_MOST_BARS], int(table["rows"].sum())
        shown = f"; the {_MOST_BARS} with most are shown" if len(table) > _MOST_BARS else ""
        title = _finding(table, word) or (
            f"{pluralise(total, f'{word} contribution')}, for {pluralise(len(named_stakeholders(data)), 'stakeholder')}"
        )
        bars = list(chart["stakeholder"]), list(chart["rows"])
        return figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", title + shown)

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        links = cross_links(data)["linked"].value_counts()
        return super().numbers(data) | {"cross_links": {str(state): int(count) for state, count in links.items()}}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        led = {"lead": str(Lead.STAKEHOLDER)}
        named = [led | {"stakeholder": None if name == NOT_NAMED else name} for name in
                 by_stakeholder(data)["stakeholder"]]  # fmt: skip
        return {
            **each("stakeholders", "rows", named),
            **each("stakeholders", "threads", [one | {"of": "ref"} for one in named]),
            **each("initiatives", "rows", [led | {"initiative": row["initiative"]} for row in
                                           page.dicts(by_initiative(data))]),
        }  # fmt: skip

    def body(self, data: ReviewData) -> Iterable[Markup]:
        yield page.details("by stakeholder", _stakeholder_table(data))
        yield page.paragraph(_around(data))
        if len(by_initiative(data)):
            yield page.heading("By initiative")
            yield page.table({
                "initiative": by_initiative(data)["initiative"].fillna("without an initiative"),
                "for": by_initiative(data)["stakeholder"], "contributions": page.numbers(by_initiative(data)["rows"]),
            })  # fmt: skip
        yield from _link_tables(cross_links(data))
        yield row_details(data, led_by(data, Lead.STAKEHOLDER))


def _stakeholder_table(data: ReviewData) -> Markup:
    table = page.dicts(by_stakeholder(data))
    return page.table({
        "stakeholder": [row["stakeholder"] for row in table],
        "kind": [row["kind"] or (MISSING if row["stakeholder"] == NOT_NAMED else "not in contribkit.toml")
                 for row in table],
        "contributions": page.numbers(row["rows"] for row in table),
        "threads": page.numbers(row["threads"] for row in table),
    })  # fmt: skip


def _link_tables(threads: pd.DataFrame) -> Iterable[Markup]:
    if not len(threads):
        return
    is_linked = threads["linked"] == "both"
    missing, linked = threads[~is_linked], threads[is_linked]
    yield page.heading("Do upstream threads and our own side link to each other?")
    yield _link_table(missing[:_FEW_THREADS])
    rest = len(missing) - _FEW_THREADS
    caption = f"{pluralise(rest, 'further thread')} that {verb(rest, 'lacks', 'lack')} a link"
    yield page.details(caption, _link_table(missing[_FEW_THREADS:]))
    yield page.details(f"{pluralise(len(linked), 'thread')} linked both ways", _link_table(linked))


def _link_table(threads: pd.DataFrame) -> Markup:
    rows = page.dicts(threads)
    return page.table({
        "upstream thread, and what to paste where": [page.html("link_cell.html", row=row) for row in rows],
        "for": [row["stakeholder"] for row in rows],
        "linked": [STATES[row["linked"]] for row in rows],
    })  # fmt: skip


def _named(total: int, named: int) -> str:
    return (
        f"{pluralise(total, 'contribution')} served" if named == total else f"{named} of {total} contributions served"
    )


def _finding(table: pd.DataFrame, word: str) -> str | None:
    """Return who was served most, where one stands out."""
    served = table[table["stakeholder"] != NOT_NAMED]
    total = int(table["rows"].sum())
    if len(served) < 2 or served["rows"].iloc[0] == served["rows"].iloc[1] or served["rows"].iloc[0] < total / 4:
        return None
    most = served.iloc[0]
    return f"{most['rows']} of {pluralise(total, f'{word} contribution')} served {most['stakeholder']}"


def _around(data: ReviewData) -> str:
    """Return a sentence on the coordination, and on whether stakeholder-led work goes at upstream's pace."""
    ours, theirs = page.dicts(coordination(data))
    if not ours["threads"]:
        return ""
    acts = [(ours["comments"], "comment"), (ours["reviews"], "review")]
    wrote = " and ".join(pluralise(count, word) for count, word in acts if count)
    inside = f"in {pluralise(ours['threads'], 'thread')}"
    silent = f"No source knows a comment or a review by the team {inside}."
    said = f"Around it the team wrote {wrote} {inside}." if wrote else silent
    if ours["days"] is None:
        return f"{said} How long its pull requests waited for their merge is not known."
    pace, word = theirs["days"], data.words["upstream"]
    beside = f", against {number(pace)} for {word} work" if pace is not None else ""
    known = f" (known for {ours['known']} of {ours['merged']})"
    return f"{said} Half of its merged pull requests were merged within {number(ours['days'])} days{known}{beside}."


def named_stakeholders(data: ReviewData) -> pd.DataFrame:
    """Return the rows of `by_stakeholder` that name one."""
    return by_stakeholder(data)[by_stakeholder(data)["stakeholder"] != NOT_NAMED]


@once
def by_stakeholder(data: ReviewData) -> pd.DataFrame:
    """Return how much stakeholder-led work each stakeholder had; a label may name one that the file does not.

    Returns
    -------
    pandas.DataFrame
        One row a stakeholder, most work first, `NOT_NAMED` last: `stakeholder`, `kind` (str: as in the file,
        missing where it does not know them), `rows`, `threads` (int).
    """
    led = data.named_rows[data.named_rows["lead"] == Lead.STAKEHOLDER]
    led = led.assign(stakeholder=led["stakeholder"].fillna(NOT_NAMED), thread=led["ref"].str.casefold())
    table = led.groupby("stakeholder").agg(rows=("id", "size"), threads=("thread", "nunique")).reset_index()
    table["kind"] = table["stakeholder"].map({one.name: one.kind for one in data.organisation.stakeholders})
    table["last"] = table["stakeholder"] == NOT_NAMED
    ordered = table.sort_values(["last", "rows", "stakeholder"], ascending=[True, False, True]).astype({"kind": "str"})
    return ordered[["stakeholder", "kind", "rows", "threads"]].reset_index(drop=True)


@once
def by_initiative(data: ReviewData) -> pd.DataFrame:
    """Return how much work each initiative of the roadmap had, those without any among them.

    Returns
    -------
    pandas.DataFrame
        One row an initiative, in the order of the file: `initiative`, `stakeholder` (str), `rows` (int). Last, where
        there is any, stakeholder-led work without an initiative, `initiative` missing.
    """
    led = data.named_rows[data.named_rows["lead"] == Lead.STAKEHOLDER]
    counts, without = led["initiative"].value_counts(), int(led["initiative"].isna().sum())
    table: list[tuple[str | None, str | None, int]] = [
        (i.name, i.stakeholder, int(counts.get(i.name, 0))) for i in data.initiatives
    ]
    table += [(None, None, without)] if without else []
    return pd.DataFrame(table, columns=["initiative", "stakeholder", "rows"])


@once
def sides(data: ReviewData) -> pd.DataFrame:
    """Return which places on the organisation's own side each contribution's thread is tied to.

    Returns
    -------
    pandas.DataFrame
        Indexed as the contributions: `inward`, `outward` (lists of addresses of own places, those that link to the
        thread and those it links to; private ones as an empty text), `linked` (a key of `STATES`).
    """
    rows, references = data.named_rows, data.data.references
    places: dict[tuple[str, bool], list[str]] = {}
    shown = references["url"].where(visible(references), "").fillna("")
    for ref, url, is_out in zip(references["ref"], shown, references["direction"] == "out", strict=True):
        places.setdefault((casefold_id(ref), bool(is_out)), []).append(url)
    table = [_places(row, places, data.organisation) for row in rows_of(rows[["ref", "links_in", "links_out"]])]
    return pd.DataFrame(table, columns=["inward", "outward", "linked"], index=rows.index)


@once
def evidence(data: ReviewData) -> Share:
    """Return how many contributions have evidence from the organisation's own side."""
    return share(int((sides(data)["linked"] != "none").sum()), len(sides(data)))


def _places(
    row: dict[str, Any], places: dict[tuple[str, bool], list[str]], organisation: Organisation
) -> dict[str, Any]:
    ref = casefold_id(row["ref"])
    inward, outward = list(places.get((ref, False), [])), list(places.get((ref, True), []))
    for link in row["links_in"]:
        if organisation.is_own_side(link.get("ref") or ""):
            inward.append("" if link.get("private") else thread_url(link["ref"]) or "")
    outward += [thread_url(other) or "" for other in row["links_out"] if organisation.is_own_side(other)]
    state = {(True, True): "both", (True, False): "ours", (False, True): "theirs"}.get(
        (bool(inward), bool(outward)), "none"
    )
    return {"inward": list(dict.fromkeys(inward)), "outward": list(dict.fromkeys(outward)), "linked": state}


@once
def cross_links(data: ReviewData) -> pd.DataFrame:
    """Return the threads of stakeholder-led work with what is missing between the two sides.

    Returns
    -------
    pandas.DataFrame
        One row a thread: `ref`, `title`, `url`, `stakeholder`, `initiative` (str), `linked`, `ours` (str: the address
        on our own side, missing where there is none or it is private), `paste_upstream` and `paste_own` (str: the
        sentence to paste on either side, missing where it is not needed).
    """
    threads = data.rows.join(sides(data))[data.rows["lead"] == Lead.STAKEHOLDER]
    threads = threads[threads["ref"].map(repository_of).notna()].drop_duplicates("ref")
    sentences = [_sentences(row) for row in rows_of(threads)]
    added = pd.DataFrame(sentences, columns=["ours", "paste_upstream", "paste_own"], index=threads.index)
    columns = ["ref", "title", "url", "stakeholder", "initiative", "linked"]
    return threads[columns].join(added).reset_index(drop=True)


def _sentences(row: dict[str, Any]) -> dict[str, str | None]:
    whom = f" for {row['stakeholder']}" if isinstance(row["stakeholder"], str) else ""
    # A thread of ours can be answered in; a commit or a post cannot.
    threads_first = sorted(filter(None, row["inward"]), key=lambda url: "/issues/" not in url and "/pull/" not in url)
    ours = next(iter(threads_first), None)
    upstream = f"Why we do this{whom}: {ours or 'OUR INITIATIVE (paste its address)'}"
    return {
        "ours": ours or next(filter(None, row["outward"]), None),
        "paste_upstream": None if row["outward"] else upstream,
        "paste_own": None if row["inward"] else f"Upstream: {row['url']}",
    }


@once
def coordination(data: ReviewData) -> pd.DataFrame:
    """Return what the team wrote and reviewed around stakeholder-led and upstream-led work, and how long it waited.

    Source of the days: CHAOSS, Change Request Duration, as a median over merged pull requests. Upstream-led work stands
    beside it, since only a comparison shows whether stakeholder-led work goes at upstream's pace.

    Returns
    -------
    pandas.DataFrame
        One row for `stakeholder` and for `upstream`: `lead` (str), `threads` (int), `comments`, `reviews` (Int64: acts
        of members in these threads in the period, missing where no source knows any of anybody), `merged` (int: pull
        requests of members merged in it), `days` (float: median from opening to merge, missing where no opening is
        known), `known` (int: of how many merged it is known).
    """
    rows, acts, period = data.named_rows, data.acts, data.period
    ours = acts[acts["actor"].isin(list(data.members)) & within(acts["at"], period)]
    known_acts = set(acts["act"])
    table = []
    for lead in (Lead.STAKEHOLDER, Lead.UPSTREAM):
        mine = rows[rows["lead"] == lead]
        threads = set(mine["ref"].str.casefold())
        inside = ours[ours["ref"].str.casefold().isin(threads)]
        merged = mine[(mine["kind"] == Kind.PULL_REQUEST) & within(mine["merged_at"], period)]
        days, known = days_between(merged["opened_at"], merged["merged_at"])
        table.append({
            "lead": str(lead), "threads": len(threads),
            "comments": _times(inside, "commented") if "commented" in known_acts else None,
            "reviews": _times(inside, "reviewed") if "reviewed" in known_acts else None,
            "merged": len(merged), "days": days, "known": known,
        })  # fmt: skip
    return pd.DataFrame(table).astype({"comments": "Int64", "reviews": "Int64", "days": float})


def _times(acts: pd.DataFrame, act: str) -> int:
    return int(acts.loc[acts["act"] == act, "count"].fillna(1).sum())
