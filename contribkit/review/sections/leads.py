"""The head of the page, and who led what."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from contribkit.review import figures, page
from contribkit.review.page import Section, number, percent
from contribkit.review.sections.parts import between, dicts, picture, verb
from contribkit.review.stakeholders import NOT_NAMED
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

_FEW = 20


def section(review: "Measures") -> Section:
    """Return the head of the page, and who led what."""
    head = header(review, f"{review.organisation.name} · {review.team.name} · upstream contributions, {review.period}")
    if not len(review.named_rows):
        sentence = f"No contribution of {review.team.name} was found in {review.period}."
        return Section("", sentence, head + Markup('<p class="contribkit finding">{}</p>').format(sentence))
    sentence, title = _sentence(review), _title(review)
    figure = figures.lead_figure(review.history, review.words, review.policy, title)
    hours = int(review.leads["with_hours"].sum())
    body = page.html(
        "leads.html", sentence=sentence, picture=picture(figure, f"{title}. {sentence}"), table=dicts(review.leads),
        words=review.words, notes=_notes(review, hours), with_hours=hours > 0,
    )  # fmt: skip
    return Section("", sentence, head + body)


def header(review: "Measures", title: str) -> Markup:
    """Return the head of a page: what it is of, as of when, from which sources."""
    period, org = review.period, review.organisation
    return page.html(
        "header.html", style=page.style(), title=title, first_day=period.first_day, last_day=period.last_day,
        timezone=period.timezone, as_of=f"{review.as_of:%Y-%m-%d}", sources=review.data.sources, sample=org.sample,
    )  # fmt: skip


def _counts(review: "Measures") -> dict[str, int]:
    return dict(zip(review.leads["lead"], review.leads["rows"], strict=True))


def _sentence(review: "Measures") -> str:
    words, counts, part = review.words, _counts(review), review.upstream_share
    communities = int((review.by_stakeholder["stakeholder"] != NOT_NAMED).sum())
    policy = review.policy
    wanted = f"policy: {percent(policy)} of the two; " if policy is not None else ""
    interval = f" ({wanted}here {percent(part.share)}, {between(part.low, part.high)})" if part.whole else ""
    served = f", for {pluralise(communities, 'stakeholder')}" if communities else ""
    evidence = review.evidence
    return (
        f"{counts['stakeholder']} of {pluralise(len(review.named_rows), 'contribution')} "
        f"{verb(counts['stakeholder'])} {words['stakeholder']}{served}; "
        f"{counts['upstream']} {words['upstream']}{interval}; {counts['individual']} {words['individual']}; "
        f"{counts['unclear']} {verb(counts['unclear'], 'waits', 'wait')} for a person's eye. "
        f"{evidence.part} of {evidence.whole} {verb(evidence.part, 'has', 'have')} evidence from our own side."
    )


def _title(review: "Measures") -> str:
    part, policy, counts = review.upstream_share, review.policy, _counts(review)
    if part.share is None or policy is None:
        led = [f"{counts[lead]} {review.words[lead]}" for lead in ("stakeholder", "upstream")]
        return f"{review.period}: {', '.join(led)}"
    low, high = float(part.low or 0), float(part.high or 0)
    side = "above" if low > policy else "below" if high < policy else "not surely on either side of"
    numbers = f"({percent(part.share)} against {percent(policy)})"
    return f"{review.period}: {review.words['upstream']} work is {side} the policy {numbers}"


def _notes(review: "Measures", hours: int) -> list[str]:
    pulls, total = review.pull_requests, len(review.named_rows)
    unknown = pulls["merged_unknown_day"]
    merged = (
        f"The team's own pull requests: {pulls['merged']} merged in the period, {pulls['not_merged']} opened and not "
        "merged in it" + (f", {unknown} merged on a day that no source tells" if unknown else "") + "."
    )
    said = [merged, "Shares are of the three leads; what is unclear stands beside them."]
    decided = int(review.leads.loc[review.leads["lead"].isin(LEADS), "rows"].sum())
    if 0 < decided < _FEW:
        said.append(
            f"{pluralise(decided, 'contribution')} with a lead {verb(decided, 'is', 'are')} few: mind the intervals."
        )
    if hours:
        spent = number(round(float(review.leads["hours"].sum()), 1))
        said.append(f"Hours are known for {hours} of {total} ({spent} hours in all), and shares by hours are of these.")
    return [*said, "One contribution is what one person did in one thread."]
