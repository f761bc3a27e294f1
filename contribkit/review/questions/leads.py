"""Who led what: counts and shares of leads, against the policy."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.review import figures, page
from contribkit.review.effort import effort_by_lead, effort_share
from contribkit.review.page import between, number, percent, verb
from contribkit.review.question import Filter, Question, array, each, frame, obj, of
from contribkit.review.questions.changes import history
from contribkit.review.questions.next_steps import next_steps
from contribkit.review.questions.stakeholders import covers_own_side, evidence, named_stakeholders, sides
from contribkit.review.review_data import ReviewData
from contribkit.review.shares import lead_counts, pull_requests, share, upstream_share
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS, Kind, Lead

_FEW = 20
_LEADS = array(
    "One entry a lead; shares are of decided contributions, null for unclear.",
    lead="lead", rows="count", by_people=of("count", "Of the rows, those that people labelled."),
    share="fraction", low="fraction", high="fraction",
    with_hours=of("count", "Of the rows, those whose hours are known."),
    hours=of("positive", "Their sum; null where none are known."),
    hours_share=of("fraction", "Of the hours of decided contributions."),
)  # fmt: skip


class Leads(Question):
    name = "leads"
    schema = {
        "contributions": obj(
            rows=of("count", "Contributions of the team that are shown and counted."),
            hidden=of("count", "Private ones, not shown and not counted."),
            pull_requests=obj(
                "The team's own: merged in the period; merged on a day that no source tells; opened and not merged.",
                merged="count", merged_unknown_day="count", not_merged="count",
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
        is_given = part.whole and covers_own_side(data)
        interval = f" ({percent(part.share)} of both, {between(part.low, part.high)})" if is_given else ""
        unseen = f"{words['stakeholder']} work cannot be seen beyond what threads and labels say: no share is given."
        served = f", for {pluralise(communities, 'stakeholder')}" if communities else ""
        return (
            (f"{_effort_sentence(data)} " if is_given else "")
            + f"{counts['stakeholder']} of {pluralise(total, 'contribution')} "
            f"{verb(counts['stakeholder'])} {words['stakeholder']}{served}; "
            f"{counts['upstream']} {words['upstream']}{interval}; {counts['individual']} {words['individual']}; "
            f"{counts['unclear']} {verb(counts['unclear'], 'needs', 'need')} review. "
            f"{known.part} of {known.whole} {verb(known.part, 'has', 'have')} evidence from our own side."
            + ("" if covers_own_side(data) else f" No source of our own side covers the period, so that {unseen}")
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"leads": lead_table(data.named_rows)}

    def figure(self, data: ReviewData) -> Figure | None:
        if not len(data.named_rows):
            return None
        part, policy, counts = upstream_share(data.named_rows), data.policy, lead_counts(data.named_rows["lead"])
        if part.low is None or part.high is None or policy is None or not covers_own_side(data):
            finding = ", ".join(f"{counts[lead]} {data.words[lead]}" for lead in ("stakeholder", "upstream"))
        else:
            unclear = "not clearly on either side of"
            side = "above" if part.low > policy else "below" if part.high < policy else unclear
            against = f"{percent(part.share)} against {percent(policy)}"
            finding = f"{data.words['upstream']} work is {side} the policy ({against})"
        table = history(data)
        unseen = table["period"].isin([str(one.period) for one in (*data.earlier, data) if not covers_own_side(one)])
        table = table.assign(upstream_share=table["upstream_share"].mask(unseen & (table["from"] == "sources")))
        return figures.lead_figure(table, data.words, policy, f"{data.period}: {finding}")

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        pulls = {name.replace("_", " "): mask for name, mask in pull_requests(data.named_rows, data.period).items()}
        return pulls | {"evidence": sides(data)["linked"] != "none", "hours": data.named_rows["hours"].notna()}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        pulls = {name: int(mask.sum()) for name, mask in pull_requests(data.named_rows, data.period).items()}
        return super().numbers(data) | {
            "contributions": {"rows": len(data.named_rows), "hidden": data.hidden, "pull_requests": pulls},
            "policy": {"upstream_share": data.policy, "upstream": upstream_share(data.named_rows)._asdict()},
            "effort": effort_share(data.named_rows, data.organisation.effort)._asdict()
            | {"by_lead": effort_by_lead(data.named_rows, data.organisation.effort)},
            "evidence": evidence(data)._asdict(),
        }

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"lead": str(lead)} for lead in Lead]
        pulls = {f"/contributions/pull_requests/{name}": {"counts_for": name.replace("_", " ")}
                 for name in pull_requests(data.named_rows, data.period)}  # fmt: skip
        return pulls | {
            "/contributions/rows": {},
            "/evidence/part": {"counts_for": "evidence"},
            **each("leads", named, rows={}, by_people={"decided_by": "person"}, with_hours={"counts_for": "hours"}),
            "/policy/upstream/part": {"lead": str(Lead.UPSTREAM)},
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        if not len(data.named_rows):
            return
        yield page.html("next_steps.html", steps=next_steps(data))
        table = lead_table(data.named_rows)
        columns: dict[str, Any] = {
            "who led": [page.lead(lead, data.words) for lead in table["lead"]],
            "contributions": table["rows"],
            "share of decided": page.numbers(table["share"], percent),
            "95 % interval": page.numbers(map(between, table["low"], table["high"])),
        }
        if table["with_hours"].any():
            columns["hours"] = page.numbers(map(_hours, table["hours"], table["with_hours"], table["rows"]))
            columns["share by hours"] = page.numbers(table["hours_share"], percent)
        estimates = effort_by_lead(data.named_rows, data.organisation.effort)
        columns["estimated hours"] = page.numbers(map(number, estimates.values()))
        yield page.table(columns | {"decided by people": table["by_people"]})
        yield page.paragraph(" ".join(_notes(data)), quiet=True)


def lead_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many judged contributions and hours each lead has, in the order of `Lead`.

    Shares are of decided contributions. Hours are known for what people write down, mostly work outside GitHub: their
    shares are of that work alone, and have no interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"lead": ["upstream", "unclear"], "decided_by": ["rules", "person"], "hours": [2.0, None]})
    >>> lead_table(rows)["rows"].tolist()
    [0, 1, 0, 1]
    """
    decided = rows[rows["lead"].isin(LEADS)]
    all_hours, table = float(decided["hours"].sum()), []
    for lead in Lead:
        mine = rows[rows["lead"] == lead]
        hours, with_hours = float(mine["hours"].sum()), mine["hours"].count()
        part = share(len(mine), len(decided) if lead in LEADS else 0)
        of_all = hours / all_hours if with_hours and all_hours and lead in LEADS else None
        by_people = (mine["decided_by"] == "person").sum()
        known = hours if with_hours else None
        table.append((str(lead), len(mine), by_people, *part[2:], with_hours, known, of_all))
    return frame(_LEADS, table).round({"hours": 1, "hours_share": 3})


