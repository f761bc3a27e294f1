"""Who led what, against the policy, and what to do next; and for the maintainers of a project, who drove the work."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import figures, page
from contribkit.review.question import Filter, Question, array, each, frame, obj, of, row_details, share_columns
from contribkit.review.questions.changes import history_shown
from contribkit.review.questions.community import community
from contribkit.review.questions.goals import goals
from contribkit.review.questions.limits import waiting
from contribkit.review.questions.sharing import distribution, of_one_person, releases
from contribkit.review.questions.stakeholders import NOT_NAMED, cross_links, evidence, named_stakeholders, sides
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import effort_by_lead, effort_share, lead_counts, pull_requests, share, upstream_share
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS, Activity, Kind, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEW = 20
_SECONDS = 20  # to read one contribution with its reasons and to press a key: assumed
_MOST_NAMED = 3
_LEADS = array(
    "One entry a lead; shares are of decided contributions, null for unclear.",
    lead="lead", rows="count", by_people=of("count", "Of the rows, those that people labelled."),
    share="fraction", low="fraction", high="fraction",
    with_hours=of("count", "Of the rows, those whose hours are known."),
    hours=of("positive", "Their sum; null where none are known."),
    hours_share=of("fraction", "Of the hours of decided contributions."),
)  # fmt: skip
_DRIVEN = array(
    "Of a project's review: who drove the work, and the initiative or the goal behind it.",
    lead="lead", stakeholder="name", behind="name", rows="count", threads="count",
)  # fmt: skip


class Leads(Question):
    name = "leads"
    schema = {
        "contributions": obj(
            rows=of("count", "Contributions of the team that are shown and counted."),
            hidden=of("count", "Private ones, not shown and not counted."),
            pull_requests=obj(
                "The team's own: merged in the period; on an unknown day; not merged, null where no source tells.",
                merged="count", merged_unknown_day="count", not_merged="perhaps",
            ),
        ),
        "leads": _LEADS | {"minItems": 4, "maxItems": 4},
        "policy": obj(
            upstream_share=of("fraction", "The share wanted."),
            upstream=of("share", "Upstream-led of stakeholder- and upstream-led work together."),
        ),
        "effort": obj(
            "Upstream-led of stakeholder- and upstream-led work together, by hours, known or else assumed by kind.",
            hours="positive", known="positive", share="fraction",
            low=of("fraction", "The smallest share when what is assumed for one kind is halved or doubled."),
            high="fraction", by_lead=obj(**{str(lead): "positive" for lead in Lead}),
        ),
        "evidence": of("share", "Contributions tied to something on the organisation's own side."),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        total, words, counts = len(data.named_rows), data.words, lead_counts(data.named_rows["lead"])
        if not total:
            return f"No contribution of {data.team.name} was found in {data.period}."
        part, known, communities = upstream_share(data.named_rows), evidence(data), len(named_stakeholders(data))
        is_given, effort = part.whole and data.covers_own_side, _effort_sentence(data)
        interval = f" ({page.percent(part.share)} of both, {page.between(part.low, part.high)})" if is_given else ""
        unseen = f"{words['stakeholder']} work cannot be seen beyond what threads and labels say: no share is given."
        served = f", for {pluralise(communities, 'stakeholder')}" if communities else ""
        led = f"{counts['stakeholder']} of {pluralise(total, 'contribution')}"
        was = page.verb(counts["stakeholder"], whole=total)
        has = page.verb(known.part, "has", "have", known.whole)
        waiting = f"{counts['unclear']} {page.verb(counts['unclear'], 'needs', 'need')} review."
        return page.told({
            effort: is_given and effort,
            f"{led} {was} {words['stakeholder']}{served}; {counts['upstream']} {words['upstream']}{interval}; "
            f"{counts['individual']} {words['individual']}; {waiting}": True,
            f"{known.part} of {known.whole} {has} evidence from our own side.": total,
            f"No source of our own side covers the period, so that {unseen}": not data.covers_own_side,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"leads": _lead_table(data)}

    def figure(self, data: ReviewData) -> "Figure | None":
        if not len(data.named_rows):
            return None
        part, policy, counts = upstream_share(data.named_rows), data.policy, lead_counts(data.named_rows["lead"])
        finding = ", ".join(f"{counts[lead]} {data.words[lead]}" for lead in ("stakeholder", "upstream"))
        if part.low is not None and part.high is not None and policy is not None and data.covers_own_side:
            side = "above" if part.low > policy else "below" if part.high < policy else "not clearly on either side of"
            against = f"{page.percent(part.share)} by count against {page.percent(policy)}"
            finding = f"{data.words['upstream']} work is {side} the policy ({against})"
        return figures.lead_figure(history_shown(data), data.words, policy, f"{data.period}: {finding}")

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        pulls = {name.replace("_", " "): mask for name, mask in pull_requests(data.named_rows, data.period).items()}
        return pulls | {"evidence": sides(data)["linked"] != "none", "hours": data.named_rows["hours"].notna()}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return super().numbers(data) | {
            "contributions": {"rows": len(data.named_rows), "hidden": data.hidden, "pull_requests": _pulls(data)},
            "policy": {"upstream_share": data.policy, "upstream": upstream_share(data.named_rows)._asdict()},
            "effort": effort_share(data.named_rows, data.organisation.effort)._asdict()
            | {"by_lead": effort_by_lead(data.named_rows, data.organisation.effort)},
            "evidence": evidence(data)._asdict(),
        }

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"lead": str(lead)} for lead in Lead]
        pulls = [name for name, count in _pulls(data).items() if count is not None]
        return {
            **{f"/contributions/pull_requests/{name}": {"counts_for": name.replace("_", " ")} for name in pulls},
            "/evidence/part": {"counts_for": "evidence"}, "/contributions/rows": {},
            **each("leads", named, rows={}, by_people={"decided_by": "person"}, with_hours={"counts_for": "hours"}),
            "/policy/upstream/part": {"lead": str(Lead.UPSTREAM)},
        }  # fmt: skip

    def body(self, data: ReviewData) -> Iterable[Markup]:
        rows, table, is_covered = data.named_rows, _lead_table(data), data.covers_own_side
        effort = data.organisation.effort
        if not len(rows):
            return
        if data.project is None:
            yield page.html("next_steps.html", steps=list(next_steps(data)))
        shares = table if is_covered else table.assign(share=None, low=None, high=None)
        why_not = "" if is_covered else " (not given: no source of our own side covers the period)"
        columns: dict[str, Any] = {
            "who led": [page.macro("lead", lead, data.words) for lead in table["lead"]],
            "contributions": table["rows"],
            **share_columns(shares, f"share of decided{why_not}"),
        }
        if table["with_hours"].any():
            columns["hours"] = page.numbers(map(_hours, table["hours"], table["with_hours"], table["rows"]))
            columns["share by hours"] = page.numbers(table["hours_share"], page.percent)
        columns["estimated hours"] = page.numbers(effort_by_lead(rows, effort).values())
        yield page.table(columns | {"decided by people": table["by_people"]})
        decided = int(rows["lead"].isin(LEADS).sum())
        clicks = (rows["kind"] == Kind.TRIAGE) & rows["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM])
        yield page.html(
            "leads.html", words=data.words, pulls=_pulls(data), total=len(rows), decided=decided,
            are_few=0 < decided < _FEW, is_covered=is_covered, with_hours=table["with_hours"].sum(),
            hours=round(float(table["hours"].sum()), 1), assumed=[(Kind(kind).word, hours) for kind, hours in effort],
            clicks=clicks.sum() if is_covered else 0, without_clicks=upstream_share(rows.loc[~clicks, ["lead"]]).share,
        )  # fmt: skip


@once
def _lead_table(data: ReviewData) -> pd.DataFrame:
    return lead_table(data.named_rows)


def _pulls(data: ReviewData) -> dict[str, int | None]:
    """Return how many pull requests were merged, and how many were not where a source tells of any that are not."""
    masks = pull_requests(data.named_rows, data.period)
    counts: dict[str, int | None] = {name: int(mask.sum()) for name, mask in masks.items()}
    are_told = not len(data.acts) or bool((data.acts["act"] == "opened").any())
    return counts if are_told else counts | {"not_merged": None}


def lead_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many judged contributions and hours each lead has, in the order of `Lead`."""
    # Hours are known for what people write down, mostly work outside GitHub: their shares are of that work alone.
    rows = rows[["lead", "decided_by", "hours"]]
    decided = rows[rows["lead"].isin(LEADS)]
    all_hours, table = float(decided["hours"].sum()), []
    for lead in Lead:
        mine = rows[rows["lead"] == lead]
        with_hours, by_people = mine["hours"].count(), (mine["decided_by"] == "person").sum()
        hours = float(mine["hours"].sum()) if with_hours else None
        part = share(len(mine), len(decided) if lead in LEADS else 0)
        of_all = hours / all_hours if hours is not None and all_hours and lead in LEADS else None
        table.append((str(lead), len(mine), by_people, *part[2:], with_hours, hours, of_all))
    return frame(_LEADS, table).round({"hours": 1, "hours_share": 3})


