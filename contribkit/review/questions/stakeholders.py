"""Whom the stakeholder-led work served, whether it is cross-linked, and the coordination around it."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.privacy import visible
from contribkit.review import figures, page
from contribkit.review.page import number, verb
from contribkit.review.question import HEADINGS, THREADS, Filter, Question, array, each, frame, led_by, of, row_details
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import Share, days_between, share
from contribkit.tables import grouped, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Kind, Lead

NOT_NAMED = "not named"
STATES = {
    "both": "✓ both ways", "ours": "→ only from our side", "theirs": "← only from upstream", "none": "✗ not linked",
}  # fmt: skip
"""States of a pair of threads, with the words people see."""
_STATE = {(True, True): "both", (True, False): "ours", (False, True): "theirs", (False, False): "none"}
_MOST_BARS = 25
_FEW_THREADS = 8  # shown at once; the others unfold
_STAKEHOLDERS = array(
    "Stakeholder-led work by stakeholder, most first, 'not named' last.",
    stakeholder="text", kind=of("name", "As in contribkit.toml; null where it does not know them."),
    rows="count", threads="count",
)  # fmt: skip
_INITIATIVES = array(
    "In the order of the file; initiative null: stakeholder-led work without one.",
    initiative="name", stakeholder="name", rows="count",
)  # fmt: skip
_COORDINATION = array(
    "Around stakeholder-led and upstream-led work: what the team wrote, and days to the merge.",
    lead="lead", threads="count", comments=of("perhaps", "Null where no source knows any."), reviews="perhaps",
    merged="count", days=of("positive", "Median from opening to merge; null where no opening is known."),
    known=of("count", "Of how many merged pull requests."),
)  # fmt: skip


class Stakeholders(Question):
    name, title = "stakeholders", "Whom did the {stakeholder} work serve?"
    schema = {
        "stakeholders": _STAKEHOLDERS,
        "initiatives": _INITIATIVES,
        "cross_links": {
            "description": "Threads of stakeholder-led work by what links where.", "type": "object",
            "propertyNames": {"enum": list(STATES)}, "additionalProperties": of("count"),
        },
        "coordination": _COORDINATION,
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        threads, initiatives, served = cross_links(data), by_initiative(data), named_stakeholders(data)
        total, named = int(by_stakeholder(data)["rows"].sum()), int(served["rows"].sum())
        if not total:
            return f"Nothing was {data.words['stakeholder']} in this period."
        of_all = pluralise(total, "contribution") if named == total else f"{named} of {total} contributions"
        often = len(served) and served["rows"].iloc[0] > 1
        most = f", most often {served['stakeholder'].iloc[0]} ({served['rows'].iloc[0]})" if often else ""
        lacking = int((threads["linked"] != "both").sum())
        idle = int((initiatives["rows"] == 0).sum())
        without = int(initiatives.loc[initiatives["initiative"].isna(), "rows"].sum())
        return (
            f"{of_all} served {pluralise(len(served), 'stakeholder')} by name{most}. "
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
        table, served = by_stakeholder(data), named_stakeholders(data)
        if not len(table):
            return None
        total = int(table["rows"].sum())
        work = pluralise(total, f"{data.words['stakeholder']} contribution")
        title = f"{work}, for {pluralise(len(served), 'stakeholder')}"
        first, second = (*served["rows"][:2], 0, 0)[:2]
        if len(served) > 1 and first > second and first >= total / 4:
            title = f"{first} of {work} served {served['stakeholder'].iloc[0]}"
        if len(table) > _MOST_BARS:
            title += f"; the {_MOST_BARS} with most are shown"
        bars = list(table["stakeholder"][:_MOST_BARS]), list(table["rows"][:_MOST_BARS])
        return figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", title)

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        links = cross_links(data)["linked"].value_counts()
        return super().numbers(data) | {"cross_links": {str(state): int(count) for state, count in links.items()}}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        led = {"lead": str(Lead.STAKEHOLDER)}
        names = [None if name == NOT_NAMED else name for name in by_stakeholder(data)["stakeholder"]]
        plans = [row["initiative"] for row in page.dicts(by_initiative(data))]
        return {
            **each("stakeholders", [led | {"stakeholder": name} for name in names], rows={}, threads=THREADS),
            **each("initiatives", [led | {"initiative": plan} for plan in plans], rows={}),
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, initiatives, threads = by_stakeholder(data), by_initiative(data), cross_links(data)
        kinds = table["kind"].fillna("not in contribkit.toml").where(table["stakeholder"] != NOT_NAMED)
        yield page.details("by stakeholder", page.table(table.assign(kind=kinds).rename(columns=HEADINGS)))
        yield page.paragraph(_pace(data))
        if len(initiatives):
            names = initiatives["initiative"].fillna("without an initiative")
            yield page.heading("By initiative")
            yield page.table(initiatives.assign(initiative=names).rename(columns=HEADINGS | {"stakeholder": "for"}))
        if len(threads):
            is_linked = threads["linked"] == "both"
            missing, linked = threads[~is_linked], threads[is_linked]
            rest = len(missing) - _FEW_THREADS
            further = f"{pluralise(rest, 'further thread')} that {verb(rest, 'lacks', 'lack')} a link"
            yield page.heading("Do upstream threads and our own side link to each other?")
            yield _link_table(missing[:_FEW_THREADS])
            yield page.details(further, _link_table(missing[_FEW_THREADS:]))
            yield page.details(f"{pluralise(len(linked), 'thread')} linked both ways", _link_table(linked))
        yield row_details(data, led_by(data, Lead.STAKEHOLDER))


def _link_table(threads: pd.DataFrame) -> Markup:
    cells = [page.html("link_cell.html", row=row) for row in page.dicts(threads)]
    linked = threads["linked"].map(STATES)
    return page.table(
        {"upstream thread, and what to paste where": cells, "for": threads["stakeholder"], "linked": linked}
    )


def _pace(data: ReviewData) -> str:
    """Return a sentence on the coordination, and on whether stakeholder-led work goes at upstream's pace."""
    ours, theirs = page.dicts(coordination(data))
    if not ours["threads"]:
        return ""
    acts = [pluralise(ours[name], name.removesuffix("s")) for name in ("comments", "reviews") if ours[name]]
    inside = f"in {pluralise(ours['threads'], 'thread')}"
    wrote = f"Around it the team wrote {' and '.join(acts)} {inside}."
    written = wrote if acts else f"No source knows a comment or a review by the team {inside}."
    if ours["days"] is None:
        return f"{written} How long its pull requests waited for their merge is not known."
    pace = "" if theirs["days"] is None else f", against {number(theirs['days'])} for {data.words['upstream']} work"
    known = f" (known for {ours['known']} of {ours['merged']})"
    return f"{written} Half of its merged pull requests were merged within {number(ours['days'])} days{known}{pace}."


