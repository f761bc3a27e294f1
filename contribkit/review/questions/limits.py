"""The limits of a review: what fell outside the system, what needs review, and what could not be seen."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.question import (
    Filter,
    Question,
    array,
    frame,
    line_details,
    mark_column,
    obj,
    of,
    row_details,
)
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import lead_counts
from contribkit.tables import plain, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead

_COMMENTS = ("comment or triage", "comments and triage")
_FEATURES = ("feature or new project", "features or new projects")
_MARKS = {"reactive": "reactive", "look_alikes": "look-alike"}
_STATUS = {"ok": "in full", "partial": "in part", "failed": "not at all"}
_SOURCES = array(
    "How each source answered.",
    name="text", status={"enum": list(_STATUS)}, threads="count", acts="count", references="count",
    first=of("text or null", "Its first act, UTC."), last="text or null",
    notes={"type": "array", "items": {"type": "string"}},
)  # fmt: skip


class Outside(Question):
    name, title = "outside", "What fell outside the system?"
    schema = {
        "outside": obj(
            "What fell outside the system.",
            individual="count",
            reactive=of("count", "Comments and triage that served no stakeholder and no goal."),
            look_alikes=of("count", "Features and new projects that were taken for upstream-led."),
        )
    }

    def sentence(self, data: ReviewData) -> str:
        own, answers, alike = self.numbers(data)["outside"].values()
        word, taken = data.words["individual"], f"{page.verb(alike)} taken for {data.words['upstream']}"
        return page.told({
            f"{pluralise(own, 'contribution')} {page.verb(own)} {word}. Thank you: they count against nobody.": own,
            f"Nothing was {word} in this period.": not own,
            f"{pluralise(answers, *_COMMENTS)} served no goal.": answers,
            f"{pluralise(alike, *_FEATURES)} {taken}: worth a second look.": alike,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"outside": pd.DataFrame(self.numbers(data)["outside"].items(), columns=["what", "rows"])}

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        return {"reactive": reactive(data.named_rows), "look-alike": look_alikes(data.named_rows)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        answers, alike = (int(mask.sum()) for mask in self.rows(data).values())
        own = lead_counts(data.named_rows["lead"])["individual"]
        return {"outside": {"individual": own, "reactive": answers, "look_alikes": alike}}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        counted: dict[str, Filter] = {f"/outside/{name}": {"counts_for": mark} for name, mark in _MARKS.items()}
        return counted | {"/outside/individual": {"lead": str(Lead.INDIVIDUAL)}}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        _, answered, alike_count = self.numbers(data)["outside"].values()
        taken = f"{pluralise(alike_count, *_FEATURES)} taken for {data.words['upstream']}"
        yield row_details(data, Lead.INDIVIDUAL)
        answers, alike = self.rows(data).values()
        unserved = f"{pluralise(answered, *_COMMENTS)} that served no goal"
        yield line_details(data, answers, unserved, {mark_column("reactive"): "true"})
        yield line_details(data, alike, taken, {mark_column("look-alike"): "true"})


def reactive(rows: pd.DataFrame) -> pd.Series:
    """Return which contributions are comments and triage that serve no stakeholder and no goal; not unclear ones."""
    answers = rows["activity"].isin([Activity.COMMENT, Activity.TRIAGE]) | (rows["kind"] == Kind.COMMENT)
    return answers & rows["goal"].isna() & rows["lead"].isin([Lead.UPSTREAM, Lead.INDIVIDUAL])


def look_alikes(rows: pd.DataFrame) -> pd.Series:
    """Return which features and new projects were taken for upstream-led, though no person and no goal says so."""
    alike = rows["activity"].isin([Activity.FEATURE, Activity.NEW_PROJECT]) & (rows["lead"] == Lead.UPSTREAM)
    return alike & (rows["decided_by"] != "person") & rows["goal"].isna()


class NeedsReview(Question):
    name, title = "needs_review", "What needs review?"
    schema = {"waiting": of("count", "Unclear and disputed contributions.")}

    def sentence(self, data: ReviewData) -> str:
        rows = waiting(data)
        if not len(rows):
            return "Nothing is unclear in this period."
        disputed = (rows["decided_by"] == "person").sum()
        by_people = f", {disputed} of them because people disagree or found them so" if disputed else ""
        unclear = f"{pluralise(len(rows), 'contribution')} {page.verb(len(rows), 'is', 'are')} unclear"
        return f"{unclear}{by_people}; each says what would settle it."

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        columns = ["id", "kind", "title", "url", "activity", "happened_at", "settles"]
        return {"needs_review": waiting(data)[columns].reset_index(drop=True)}

    def columns(self, data: ReviewData) -> dict[str, pd.Series]:
        rows = waiting(data)
        return {"queue": pd.Series(range(1, len(rows) + 1), rows.index), "settles": rows["settles"]}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {"waiting": len(waiting(data))}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        return {"/waiting": {"lead": str(Lead.UNCLEAR)}}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        rows = waiting(data)
        yield row_details(data, Lead.UNCLEAR, queue=rows)
        if len(rows) and data.project is None:
            yield page.html("relabel.html")


@once
def waiting(data: ReviewData) -> pd.DataFrame:
    """Return the contributions that need review."""
    return review_queue(data.rows)


def review_queue(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the unclear and disputed contributions, most useful first, with what `settles` each, in words."""
    places = (rows["lead"] == Lead.UNCLEAR).to_numpy(dtype=bool).nonzero()[0]
    seen = rows[["reasons", "decided_by", "kind", "happened_at"]].iloc[places]
    told = pd.DataFrame(map(_settles, rows_of(seen)), columns=["order", "settles"]).astype({"settles": "str"})
    told = told.assign(happened_at=seen["happened_at"].array, place=places)
    told = told.sort_values(["order", "happened_at"], kind="stable")
    return rows.iloc[told["place"].to_numpy()].assign(settles=told["settles"].array)


