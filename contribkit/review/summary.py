"""Every number of a review as JSON, for the next review, for an index, and for other programs."""

from typing import TYPE_CHECKING, Any

from contribkit.review.counted import counted, counts_for
from contribkit.review.shares import Share
from contribkit.tables import plain, records, rows_of
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

VERSION = 1
"""Version of ``summary.schema.json``; it grows when a program that reads it would have to change."""


def summarise(review: "Measures") -> dict[str, Any]:
    """Return the summary of a review; its schema, with the meaning of each number, is ``summary.schema.json``."""
    from contribkit import __version__

    org, period = review.organisation, review.period
    return {
        "schema_version": VERSION,
        "contribkit": __version__,
        "as_of": plain_time(review),
        "organisation": org.name,
        "sample": org.sample,
        "team": {"name": review.team.name, "slug": review.team.slug, "members": len(review.members)},
        "period": {
            "name": str(period),
            "first_day": str(period.first_day),
            "last_day": str(period.last_day),
            "timezone": period.timezone,
        },
        "words": review.words,
        "without_names": review.without_names,
        "contributions": {
            "rows": len(review.named_rows),
            "hidden": review.hidden,
            "pull_requests": review.pull_requests,
        },
        "leads": records(review.leads),
        "policy": {"upstream_share": review.policy, "upstream": _share(review.upstream_share)},
        "evidence": _share(review.evidence),
        "history": records(review.history),
        "stakeholders": records(review.by_stakeholder),
        "initiatives": records(review.by_initiative),
        "cross_links": {str(k): int(v) for k, v in review.cross_links["linked"].value_counts().items()},
        "coordination": records(review.coordination),
        "goals": records(review.goals),
        "activities": _activities(review),
        "releases": review.releases,
        "community": _community(review),
        "projects": records(review.projects),
        "outside": {
            "individual": int((review.named_rows["lead"] == Lead.INDIVIDUAL).sum()),
            "reactive": int(review.marks["reactive"].sum()),
            "look_alikes": int(review.marks["look-alike"].sum()),
        },
        "waiting": len(review.waiting),
        "changed": len(review.lead_changes),
        "labels_changed": len(review.label_changes),
        "sources": _sources(review),
        "not_seen": not_seen(review),
        "rows": _rows(review),
        "counted": counted(review),
    }


def plain_time(review: "Measures") -> str:
    """Return when the review was made."""
    return review.as_of.isoformat(timespec="seconds").replace("+00:00", "Z")


def _share(part: Share) -> dict[str, Any]:
    return part._asdict()


def _activities(review: "Measures") -> list[dict[str, Any]]:
    logins = [] if review.without_names else list(review.activities)
    counts = review.activities.reindex(review.spread["activity"], fill_value=0)
    members = [{str(login): int(row[str(login)]) for login in logins} for row in rows_of(counts)]
    return [row | {"members": did} for row, did in zip(records(review.spread), members, strict=True)]


def _community(review: "Measures") -> dict[str, Any]:
    found = review.community
    parts = {name: found[name]._asdict() for name in ("newcomers_back", "first_response", "self_merges")}
    return found | parts


def _sources(review: "Measures") -> list[dict[str, Any]]:
    return [
        {
            "name": source.name,
            "status": source.status,
            "threads": source.threads,
            "acts": source.acts,
            "references": source.references,
            "first": plain(source.first),
            "last": plain(source.last),
            "notes": review.source_notes[source.name],
        }
        for source in review.data.sources
    ]


def not_seen(review: "Measures") -> dict[str, int]:
    """Return how many contributions or acts the review left out, by reason."""
    data, period = review.data, review.period
    acts = data.acts[(data.acts["at"] >= period.start) & (data.acts["at"] < period.end)]
    bots = {actor for actor in acts["actor"].unique() if review.organisation.is_bot(actor)}
    return {
        "contributions without any date": len(data.undated(review.team)),
        "private contributions not shown": review.hidden,
        "acts of bots": int(acts["actor"].isin(bots).sum()),
        **{f"acts {reason}": count for reason, count in data.left_out.items()},
    }


def _rows(review: "Measures") -> list[dict[str, Any]]:
    columns = ["id", "ref", "kind", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal"]
    return [
        row | {"counts_for": marks}
        for row, marks in zip(records(review.rows[columns]), counts_for(review), strict=True)
    ]


def count_leads(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many rows each lead has, in the order of leads.

    Examples
    --------
    >>> count_leads([{"lead": "upstream"}])
    {'stakeholder': 0, 'upstream': 1, 'individual': 0, 'unclear': 0}
    """
    return {str(lead): sum(row["lead"] == lead for row in rows) for lead in Lead}