def named_stakeholders(data: ReviewData) -> pd.DataFrame:
    """Return the rows of `by_stakeholder` that name one."""
    return by_stakeholder(data)[by_stakeholder(data)["stakeholder"] != NOT_NAMED]


@once
def by_stakeholder(data: ReviewData) -> pd.DataFrame:
    """Return how much stakeholder-led work each stakeholder had; a label may name one that the file does not."""
    led = data.named_rows[data.named_rows["lead"] == Lead.STAKEHOLDER]
    threads = led["ref"].str.casefold().groupby(led["stakeholder"].fillna(NOT_NAMED))
    table = threads.agg(rows="size", threads="nunique").reset_index()
    table["kind"] = table["stakeholder"].map({one.name: one.kind for one in data.organisation.stakeholders})
    table["last"] = table["stakeholder"] == NOT_NAMED
    return frame(_STAKEHOLDERS, table.sort_values(["last", "rows", "stakeholder"], ascending=[True, False, True]))


@once
def by_initiative(data: ReviewData) -> pd.DataFrame:
    """Return how much work each initiative of the roadmap had, and last the work without one, where there is any."""
    led = data.named_rows.loc[data.named_rows["lead"] == Lead.STAKEHOLDER, "initiative"]
    counts, without = led.value_counts(), int(led.isna().sum())
    rows: list[Any] = [(plan.name, plan.stakeholder, counts.get(plan.name, 0)) for plan in data.initiatives]
    return frame(_INITIATIVES, [*rows, (None, None, without)] if without else rows)


