"""How the period compares with those before it, and what changed since reviews were last rendered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.ids import casefold_id
from contribkit.labels import Labels
from contribkit.review import page
from contribkit.review.page import number, percent
from contribkit.review.question import Question, array, of
from contribkit.review.questions.community import community
from contribkit.review.questions.goals import goals_reached
from contribkit.review.questions.sharing import activities
from contribkit.review.questions.stakeholders import cross_links, evidence, sides
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import Share, difference, lead_counts, pull_requests, share, upstream_share
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Lead

_SHARES = ("upstream_share", "low", "high")
_COUNTS = [
    *map(str, Lead), "merged", "evidence", "linked_both", "linked_threads", "goals_reached", "goals_with_target",
    "people", "members", "reviewed",
]  # fmt: skip
_LEAD_CHANGE = ["id", "title", "url", "was", "lead", "through", "why"]
_LABEL_CHANGE = ["id", "title", "url", "was", "label"]


class Changes(Question):
    """How the period compares with those before it, and what changed since reviews were last rendered."""

    name = "changes"
    title = "What changed?"
    schema = {
        "history": array(
            "This period and those before it, oldest first; those of which nothing is known are left out.",
            period={"type": "string"}, **{str(lead): of("count") for lead in Lead},
            upstream_share=of("fraction"), low=of("fraction"), high=of("fraction"),
            from_={"description": "Whether sources told it, or an earlier summary, which may know less.",
                   "enum": ["sources", "summary"]},
            merged=of("perhaps", "Own pull requests merged."),
            evidence=of("perhaps", "Contributions tied to our own side."),
            linked_both=of("perhaps", "Threads of stakeholder-led work that link to our side and back."),
            linked_threads=of("perhaps", "Of how many."),
            goals_reached=of("perhaps"), goals_with_target=of("perhaps"),
            people=of("perhaps", "Members who took part in upstream-led work."),
            members=of("perhaps", "Of how many."),
            reviewed=of("perhaps", "Reviews of pull requests of non-maintainers."),
        ),
        "changed": of("count", "Leads, of this period and those before it, that are other than when their reviews "
                               "were last rendered."),
        "labels_changed": of("count", "Labels that people changed since."),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        return " ".join(filter(None, (_against(data), _relabelled(data))))

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"history": history(data), "leads": lead_changes(data), "labels": label_changes(data)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        changed = {"changed": len(lead_changes(data)), "labels_changed": len(label_changes(data))}
        return super().numbers(data) | changed

    def body(self, data: ReviewData) -> Iterable[Markup]:
        yield from _periods(data)
        leads, labels = page.dicts(lead_changes(data)), page.dicts(label_changes(data))
        if leads:
            yield page.heading("Leads that changed")
            several = len({row["period"] for row in leads}) > 1
            yield page.table({
                "contribution": [page.link(row["title"] or row["id"], row["url"]) for row in leads],
                **({"period": [row["period"] for row in leads]} if several else {}),
                "was": [page.lead(row["was"], data.words) for row in leads],
                "is": [page.lead(row["lead"], data.words) for row in leads],
                "through": [row["through"] for row in leads], "why now": [row["why"] for row in leads],
            })  # fmt: skip
        if labels:
            words = data.words | {"disputed": "disputed", "": "no label"}
            yield page.heading("Labels that people changed")
            yield page.table({
                "contribution": [page.link(row["title"] or row["id"], row["url"]) for row in labels],
                "was": [words[row["was"] or ""] for row in labels], "is": [words[row["label"] or ""] for row in labels],
            })  # fmt: skip


def _against(data: ReviewData) -> str:
    if len(history(data)) < 2:
        return "There is no earlier period to compare with."
    then, now = page.dicts(history(data))[-2:]
    gap = difference(_share(now), _share(then))
    if gap is None:
        return f"Shares cannot be compared with {then['period']}: one of the periods has none."
    points, low, high = (round(value * 100) for value in gap)
    word, interval = data.words["upstream"], f"(95 % interval: {_signed(low)} to {_signed(high)})"
    if low <= 0 <= high:
        return f"The {word} share is not clearly different from {then['period']}: {_signed(points)} points {interval}."
    return (
        f"The {word} share {'rose' if low > 0 else 'fell'} by {abs(points)} points against {then['period']} {interval}."
    )


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"


def _share(period: dict[str, Any]) -> Share:
    return share(period["upstream"], period["upstream"] + period["stakeholder"])


def _relabelled(data: ReviewData) -> str:
    leads, labels = lead_changes(data), len(label_changes(data))
    if not len(leads) and not labels:
        return ""
    through = ", ".join(f"{count} through {what}" for what, count in leads["through"].value_counts().items())
    return (
        f"Since reviews were last rendered, {pluralise(len(leads), 'lead')} changed"
        + (f" ({through})" if through else "")
        + f" and people changed {pluralise(labels, 'label')}."
    )


def _periods(data: ReviewData) -> Iterable[Markup]:
    """Yield the headlines, a line a number and a column a period."""
    table, words = history(data), data.words
    if len(table) < 2:
        return
    lines: dict[str, list[str]] = {
        **{words[str(lead)]: [number(value) for value in table[str(lead)]] for lead in Lead},
        f"{words['upstream']}, % of {words['stakeholder']} and {words['upstream']}": [
            percent(value) for value in table["upstream_share"]
        ],
        "own pull requests merged": [number(value) for value in table["merged"]],
        "with evidence from our own side": [number(value) for value in table["evidence"]],
        "threads linked both ways": _of(table, "linked_both", "linked_threads"),
        "goals reached": _of(table, "goals_reached", "goals_with_target"),
        f"people in {words['upstream']} work": _of(table, "people", "members"),
        "reviews of non-maintainers' pull requests": [number(value) for value in table["reviewed"]],
    }
    known = {name: cells for name, cells in lines.items() if any(cell != MISSING for cell in cells)}
    heads = [f"{period}{' (from its review)' if source == 'summary' else ''}" for period, source in
             zip(table["period"], table["from"], strict=True)]  # fmt: skip
    columns = {head: page.Numbers(cells[place] for cells in known.values()) for place, head in enumerate(heads)}
    yield page.table({"number": list(known), **columns})
    unknown = "; ".join(name for name in lines if name not in known)
    yield page.paragraph(f"In none of these periods known: {unknown}." if unknown else "", quiet=True)


def _of(table: pd.DataFrame, part: str, whole: str) -> list[str]:
    pairs = zip(table[part], table[whole], strict=True)
    return [MISSING if one is pd.NA or all_ is pd.NA else f"{one} of {all_}" for one, all_ in pairs]


@once
def history(data: ReviewData) -> pd.DataFrame:
    """Return the headlines of a period and of those before it, oldest first.

    Earlier periods come from the sources where they know them, else from the summaries of their reviews.

    Returns
    -------
    pandas.DataFrame
        One row a period of which anything is known, and always the last: `period` (str), `from` (``sources`` or
        ``summary``), a column a lead (Int64), `upstream_share`, `low`, `high` (float), and Int64, missing where sources
        or an older summary do not say: `merged` (pull requests), `evidence` (contributions tied to our own side),
        `linked_both` of `linked_threads`, `goals_reached` of `goals_with_target`, `people` of `members` in
        upstream-led work, `reviewed` (pull requests of non-maintainers).
    """
    table: list[dict[str, Any]] = []
    for before in data.earlier:
        if len(before.named_rows):
            table.append(headlines(before))
        else:
            earlier = data.summaries.get(str(before.period), {}).get("history", [])
            table += [{**entry, "from": "summary"} for entry in earlier if entry["period"] == str(before.period)]
    frame = pd.DataFrame([*table, headlines(data)], columns=["period", "from", *_COUNTS[:4], *_SHARES, *_COUNTS[4:]])
    return frame.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(_SHARES, "float"))


def headlines(data: ReviewData) -> dict[str, Any]:
    """Return the numbers of one period that are shown beside those of others."""
    rows, linked = data.named_rows, cross_links(data)["linked"]
    part, (reached, wanted) = upstream_share(rows), goals_reached(data)
    return {"period": str(data.period), "from": "sources"} | lead_counts(rows["lead"]) | {
        "upstream_share": part.share,
        "low": part.low,
        "high": part.high,
        "merged": int(pull_requests(rows, data.period)["merged"].sum()),
        "evidence": evidence(data).part,
        "linked_both": int((linked == "both").sum()),
        "linked_threads": len(linked),
        "goals_reached": reached,
        "goals_with_target": wanted,
        "people": int((activities(data).sum() > 0).sum()),
        "members": len(data.members),
        "reviewed": community(data)["reviewed"],
    }  # fmt: skip


@once
def lead_changes(data: ReviewData) -> pd.DataFrame:
    """Return which leads changed since reviews of this period and those before it were last rendered."""
    tables = []
    for review in (*data.earlier, data):
        name = str(review.period)
        tied = sides(review)["linked"] != "none"
        tables.append(changed_leads(review.rows, tied, review.summaries.get(name)).assign(period=name))
    return pd.concat(tables, ignore_index=True)[["period", *_LEAD_CHANGE]]


def changed_leads(rows: pd.DataFrame, evidence: pd.Series, before: Mapping[str, Any] | None) -> pd.DataFrame:
    """Return the contributions whose lead is another than in an earlier summary, through new evidence or labels.

    Parameters
    ----------
    rows
        Judged contributions with their `reasons`.
    evidence
        Of each, whether something on our own side is tied to it.
    before
        An earlier summary of the same team and period, or None.

    Returns
    -------
    pandas.DataFrame
        One row a change: `id`, `title`, `url`, `was`, `lead`, `through` (str: ``a label`` where people decided it now
        or then, ``new evidence`` where our own side is tied to it only now or only then, else ``evidence or rules``),
        `why` (str: the weightiest reason now). Rows that were not there before are no change.

    Examples
    --------
    >>> rows = pd.DataFrame([{"id": "o/r#1@a:issue", "title": "T", "url": None, "lead": "upstream", "reasons": [],
    ...                       "decided_by": "person"}])
    >>> then = {"id": "O/R#1@a:issue", "lead": "unclear", "decided_by": "rules"}
    >>> changed = changed_leads(rows, pd.Series([False]), {"rows": [then]})
    >>> changed[["was", "through"]].iloc[0].tolist()
    ['unclear', 'a label']
    """
    then = {casefold_id(row["id"]): row for row in (before or {}).get("rows", ())}
    known = rows["id"].str.casefold().map({name: row["lead"] for name, row in then.items()})
    changed = rows[known.notna() & (known != rows["lead"])]
    why = [next((r["sentence"] for r in cell if r["lead"] == lead), "no reason is left") for cell, lead in
           zip(changed["reasons"], changed["lead"], strict=True)]  # fmt: skip
    through = [_through(by, tied, then[casefold_id(name)]) for by, tied, name in
               zip(changed["decided_by"], evidence[changed.index], changed["id"], strict=True)]  # fmt: skip
    added = pd.DataFrame({"through": through, "why": why}, index=changed.index, dtype="str")
    return changed.assign(was=known[changed.index]).join(added)[_LEAD_CHANGE]


def _through(decided_by: str, tied: bool, then: dict[str, Any]) -> str:
    """Return what a lead changed through; a summary of an older version does not tell what was tied to it then."""
    if "person" in (decided_by, then["decided_by"]):
        return "a label"
    before = "evidence" in then["counts_for"] if "counts_for" in then else tied
    return "evidence or rules" if before == tied else "new evidence"


@once
def label_changes(data: ReviewData) -> pd.DataFrame:
    """Return the labels that people changed since this review was last rendered, from the label log.

    Returns
    -------
    pandas.DataFrame
        One row a changed label: `id`, `title`, `url`, `was`, `label` (str: a lead or ``disputed``, missing where there
        was or is none). It names nobody. Without an earlier summary, which knows when it was written, it is empty.
    """
    before = data.summaries.get(str(data.period))
    if before is None:
        return pd.DataFrame(columns=_LABEL_CHANGE)
    ids, old = data.named_rows["id"], data.labels.until(datetime.fromisoformat(before["as_of"]))
    said = pd.DataFrame(
        {"was": [_label(old, name) for name in ids], "label": [_label(data.labels, name) for name in ids]},
        index=data.rows.index, dtype="str",
    )  # fmt: skip
    differs = said["was"].fillna("") != said["label"].fillna("")
    return data.rows[["id", "title", "url"]].join(said)[differs][_LABEL_CHANGE].reset_index(drop=True)


def _label(labels: Labels, item: str) -> str | None:
    label = labels.of(item)
    return None if label is None else label.lead or label.status
