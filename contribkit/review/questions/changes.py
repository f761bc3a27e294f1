"""How the period compares with those before it, and what changed since reviews were last rendered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.ids import casefold_id
from contribkit.review import page
from contribkit.review.question import Question, array, frame, of
from contribkit.review.questions.community import community
from contribkit.review.questions.goals import goals_reached
from contribkit.review.questions.sharing import activities
from contribkit.review.questions.stakeholders import cross_links, evidence, sides
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import difference, lead_counts, pull_requests, share, upstream_share
from contribkit.review.summary import UNCOVERED, headline_of
from contribkit.tables import cells_of
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Lead

_HISTORY = array(
    "This period and those before it, oldest first; those of which nothing is known are left out.",
    **{
        "period": "text",
        "from": {"description": "Whether sources told it, or an earlier summary, which may know less.",
                 "enum": ["sources", "summary"]},
        **{str(lead): "count" for lead in Lead}, "upstream_share": "fraction", "low": "fraction", "high": "fraction",
        "no_share": of("text or null", "Why no share is given, where none is."),
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


class Changes(Question):
    name, title = "changes", "What changed?"
    schema = {
        "history": _HISTORY,
        "changed": of("count", "Leads, of this period and those before it, that are other than when their reviews were "
                               "last rendered."),
        "labels_changed": of("count", "Labels that people changed since."),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        leads, labels = lead_changes(data), label_changes(data)
        if leads.empty and labels.empty:
            return _compared(data)
        through = ", ".join(f"{count} through {what}" for what, count in leads["through"].value_counts().items())
        changed = f"{pluralise(len(leads), 'lead')} changed" + (f" ({through})" if through else "")
        people = f"people changed {pluralise(len(labels), 'label')}"
        return f"{_compared(data)} Since reviews were last rendered, {changed} and {people}."

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"history": history(data), "leads": lead_changes(data), "labels": label_changes(data)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        changed = {"changed": len(lead_changes(data)), "labels_changed": len(label_changes(data))}
        return super().numbers(data) | changed

    def body(self, data: ReviewData) -> Iterable[Markup]:
        leads, labels = lead_changes(data), label_changes(data)
        if len(history(data)) > 1:
            yield _headline_table(history_shown(data), data.words)
        yield page.html(
            "changes.html", leads=page.dicts(leads.head(page.MOST_ROWS)), lead_count=len(leads), words=data.words,
            labels=page.dicts(labels.head(page.MOST_ROWS)), label_count=len(labels),
            several_periods=leads["period"].nunique() > 1,
        )  # fmt: skip


def _compared(data: ReviewData) -> str:
    if len(history(data)) < 2:
        return "There is no earlier period to compare with."
    then, now = page.dicts(history_shown(data))[-2:]
    gap = difference(*(share(row["upstream"], row["upstream"] + row["stakeholder"]) for row in (now, then)))
    if gap is None:
        return f"Shares cannot be compared with {then['period']}: one of the periods has none."
    if unseen := [row["period"] for row in (then, now) if row["upstream_share"] is None]:
        reason = f"no source of our own side covers {' and '.join(unseen)}, so that no share is given"
        return f"Shares cannot be compared with {then['period']}: {reason}."
    points, low, high = (round(value * 100) for value in gap)
    signed = [f"{value:+d}".replace("-", "−") if value else "0" for value in (points, low, high)]
    word, interval = f"The {data.words['upstream']} share", f"(95 % interval: {signed[1]} to {signed[2]})"
    if low <= 0 <= high:
        return f"{word} is not clearly different from {then['period']}: {signed[0]} points {interval}."
    return f"{word} {'rose' if low > 0 else 'fell'} by {abs(points)} points against {then['period']} {interval}."


def _headline_table(table: pd.DataFrame, words: Mapping[str, str]) -> Markup:
    """Return the headlines, a line a number and a column a period; what no period knows is named below."""
    upstream = words["upstream"]
    lines = {
        **{words[str(lead)]: table[str(lead)] for lead in Lead},
        f"{upstream}, % of {words['stakeholder']} and {upstream}": table["upstream_share"].map(page.percent),
        "own pull requests merged": table["merged"],
        "with evidence from our own side": table["evidence"],
        "threads linked both ways": _of_all(table["linked_both"], table["linked_threads"]),
        "goals reached": _of_all(table["goals_reached"], table["goals_with_target"]),
        f"people in {upstream} work": _of_all(table["people"], table["members"]),
        "reviews of non-maintainers' pull requests": table["reviewed"],
    }
    shown = pd.DataFrame({name: cells.map(page.number) for name, cells in lines.items()}).T
    is_known = (shown != MISSING).any(axis=1)
    heads = table["period"] + table["from"].map({"sources": "", "summary": " (from its review)"})
    columns = {head: page.numbers(shown[is_known][place]) for place, head in heads.items()}
    notes = [f"In none of these periods known: {'; '.join(shown.index[~is_known])}."] if not is_known.all() else []
    for why, periods in table.groupby("no_share")["period"]:
        notes.append(f"No share is given for {', '.join(periods)}: {why}.")
    return page.table({"number": shown.index[is_known], **columns}) + page.paragraph(" ".join(notes), quiet=True)


def _of_all(part: pd.Series, whole: pd.Series) -> pd.Series:
    return (part.astype("str") + " of " + whole.astype("str")).where(part.notna() & whole.notna(), MISSING)


@once
def history(data: ReviewData) -> pd.DataFrame:
    """Return the headlines of a period and of those before it, from sources or else from their summaries."""
    table: list[dict[str, Any]] = []
    for before in data.earlier:
        if len(before.named_rows):
            table.append(headlines(before))
        else:
            entry = headline_of(data.summaries.get(str(before.period), {}), str(before.period))
            table += [{**entry, "from": "summary"}] if entry else []
    return frame(_HISTORY, [*table, headlines(data)])


def history_shown(data: ReviewData) -> pd.DataFrame:
    """Return `history` without the shares of periods that no source of the own side covers."""
    table = history(data)
    shares = table[["upstream_share", "low", "high"]]
    return table.assign(**shares.mask(table["no_share"] == UNCOVERED))


def headlines(data: ReviewData) -> dict[str, Any]:
    """Return the numbers of one period that are shown beside those of others."""
    rows, linked, (reached, wanted) = data.named_rows, cross_links(data)["linked"], goals_reached(data)
    *_, part, low, high = upstream_share(rows)
    none = None if part is not None else "nothing was led by stakeholders or upstream"
    return {
        "period": str(data.period), "from": "sources", **lead_counts(rows["lead"]),
        "upstream_share": part, "low": low, "high": high, "no_share": none if data.covers_own_side else UNCOVERED,
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
    """Return the contributions whose lead is another than in an earlier summary, `through` what, and `why` now."""
    then = {casefold_id(row["id"]): row for row in (before or {}).get("rows", ())}
    leads, table = zip(cells_of(rows["id"]), cells_of(rows["lead"]), strict=True), []
    is_other = [then.get(casefold_id(name), {}).get("lead", lead) != lead for name, lead in leads]
    shown = rows.loc[is_other, ["id", "title", "url", "lead", "decided_by", "reasons"]]
    for row, tied in zip(page.dicts(shown), is_tied[is_other], strict=True):
        was = then[casefold_id(row["id"])]
        # A summary of an older version does not tell what was tied to it then.
        is_new = ("evidence" in was.get("counts_for", ["evidence"] if tied else [])) != tied
        is_label = "person" in (row["decided_by"], was["decided_by"])  # now or then
        why = next((r["sentence"] for r in row["reasons"] if r["lead"] == row["lead"]), "no reason is left")
        through = "a label" if is_label else "new evidence" if is_new else "evidence or rules"
        table.append(row | {"was": was["lead"], "through": through, "why": why})
    return pd.DataFrame(table, columns=_LEAD_CHANGE, dtype="str")


@once
def label_changes(data: ReviewData) -> pd.DataFrame:
    """Return the labels (leads or ``disputed``) that people changed since an earlier summary; it names nobody."""
    before, table = data.summaries.get(str(data.period)), []
    old = data.labels.until(datetime.fromisoformat(before["as_of"])) if before else data.labels
    ids = data.named_rows["id"] if data.labels.by_item else data.named_rows["id"][:0]
    in_log = [place for place, name in enumerate(cells_of(ids)) if data.labels.name(name) in data.labels.by_item]
    rows = data.rows[["id", "title", "url"]].iloc[in_log]
    for row, identifier in zip(page.dicts(rows), ids.iloc[in_log], strict=True):
        labels = old.of(identifier), data.labels.of(identifier)
        was, now = (label and (label.lead or label.status) for label in labels)
        if was != now:
            table.append(row | {"was": was, "label": now})
    return pd.DataFrame(table, columns=["id", "title", "url", "was", "label"], dtype="str")
