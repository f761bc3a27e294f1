"""Who led what: counts and shares of leads, against the policy."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.review import figures, page
from contribkit.review.page import between, number, percent, verb
from contribkit.review.question import Filter, Question, array, each, obj, of
from contribkit.review.questions.changes import history
from contribkit.review.questions.stakeholders import evidence, named_stakeholders, sides
from contribkit.review.review_data import ReviewData
from contribkit.review.shares import lead_counts, pull_requests, share, upstream_share
from contribkit.tables import records
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS, Lead

_COLUMNS = ["lead", "rows", "by_people", "share", "low", "high", "with_hours", "hours", "hours_share"]
_FEW = 20


class Leads(Question):
    """Who led what."""

    name = "leads"
    schema = {
        "contributions": obj(
            rows=of("count", "Contributions of the team that are shown and counted."),
            hidden=of("count", "Private ones, not shown and not counted."),
            pull_requests=obj(
                "The team's own: merged in the period; merged on a day that no source tells; opened and not merged.",
                merged=of("count"), merged_unknown_day=of("count"), not_merged=of("count"),
            ),
        ),
        "leads": array(
            "One entry a lead; shares are of decided contributions, null for unclear.",
            lead=of("lead"), rows=of("count"),
            by_people=of("count", "Of the rows, those that people labelled."),
            share=of("fraction"), low=of("fraction"), high=of("fraction"),
            with_hours=of("count", "Of the rows, those whose hours are known."),
            hours={"description": "Their sum; null where none are known.", "type": ["number", "null"], "minimum": 0},
            hours_share=of("fraction", "Of the hours of decided contributions."),
        ) | {"minItems": 4, "maxItems": 4},
        "policy": obj(
            upstream_share=of("fraction", "The share wanted."),
            upstream=of("share", "Upstream-led of stakeholder- and upstream-led work together."),
        ),
        "evidence": of("share", "Contributions tied to something on the organisation's own side."),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        if not len(data.named_rows):
            return f"No contribution of {data.team.name} was found in {data.period}."
        words, counts = data.words, lead_counts(data.named_rows["lead"])
        part, known = upstream_share(data.named_rows), evidence(data)
        communities = len(named_stakeholders(data))
        wanted = f"policy: at least {percent(data.policy)}; " if data.policy is not None else ""
        interval = f" ({wanted}here {percent(part.share)}, {between(part.low, part.high)})" if part.whole else ""
        served = f", for {pluralise(communities, 'stakeholder')}" if communities else ""
        return (
            f"{counts['stakeholder']} of {pluralise(len(data.named_rows), 'contribution')} "
            f"{verb(counts['stakeholder'])} {words['stakeholder']}{served}; "
            f"{counts['upstream']} {words['upstream']}{interval}; {counts['individual']} {words['individual']}; "
            f"{counts['unclear']} {verb(counts['unclear'], 'needs', 'need')} review. "
            f"{known.part} of {known.whole} {verb(known.part, 'has', 'have')} evidence from our own side."
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"leads": lead_table(data.named_rows)}

    def figure(self, data: ReviewData) -> Figure | None:
        if not len(data.named_rows):
            return None
        return figures.lead_figure(history(data), data.words, data.policy, _title(data))

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        pulls = {name.replace("_", " "): mask for name, mask in pull_requests(data.named_rows, data.period).items()}
        return pulls | {"evidence": sides(data)["linked"] != "none", "hours": data.named_rows["hours"].notna()}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {
            "contributions": {
                "rows": len(data.named_rows),
                "hidden": data.hidden,
                "pull_requests": {
                    name: int(mask.sum()) for name, mask in pull_requests(data.named_rows, data.period).items()
                },
            },
            "leads": records(lead_table(data.named_rows)),
            "policy": {"upstream_share": data.policy, "upstream": upstream_share(data.named_rows)._asdict()},
            "evidence": evidence(data)._asdict(),
        }

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        pulls = {f"/contributions/pull_requests/{name}": {"counts_for": name.replace("_", " ")}
                 for name in pull_requests(data.named_rows, data.period)}  # fmt: skip
        return pulls | {
            "/contributions/rows": {},
            "/evidence/part": {"counts_for": "evidence"},
            **each("leads", "rows", [{"lead": str(lead)} for lead in Lead]),
            **each("leads", "by_people", [{"lead": str(lead), "decided_by": "person"} for lead in Lead]),
            **each("leads", "with_hours", [{"lead": str(lead), "counts_for": "hours"} for lead in Lead]),
            "/policy/upstream/part": {"lead": str(Lead.UPSTREAM)},
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        if not len(data.named_rows):
            return
        table = page.dicts(lead_table(data.named_rows))
        hours = sum(row["with_hours"] for row in table)
        columns: dict[str, Any] = {
            "who led": [page.lead(row["lead"], data.words) for row in table],
            "contributions": page.numbers(row["rows"] for row in table),
            "share of decided": page.numbers((row["share"] for row in table), percent),
            "95 % interval": page.numbers(between(row["low"], row["high"]) for row in table),
        }
        if hours:
            columns["hours"] = page.numbers(_hours(row) for row in table)
            columns["share by hours"] = page.numbers((row["hours_share"] for row in table), percent)
        yield page.table(columns | {"decided by people": page.numbers(row["by_people"] for row in table)})
        yield page.paragraph(" ".join(_notes(data, hours)), quiet=True)


def lead_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many contributions and hours each lead has.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead`, `decided_by` and `hours` are read.

    Returns
    -------
    pandas.DataFrame
        One row a lead, in the order of `Lead`: `lead` (str), `rows`, `by_people` (int), `share`, `low`, `high` (float;
        of decided contributions, missing for `unclear` and where there are none); `with_hours` (int: how many have
        known hours), `hours`, `hours_share` (float: their sum, and its share of the hours of decided contributions,
        missing where none are known). Hours are known for what people write down, mostly work outside GitHub: their
        shares are of that work alone, and have no interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"lead": ["upstream", "unclear"], "decided_by": ["rules", "person"], "hours": [2.0, None]})
    >>> list(lead_table(rows)["rows"])
    [0, 1, 0, 1]
    """
    decided = rows["lead"].isin(LEADS)
    all_hours = float(rows.loc[decided, "hours"].sum())
    table = []
    for lead in Lead:
        mine = rows[rows["lead"] == lead]
        part = share(len(mine), int(decided.sum()) if lead in LEADS else 0)
        by_people = int((mine["decided_by"] == "person").sum())
        known = int(mine["hours"].notna().sum())
        hours = round(float(mine["hours"].sum()), 1) if known else None
        of_all = round(hours / all_hours, 3) if hours is not None and all_hours and lead in LEADS else None
        table.append((str(lead), len(mine), by_people, part.share, part.low, part.high, known, hours, of_all))
    return pd.DataFrame(table, columns=_COLUMNS).astype({"hours": float, "hours_share": float})