def _effort_sentence(data: ReviewData) -> str:
    """Return the headline: a share by effort, how far it moves with what is assumed, and the policy."""
    effort, words = effort_share(data.named_rows, data.organisation.effort), data.words
    if effort.share is None:
        return ""
    moves = f"{percent(effort.low)} to {percent(effort.high)} if the hours assumed for one kind are halved or doubled"
    policy = f"; policy: at least {percent(data.policy)}" if data.policy is not None else ""
    both = f"{words['stakeholder']} and {words['upstream']} work"
    return f"About {percent(effort.share)} of the effort on {both} was {words['upstream']} ({moves}{policy})."


def _hours(hours: float, known: int, rows: int) -> Any:
    return Markup('{} <span class="quiet">({} of {})</span>').format(number(hours), known, rows) if known else None


def _notes(data: ReviewData) -> list[str]:
    rows, table = data.named_rows, lead_table(data.named_rows)
    pulls = {name: int(mask.sum()) for name, mask in pull_requests(rows, data.period).items()}
    unknown = f", {pulls['merged_unknown_day']} merged on an unknown day" if pulls["merged_unknown_day"] else ""
    notes = [
        f"The team's own pull requests: {pulls['merged']} merged in the period, {pulls['not_merged']} opened and not "
        f"merged in it{unknown}.",
        "Shares are of decided contributions; unclear ones are counted apart.",
    ]
    decided, hours, spent = int(rows["lead"].isin(LEADS).sum()), table["with_hours"].sum(), table["hours"].sum()
    if 0 < decided < _FEW:
        few = f"{pluralise(decided, 'contribution')} with a lead {verb(decided, 'is', 'are')} few"
        notes.append(f"{few}: mind the intervals.")
    if hours:
        in_all = f"{hours} of {len(rows)} ({number(round(float(spent), 1))} hours in all)"
        notes.append(f"Hours are known for {in_all}, and shares by hours are of these.")
    assumed = ", ".join(f"{Kind(kind).word} {number(spent)}" for kind, spent in data.organisation.effort)
    notes.append(
        f"Hours that nobody wrote down are assumed, by kind: {assumed}; [effort] in contribkit.toml changes them."
    )
    clicks = (rows["kind"] == Kind.TRIAGE) & (rows["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM]))
    if clicks.any() and covers_own_side(data):
        rest = f"without them {percent(upstream_share(rows[~clicks]).share)} of both would be {data.words['upstream']}"
        single = "single clicks, such as a label or the merge of a bot's pull request"
        notes.append(
            f"{clicks.sum()} of the {data.words['stakeholder']} and {data.words['upstream']} ones are {single}; {rest}."
        )
    return [*notes, "One contribution is what one person did in one thread."]