def _effort_sentence(data: ReviewData) -> str:
    """Return the headline: a share by effort, how far it moves with what is assumed, and the policy."""
    effort, words = effort_share(data.named_rows, data.organisation.effort), data.words
    if effort.share is None:
        return ""
    is_moved = page.percent(effort.low) != page.percent(effort.high)
    moves = page.between(effort.low, effort.high) if is_moved else "the same"
    moves += " if the hours assumed for one kind are halved or doubled"
    policy = f"; policy: at least {page.percent(data.policy)}" if data.policy is not None else ""
    both = f"{words['stakeholder']} and {words['upstream']} work"
    return f"About {page.percent(effort.share)} of the effort on {both} was {words['upstream']} ({moves}{policy})."


def _hours(hours: float, known: int, rows: int) -> Any:
    return Markup('{} <span class="quiet">({} of {})</span>').format(page.number(hours), known, rows) if known else None


def next_steps(data: ReviewData) -> Iterator[tuple[str, str]]:
    """Yield what the team can do, what is quickest first: an action, and the question whose section shows it."""
    if unclear := len(waiting(data)):
        minutes = pluralise(max(1, round(unclear * _SECONDS / 60)), "minute")
        need = page.verb(unclear, "needs", "need")
        yield f"{pluralise(unclear, 'contribution')} {need} review: about {minutes}", "needs_review"
    links = cross_links(data)
    if missing := int((links["paste_upstream"].notna() | links["paste_own"].notna()).sum()):
        lack = page.verb(missing, "lacks", "lack")
        yield f"{pluralise(missing, 'thread')} {lack} a cross-link: copy the sentence", "stakeholders"
    if alone := of_one_person(data):
        rest = f" and {len(alone) - _MOST_NAMED} more" if len(alone) > _MOST_NAMED else ""
        yield f"One person did all of the work in {', '.join(alone[:_MOST_NAMED])}{rest}: see who could pair", "sharing"
    short = goals(data)
    short = short[(short["done"] < short["target"]).fillna(value=False)]
    if len(short):
        goal = short.iloc[int((short["done"] / short["target"]).to_numpy(dtype=float).argmin())]
        more = f"; {len(short) - 1} more below target" if len(short) > 1 else ""
        yield f'Goal "{goal["goal"]}" is at {goal["done"]} of {goal["target"]:g}{more}', "goals"
    if not data.covers_own_side:
        yield "No source of our own side covers the period: add one to contribkit.toml", "not_seen"


