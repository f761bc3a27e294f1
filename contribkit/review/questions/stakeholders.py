"""Whom the stakeholder-led work served, whether it is cross-linked, and the coordination around it."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.ids import place_of, thread_url
from contribkit.privacy import visible
from contribkit.review import figures, page
from contribkit.review.question import THREADS, Filter, Question, array, each, frame, led_by, of, row_details
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import Share, days_between, share
from contribkit.tables import cells_of, grouped
from contribkit.text import pluralise
from contribkit.vocabulary import Kind, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOT_NAMED = "not named"
STATES = {
    "both": "✓ both ways", "ours": "→ only from our side", "theirs": "← only from upstream", "none": "✗ not linked",
}  # fmt: skip
"""States of a pair of threads, with the words people see."""
_STATE = {(True, True): "both", (True, False): "ours", (False, True): "theirs", (False, False): "none"}
_LED: Filter = {"lead": str(Lead.STAKEHOLDER)}
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
            unseen = "" if data.covers_own_side else ", as far as can be seen without a source of our own side"
            return f"Nothing was {data.words['stakeholder']} in this period{unseen}."
        of_all = pluralise(total, "contribution") if named == total else f"{named} of {total} contributions"
        name, most = next(zip(served["stakeholder"], served["rows"], strict=True), ("", 0))
        lacking, idle = int((threads["linked"] != "both").sum()), int((initiatives["rows"] == 0).sum())
        without = int(initiatives.loc[initiatives["initiative"].isna(), "rows"].sum())
        most_often = f", most often {name} ({most})" if most > 1 else ""
        lack, linked = page.verb(lacking, "lacks", "lack"), pluralise(len(threads), "upstream thread")
        linked = f"{len(threads) - lacking} of {linked} and our own side link to each other"
        return page.told({
            f"{of_all} served {pluralise(len(served), 'stakeholder')} by name{most_often}.": True,
            f"{linked}; {lacking} {lack} a link on one side at least.": True,
            f"{without} of {total} {page.verb(without, 'belongs', 'belong')} to no initiative.": without,
            f"{pluralise(idle, 'initiative')} had no work.": idle,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {
            "stakeholders": by_stakeholder(data), "initiatives": by_initiative(data),
            "cross_links": cross_links(data), "coordination": coordination(data),
        }  # fmt: skip

    def figure(self, data: ReviewData) -> "Figure | None":
        table, served = by_stakeholder(data), named_stakeholders(data)
        if not len(table):
            return None
        total = int(table["rows"].sum())
        work = pluralise(total, f"{data.words['stakeholder']} contribution")
        title = f"{work}, for {pluralise(len(served), 'stakeholder')}"
        first, second = [*served["rows"], 0, 0][:2]
        if first > second > 0 and first >= total / 4:
            title = f"{first} of {work} served {served['stakeholder'].iloc[0]}"
        title += f"; the {_MOST_BARS} with most are shown" if len(table) > _MOST_BARS else ""
        bars = list(table["stakeholder"][:_MOST_BARS]), list(table["rows"][:_MOST_BARS])
        return figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", title)

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        links = cross_links(data)["linked"].value_counts()
        return super().numbers(data) | {"cross_links": {str(state): int(count) for state, count in links.items()}}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        names = [None if name == NOT_NAMED else name for name in by_stakeholder(data)["stakeholder"]]
        served = [_LED | {"stakeholder": name} for name in names]
        planned = [_LED | {"initiative": row["initiative"]} for row in page.dicts(by_initiative(data))]
        return each("stakeholders", served, rows={}, threads=THREADS) | each("initiatives", planned, rows={})

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, initiatives, threads = by_stakeholder(data), by_initiative(data), cross_links(data)
        kinds = table["kind"].fillna("not in contribkit.toml").where(table["stakeholder"] != NOT_NAMED)
        shown = table.assign(kind=kinds).rename(columns={"rows": "contributions"})
        yield page.details("by stakeholder", page.table(shown))
        ours, theirs = page.dicts(coordination(data))
        yield page.html("pace.html", ours=ours, theirs=theirs, upstream=data.words["upstream"])
        if len(initiatives):
            named = initiatives.fillna({"initiative": "without an initiative"})
            yield page.heading("By initiative")
            yield page.table(named.rename(columns={"stakeholder": "for", "rows": "contributions"}))
        if len(threads):
            linked, lacking = (threads[(threads["linked"] == "both") == is_linked] for is_linked in (True, False))
            yield page.html(
                "cross_links.html", lacking=page.dicts(lacking.head(page.MOST_ROWS)), lacking_count=len(lacking),
                linked=page.dicts(linked.head(page.MOST_ROWS)), linked_count=len(linked), states=STATES,
                few=_FEW_THREADS,
            )  # fmt: skip
        yield row_details(data, Lead.STAKEHOLDER)


def named_stakeholders(data: ReviewData) -> pd.DataFrame:
    """Return the rows of `by_stakeholder` that name one."""
    return by_stakeholder(data)[by_stakeholder(data)["stakeholder"] != NOT_NAMED]


@once
def by_stakeholder(data: ReviewData) -> pd.DataFrame:
    """Return how much stakeholder-led work each stakeholder had; a label may name one that the file does not."""
    led = led_by(data, Lead.STAKEHOLDER)
    threads = led["ref"].str.casefold().groupby(led["stakeholder"].fillna(NOT_NAMED))
    table = threads.agg(rows="size", threads="nunique").reset_index()
    table["kind"] = table["stakeholder"].map({one.name: one.kind for one in data.organisation.stakeholders})
    table["last"] = table["stakeholder"] == NOT_NAMED
    return frame(_STAKEHOLDERS, table.sort_values(["last", "rows", "stakeholder"], ascending=[True, False, True]))


@once
def by_initiative(data: ReviewData) -> pd.DataFrame:
    """Return how much work each initiative of the roadmap had, and last the work without one, where there is any."""
    led = led_by(data, Lead.STAKEHOLDER)["initiative"]
    counts, without = led.value_counts(), int(led.isna().sum())
    rows: list[Any] = [(plan.name, plan.stakeholder, counts.get(plan.name, 0)) for plan in data.initiatives]
    return frame(_INITIATIVES, [*rows, (None, None, without)] if without else rows)


@once
def sides(data: ReviewData) -> pd.DataFrame:
    """Return the addresses on our own side (private ones empty) that link to each thread, or are linked from it."""
    references, is_own = data.data.references, cache(data.organisation.is_own_side)
    table: list[tuple[list[str], list[str], str]] = []
    shown = references["url"].where(visible(references), "").fillna("")
    refs, is_out = references["ref"].str.casefold(), references["direction"] == "out"
    told_in, told_out = (grouped(refs[mask], shown[mask]) for mask in (~is_out, is_out))
    rows = data.named_rows
    cells = (cells_of(column) for column in (rows["ref"].str.casefold(), rows["links_in"], rows["links_out"]))
    for ref, links_in, links_out in zip(*cells, strict=True):
        if not (links_in or links_out or ref in told_in or ref in told_out):
            table.append(([], [], "none"))
            continue
        linking = [link for link in links_in if is_own(link.get("ref") or "")]
        urls_in = ["" if link.get("private") else thread_url(link["ref"]) or "" for link in linking]
        urls_out = [thread_url(other) or "" for other in links_out if is_own(other)]
        inward = list(dict.fromkeys([*told_in.get(ref, ()), *urls_in]))
        outward = list(dict.fromkeys([*told_out.get(ref, ()), *urls_out]))
        table.append((inward, outward, _STATE[bool(inward), bool(outward)]))
    return pd.DataFrame(table, columns=["inward", "outward", "linked"], index=rows.index)


@once
def evidence(data: ReviewData) -> Share:
    """Return how many contributions have evidence from the organisation's own side."""
    return share(int((sides(data)["linked"] != "none").sum()), len(sides(data)))