def _settles(row: dict[str, Any]) -> tuple[int, str]:
    """Return how soon a person should look at a contribution, 0 first, and what would settle it."""
    leads = {reason["lead"] for reason in row["reasons"] if reason["weight"] > 0 and reason["rule"] != "label"}
    if row["decided_by"] == "person":
        return 0, "people disagree, or found it unclear: talk it over, and let somebody settle it"
    if len(leads) > 1:
        return 1, "reasons pull both ways: a person who knows can say which weighs more"
    order = 2 if row["kind"] == "pull_request" else 3
    if Lead.STAKEHOLDER in leads:
        return order, "something on our own side is related: name the stakeholder there, or say whom it served"
    return order, "no link from our own side: add one to the initiative, or the author can say why"


class NotSeen(Question):
    name, title = "not_seen", "What could we not see?"
    schema = {
        "sources": _SOURCES,
        "not_seen": {"description": "What was left out, by reason.", "type": "object",
                     "additionalProperties": of("count")},
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        sources = data.data.sources
        failed = [source.name for source in sources if source.status != "ok"]
        full = f"{len(sources) - len(failed)} of {pluralise(len(sources), 'source')} answered in full"
        return full + (f"; not in full: {', '.join(failed)}." if failed else ".")

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        names, notes = list(_SOURCES["items"]["properties"]), data.source_notes
        sources = [{name: plain(getattr(source, name)) for name in names} for source in data.data.sources]
        table = frame(_SOURCES, [source | {"notes": notes[source["name"]]} for source in sources])
        return {"sources": table, "left_out": pd.DataFrame(left_out(data).items(), columns=["what", "count"])}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return super().numbers(data) | {"not_seen": left_out(data)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table = self.tables(data)["sources"]
        days = table["first"].str[:10] + ", " + table["last"].str[:10]
        names, counts = table["name"].str.replace("_", " "), table[["threads", "acts", "references"]]
        answers = table["status"].map(_STATUS)
        yield page.table({"source": names, "answered": answers, **counts, "first and last act": page.numbers(days)})
        # What is left out is named in the plural: "1 act of bots", but "2 acts of bots".
        notes = [f"{count} {what}" if count > 1 else "1 " + re.sub(r"\b(contribution|act)s\b", r"\1", what, count=1)
                 for what, count in left_out(data).items() if count]  # fmt: skip
        for source, found in data.source_notes.items():
            notes += [note if note.startswith(f"{source} ") else f"{source}: {note}" for note in found]
        notes += data.notes
        if data.silent:
            silent = pluralise(len(data.silent), "member") if data.without_names else ", ".join(data.silent)
            notes.append(f"without any contribution in the period: {silent}")
        yield page.bullets(notes or ["nothing else is known to be missing"])


@once
def left_out(data: ReviewData) -> dict[str, int]:
    """Return how many contributions or acts the review left out, by reason."""
    actors = data.data.acts.loc[within(data.data.acts["at"], data.period), "actor"]
    bots = [actor for actor in actors.unique() if data.organisation.is_bot(actor)]
    return {
        "contributions without any date": len(data.data.undated(data.team)),
        "private contributions not shown": data.hidden,
        "acts of bots": int(actors.isin(bots).sum()),
        **{f"acts {reason}": count for reason, count in data.data.left_out.items()},
    }