def _title(data: ReviewData) -> str:
    part, policy, counts = upstream_share(data.named_rows), data.policy, lead_counts(data.named_rows["lead"])
    if part.share is None or policy is None:
        led = [f"{counts[lead]} {data.words[lead]}" for lead in ("stakeholder", "upstream")]
        return f"{data.period}: {', '.join(led)}"
    low, high = float(part.low or 0), float(part.high or 0)
    side = "above" if low > policy else "below" if high < policy else "not clearly on either side of"
    numbers = f"({percent(part.share)} against {percent(policy)})"
    return f"{data.period}: {data.words['upstream']} work is {side} the policy {numbers}"


def _hours(row: dict[str, Any]) -> Any:
    if not row["with_hours"]:
        return None
    counted = f"({row['with_hours']} of {row['rows']})"
    return Markup('{} <span class="quiet">{}</span>').format(number(row["hours"]), counted)


def _notes(data: ReviewData, hours: int) -> list[str]:
    pulls = {name: int(mask.sum()) for name, mask in pull_requests(data.named_rows, data.period).items()}
    unknown = pulls["merged_unknown_day"]
    merged = (
        f"The team's own pull requests: {pulls['merged']} merged in the period, {pulls['not_merged']} opened and not "
        "merged in it" + (f", {unknown} merged on an unknown day" if unknown else "") + "."
    )
    notes = [merged, "Shares are of decided contributions; unclear ones are counted apart."]
    decided = int(data.named_rows["lead"].isin(LEADS).sum())
    if 0 < decided < _FEW:
        notes.append(
            f"{pluralise(decided, 'contribution')} with a lead {verb(decided, 'is', 'are')} few: mind the intervals."
        )
    if hours:
        spent = number(round(float(lead_table(data.named_rows)["hours"].sum()), 1))
        total = len(data.named_rows)
        notes.append(
            f"Hours are known for {hours} of {total} ({spent} hours in all), and shares by hours are of these."
        )
    return [*notes, "One contribution is what one person did in one thread."]