class Drivers(Question):
    name, title = "drivers", "Who drove it, and why?"
    schema = {"driven": _DRIVEN}

    def sentence(self, data: ReviewData) -> str:
        if not len(data.named_rows):
            return "There were no contributions."
        threads, reviewed = cross_links(data), community(data)["reviewed"] or 0
        word, released = data.words["stakeholder"], releases(data.named_rows)["rows"]
        of_all = f"{threads['ours'].count()} of {pluralise(len(threads), f'{word} thread')}"
        return page.told({
            f"For {of_all} our own side can be read.": len(threads), f"Nothing was {word}.": not len(threads),
            f"{pluralise(released, 'release')} {page.verb(released)} made by us.": True,
            f"{pluralise(reviewed, 'review')} went to pull requests of people who are not maintainers.": reviewed,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"driven": driven_by(data.named_rows)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, threads, activities = driven_by(data.named_rows), cross_links(data), distribution(data)
        nobody = table["lead"].map({"stakeholder": NOT_NAMED})
        yield page.table({
            "who led": [page.macro("lead", lead, data.words) for lead in table["lead"]],
            "for whom": table["stakeholder"].fillna(nobody), "initiative or goal behind it": table["behind"],
            "contributions": table["rows"], "threads": table["threads"],
        })  # fmt: skip
        named = "A stakeholder is named where something public says for whom the work was."
        yield page.paragraph(named if len(table) else "", quiet=True)
        if len(threads):
            cells = page.dicts(threads.head(page.MOST_ROWS).assign(paste_upstream=None, paste_own=None))
            yield page.html("drivers.html", threads=cells, not_named=NOT_NAMED, count=len(threads))
        if len(activities := activities[activities["rows"] > 0]):
            words = [Activity(name).word for name in activities["activity"]]
            yield page.heading(f"What was {data.words['upstream']}")
            yield page.table({"activity": words, "contributions": activities["rows"], "people": activities["people"]})
        for lead in Lead:
            yield row_details(data, lead, f"{data.words[lead]}: ")


def driven_by(rows: pd.DataFrame) -> pd.DataFrame:
    """Return who drove work and the initiative or the goal behind it, by lead, most work first."""
    threads = rows["ref"].str.casefold()
    keys = [rows["lead"], rows["stakeholder"], rows["initiative"].fillna(rows["goal"]).rename("behind")]
    table = threads.groupby(keys, dropna=False).agg(rows="size", threads="nunique").reset_index()
    table["place"] = table["lead"].map(list(Lead).index)
    return frame(_DRIVEN, table.sort_values(["place", "rows", "behind"], ascending=[True, False, True]))