@once
def sides(data: ReviewData) -> pd.DataFrame:
    """Return which places on the organisation's own side each contribution's thread is tied to.

    `inward` and `outward` are lists of addresses, of places that link to the thread and of those it links to; private
    ones are empty texts. `linked` is a key of `STATES`.
    """
    rows, references, is_own = data.named_rows, data.data.references, data.organisation.is_own_side
    shown = references["url"].where(visible(references), "").fillna("")
    is_out = (references["direction"] == "out").tolist()
    places = grouped(zip(references["ref"].map(casefold_id), is_out, strict=True), shown)
    table = []
    for row in rows_of(rows[["ref", "links_in", "links_out"]]):
        ref = casefold_id(row["ref"])
        linking = [link for link in row["links_in"] if is_own(link.get("ref") or "")]
        urls = ["" if link.get("private") else thread_url(link["ref"]) or "" for link in linking]
        inward = list(dict.fromkeys([*places.get((ref, False), []), *urls]))
        urls = [thread_url(other) or "" for other in row["links_out"] if is_own(other)]
        outward = list(dict.fromkeys([*places.get((ref, True), []), *urls]))
        table.append((inward, outward, _STATE[bool(inward), bool(outward)]))
    return pd.DataFrame(table, columns=["inward", "outward", "linked"], index=rows.index)


def covers_own_side(data: ReviewData) -> bool:
    """Return whether a source of the organisation's own side covers the period: else silence tells nothing."""
    dates = data.data.references["date"]
    return bool(dates.isna().any() or (dates.min() < data.period.end and dates.max() >= data.period.start))


@once
def evidence(data: ReviewData) -> Share:
    """Return how many contributions have evidence from the organisation's own side."""
    return share(int((sides(data)["linked"] != "none").sum()), len(sides(data)))


@once
def cross_links(data: ReviewData) -> pd.DataFrame:
    """Return the threads of stakeholder-led work with what is missing between the two sides.

    `ours` is the address on our own side, missing where there is none or it is private; `paste_upstream` and
    `paste_own` are the sentences to paste on either side, missing where they are not needed.
    """
    threads = led_by(data, Lead.STAKEHOLDER).join(sides(data))
    threads = threads[threads["ref"].map(repository_of).notna()].drop_duplicates("ref")
    may_be_named = {one.name for one in data.organisation.stakeholders if one.may_be_named}
    table = []
    for row in page.dicts(threads):
        whom = f" for {row['stakeholder']}" if row["stakeholder"] in may_be_named else ""
        # A thread of ours can be answered in; a commit or a post cannot.
        public = sorted(filter(None, row["inward"]), key=lambda url: "/issues/" not in url and "/pull/" not in url)
        ours = next(iter(public), None)
        table.append(row | {
            "ours": ours or next(filter(None, row["outward"]), None),
            "paste_upstream": None if row["outward"] else
            f"Why we do this{whom}: {ours or 'OUR INITIATIVE (paste its address)'}",
            "paste_own": None if row["inward"] else f"Upstream: {row['url']}",
        })  # fmt: skip
    columns = ["ref", "title", "url", "stakeholder", "initiative", "linked", "ours", "paste_upstream", "paste_own"]
    return pd.DataFrame(table, columns=columns)


@once
def coordination(data: ReviewData) -> pd.DataFrame:
    """Return what members wrote and reviewed around stakeholder-led and upstream-led work, and how long it took.

    Source of the days: CHAOSS, Change Request Duration, as a median over merged pull requests. Upstream-led work stands
    beside it, since only a comparison shows whether stakeholder-led work goes at upstream's pace.
    """
    rows, acts, period = data.named_rows, data.acts, data.period
    known_acts = set(acts["act"])
    ours = acts[acts["actor"].isin(list(data.members)) & within(acts["at"], period)]
    table = []
    for lead in (Lead.STAKEHOLDER, Lead.UPSTREAM):
        mine = rows[rows["lead"] == lead]
        threads = set(mine["ref"].str.casefold())
        inside = ours[ours["ref"].str.casefold().isin(threads)]
        counts = inside["count"].fillna(1).groupby(inside["act"]).sum()
        written = [counts.get(act, 0) if act in known_acts else None for act in ("commented", "reviewed")]
        merged = mine[(mine["kind"] == Kind.PULL_REQUEST) & within(mine["merged_at"], period)]
        days = days_between(merged["opened_at"], merged["merged_at"])
        table.append((str(lead), len(threads), *written, len(merged), *days))
    return frame(_COORDINATION, table)
