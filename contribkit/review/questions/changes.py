"""How the period compares with those before it, and what changed since reviews were last rendered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.ids import casefold_id
from contribkit.review import page
from contribkit.review.page import number, percent
from contribkit.review.question import Question, array, frame, of
from contribkit.review.questions.community import community
from contribkit.review.questions.goals import goals_reached
from contribkit.review.questions.sharing import activities
from contribkit.review.questions.stakeholders import cross_links, evidence, sides
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import difference, lead_counts, pull_requests, share, upstream_share
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Lead

_HISTORY = array(
    "This period and those before it, oldest first; those of which nothing is known are left out.",
    **{
        "period": "text",
        "from": {"description": "Whether sources told it, or an earlier summary, which may know less.",
                 "enum": ["sources", "summary"]},
        **{str(lead): "count" for lead in Lead}, "upstream_share": "fraction", "low": "fraction", "high": "fraction",
        "merged": of("perhaps", "Own pull requests merged."),
        "evidence": of("perhaps", "Contributions tied to our own side."),
        "linked_both": of("perhaps", "Threads of stakeholder-led work that link to our side and back."),
        "linked_threads": of("perhaps", "Of how many."),
        "goals_reached": "perhaps", "goals_with_target": "perhaps",
        "people": of("perhaps", "Members who took part in upstream-led work."),
        "members": of("perhaps", "Of how many."),
        "reviewed": of("perhaps", "Reviews of pull requests of non-maintainers."),
    },
)  # fmt: skip
_LEAD_CHANGE = ["id", "title", "url", "was", "lead", "through", "why"]
_LABEL_CHANGE = ["id", "title", "url", "was", "label"]


class Changes(Question):
    name, title = "changes", "What changed?"
    schema = {
        "history": _HISTORY,
        "changed": of("count", "Leads, of this period and those before it, that are other than when their reviews were "
                               "last rendered."),
        "labels_changed": of("count", "Labels that people changed since."),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        leads, labels = lead_changes(data), len(label_changes(data))
        if not len(leads) and not labels:
            return _compared(data)
        through = ", ".join(f"{count} through {what}" for what, count in leads["through"].value_counts().items())
        changed = f"{pluralise(len(leads), 'lead')} changed" + (f" ({through})" if through else "")
        people = f"people changed {pluralise(labels, 'label')}"
        return f"{_compared(data)} Since reviews were last rendered, {changed} and {people}."

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"history": history(data), "leads": lead_changes(data), "labels": label_changes(data)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        changed = {"changed": len(lead_changes(data)), "labels_changed": len(label_changes(data))}
        return super().numbers(data) | changed

    def body(self, data: ReviewData) -> Iterable[Markup]:
        leads, labels = lead_changes(data), label_changes(data)
        if len(history(data)) > 1:
            yield from _headline_table(history(data), data.words)
        if len(leads):
            yield page.heading("Leads that changed")
            yield page.table({
                "contribution": _links(leads),
                **({"period": leads["period"]} if leads["period"].nunique() > 1 else {}),
                "was": [page.lead(lead, data.words) for lead in leads["was"]],
                "is": [page.lead(lead, data.words) for lead in leads["lead"]],
                "through": leads["through"], "why now": leads["why"],
            })  # fmt: skip
        if len(labels):
            words = data.words | {"disputed": "disputed"}
            was, now = (labels[name].map(words).fillna("no label") for name in ("was", "label"))
            yield page.heading("Labels that people changed")
            yield page.table({"contribution": _links(labels), "was": was, "is": now})


def _links(table: pd.DataFrame) -> list[Markup]:
    return list(map(page.link, table["title"].fillna(table["id"]), table["url"]))


def _compared(data: ReviewData) -> str:
    if len(history(data)) < 2:
        return "There is no earlier period to compare with."
    then, now = page.dicts(history(data))[-2:]
    gap = difference(*(share(row["upstream"], row["upstream"] + row["stakeholder"]) for row in (now, then)))
    if gap is None:
        return f"Shares cannot be compared with {then['period']}: one of the periods has none."
    points, low, high = (round(value * 100) for value in gap)
    signed = [f"{value:+d}".replace("-", "−") if value else "0" for value in (points, low, high)]
    word, interval = data.words["upstream"], f"(95 % interval: {signed[1]} to {signed[2]})"
    if low <= 0 <= high:
        return f"The {word} share is not clearly different from {then['period']}: {signed[0]} points {interval}."
    rose = "rose" if low > 0 else "fell"
    return f"The {word} share {rose} by {abs(points)} points against {then['period']} {interval}."


def _headline_table(table: pd.DataFrame, words: Mapping[str, str]) -> Iterable[Markup]:
    """Yield the headlines, a line a number and a column a period; what no period knows is named below."""
    share_of_both = f"{words['upstream']}, % of {words['stakeholder']} and {words['upstream']}"
    lines = {
        **{words[str(lead)]: table[str(lead)].map(number) for lead in Lead},
        share_of_both: table["upstream_share"].map(percent),
        "own pull requests merged": table["merged"].map(number),
        "with evidence from our own side": table["evidence"].map(number),
        "threads linked both ways": _of_all(table["linked_both"], table["linked_threads"]),
        "goals reached": _of_all(table["goals_reached"], table["goals_with_target"]),
        f"people in {words['upstream']} work": _of_all(table["people"], table["members"]),
        "reviews of non-maintainers' pull requests": table["reviewed"].map(number),
    }
    known = {name: cells for name, cells in lines.items() if (cells != MISSING).any()}
    heads = table["period"] + table["from"].map({"sources": "", "summary": " (from its review)"})
    columns = {head: page.numbers(cells) for head, cells in zip(heads, zip(*known.values(), strict=True), strict=True)}
    yield page.table({"number": list(known), **columns})
    unknown = "; ".join(name for name in lines if name not in known)
    yield page.paragraph(f"In none of these periods known: {unknown}." if unknown else "", quiet=True)


def _of_all(part: pd.Series, whole: pd.Series) -> pd.Series:
    return (part.astype("str") + " of " + whole.astype("str")).where(part.notna() & whole.notna(), MISSING)


@once
def history(data: ReviewData) -> pd.DataFrame:
    """Return the headlines of a period and of those before it, oldest first.

    Earlier periods come from the sources where they know them, else from the summaries of their reviews, which may know
    less; those of which nothing is known are left out.
    """
    table: list[dict[str, Any]] = []
    for before in data.earlier:
        if len(before.named_rows):
            table.append(headlines(before))
        else:
            earlier = data.summaries.get(str(before.period), {}).get("history", [])
            table += [{**entry, "from": "summary"} for entry in earlier if entry["period"] == str(before.period)]
    return frame(_HISTORY, [*table, headlines(data)])


def headlines(data: ReviewData) -> dict[str, Any]:
    """Return the numbers of one period that are shown beside those of others."""
    rows, linked, share_of_both = data.named_rows, cross_links(data)["linked"], upstream_share(data.named_rows)
    reached, wanted = goals_reached(data)
    return {
        "period": str(data.period), "from": "sources", **lead_counts(rows["lead"]),
        "upstream_share": share_of_both.share, "low": share_of_both.low, "high": share_of_both.high,
        "merged": pull_requests(rows, data.period)["merged"].sum(), "evidence": evidence(data).part,
        "linked_both": (linked == "both").sum(), "linked_threads": len(linked),
        "goals_reached": reached, "goals_with_target": wanted,
        "people": (activities(data).sum() > 0).sum(), "members": len(data.members),
        "reviewed": community(data)["reviewed"],
    }  # fmt: skip


@once
def lead_changes(data: ReviewData) -> pd.DataFrame:
    """Return which leads changed since reviews of this period and those before it were last rendered."""
    tables = []
    for review in (*data.earlier, data):
        name, is_tied = str(review.period), sides(review)["linked"] != "none"
        tables.append(changed_leads(review.rows, is_tied, review.summaries.get(name)).assign(period=name))
    return pd.concat(tables, ignore_index=True)[["period", *_LEAD_CHANGE]]


def changed_leads(rows: pd.DataFrame, is_tied: pd.Series, before: Mapping[str, Any] | None) -> pd.DataFrame:
    """Return the contributions whose lead is another than in an earlier summary of the same team and period.

    It changed `through` ``a label`` where people decided it now or then, ``new evidence`` where our own side is tied to
    it (`is_tied`) only now or only then, else ``evidence or rules``; `why` is the weightiest reason now. Rows that were
    not there before are no change.
    """
    then = {casefold_id(row["id"]): row for row in (before or {}).get("rows", ())}
    table = []
    for row, tied in zip(page.dicts(rows), is_tied, strict=True):
        was = then.get(casefold_id(row["id"]))
        if was is None or was["lead"] == row["lead"]:
            continue
        # A summary of an older version does not tell what was tied to it then.
        is_new = ("evidence" in was.get("counts_for", ["evidence"] if tied else [])) != tied
        is_label = "person" in (row["decided_by"], was["decided_by"])
        why = next((r["sentence"] for r in row["reasons"] if r["lead"] == row["lead"]), "no reason is left")
        through = "a label" if is_label else "new evidence" if is_new else "evidence or rules"
        table.append(row | {"was": was["lead"], "through": through, "why": why})
    return pd.DataFrame(table, columns=_LEAD_CHANGE, dtype="str")


@once
def label_changes(data: ReviewData) -> pd.DataFrame:
    """Return the labels that people changed since this review was last rendered, from the label log; it names nobody.

    `was` and `label` are leads or ``disputed``, missing where there was or is none. Without an earlier summary, which
    knows when it was written, there are none.
    """
    before, table = data.summaries.get(str(data.period)), []
    old = data.labels.until(datetime.fromisoformat(before["as_of"])) if before else data.labels
    for row, identifier in zip(page.dicts(data.rows[["id", "title", "url"]]), data.named_rows["id"], strict=True):
        was, now = (
            label and (label.lead or label.status) for label in (old.of(identifier), data.labels.of(identifier))
        )
        if was != now:
            table.append(row | {"was": was, "label": now})
    return pd.DataFrame(table, columns=_LABEL_CHANGE, dtype="str")