@once
def cross_links(data: ReviewData) -> pd.DataFrame:
    """Return the threads of stakeholder-led work with their address on our own side and what to paste on either."""
    columns = ["ref", "title", "url", "stakeholder", "initiative"]
    is_led = data.rows["lead"] == Lead.STAKEHOLDER
    threads = data.rows.loc[is_led, columns].join(sides(data))
    may_be_named, table = {one.name for one in data.organisation.stakeholders if one.may_be_named}, []
    for row in page.dicts(threads[threads["ref"].map(place_of).notna()].drop_duplicates("ref")):
        whom = f" for {row['stakeholder']}" if row["stakeholder"] in may_be_named else ""
        # A thread of ours can be answered in; a commit or a post cannot.
        public = sorted(filter(None, row["inward"]), key=lambda url: "/issues/" not in url and "/pull/" not in url)
        why = f"Why we do this{whom}: {public[0] if public else 'OUR INITIATIVE (paste its address)'}"
        table.append(row | {
            "ours": next(filter(None, [*public, *row["outward"]]), None),
            "paste_upstream": None if row["outward"] else why,
            "paste_own": None if row["inward"] else f"Upstream: {row['url']}",
        })  # fmt: skip
    return pd.DataFrame(table, columns=[*columns, "linked", "ours", "paste_upstream", "paste_own"])


@once
def coordination(data: ReviewData) -> pd.DataFrame:
    """Return what members wrote around stakeholder- and upstream-led work, and days to the merge (CHAOSS, median)."""
    acts, period, table = data.acts, data.period, []
    ours = acts.loc[acts["actor"].isin(list(data.members)) & within(acts["at"], period), ["ref", "act", "count"]]
    refs = cells_of(ours["ref"].str.casefold())
    for lead in (Lead.STAKEHOLDER, Lead.UPSTREAM):
        mine = led_by(data, lead)
        threads = set(mine["ref"].str.casefold())
        inside = ours.loc[[ref in threads for ref in refs]]  # `isin` is slow where the values are many
        counts = inside["count"].fillna(1).groupby(inside["act"]).sum()
        written = [counts.get(act, 0) if (acts["act"] == act).any() else None for act in ("commented", "reviewed")]
        merged = mine[(mine["kind"] == Kind.PULL_REQUEST) & within(mine["merged_at"], period)]
        days = days_between(merged["opened_at"], merged["merged_at"])
        table.append((str(lead), len(threads), *written, len(merged), *days))
    return frame(_COORDINATION, table)
