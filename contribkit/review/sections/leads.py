"""The head of the page, and who led what."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from contribkit.review import figures, page
from contribkit.review.page import Section, percent
from contribkit.review.sections.parts import dicts, many, picture
from contribkit.review.stakeholders import NOT_NAMED

if TYPE_CHECKING:
    from contribkit.review.review import Review


def section(review: "Review") -> Section:
    """Return the head of the page, and who led what."""
    org, counts = review.organisation, dict(zip(review.leads["lead"], review.leads["rows"], strict=True))
    head = page.html(
        "header.html",
        style=page.style(), organisation=org.name, team=review.team.name, period=str(review.period),
        first_day=review.period.first_day, last_day=review.period.last_day, timezone=review.period.timezone,
        as_of=f"{review.as_of:%Y-%m-%d}", sources=review.data.sources, sample=org.sample,
    )  # fmt: skip
    if not len(review.named_rows):
        sentence = f"No contribution of {review.team.name} was found in {review.period}."
        return Section("", sentence, head + Markup('<p class="contribkit finding">{}</p>').format(sentence))
    sentence = _lead_sentence(review, counts)
    title = _lead_title(review, counts)
    figure = figures.lead_figure(review.history, review.words, org.policy.upstream_share, title)
    pulls = review.pull_requests
    notes = (
        f"The team's own pull requests: {pulls['merged']} merged in the period, {pulls['not_merged']} opened and not "
        "merged in it"
        + (
            f", {pulls['merged_unknown_day']} merged on a day that no source tells"
            if pulls["merged_unknown_day"]
            else ""
        )
        + ". Shares are of the three leads; what is unclear stands beside them. One contribution is what one person "
        "did in one thread."
    )
    body = page.html(
        "leads.html", sentence=sentence, picture=picture(figure, title), table=dicts(review.leads),
        words=review.words, notes=notes,
    )  # fmt: skip
    return Section("", sentence, head + body)


def _lead_sentence(review: "Review", counts: dict[str, int]) -> str:
    words, total = review.words, len(review.named_rows)
    named = review.by_stakeholder["stakeholder"]
    communities = int((named != NOT_NAMED).sum())
    part = review.upstream_share
    policy = review.organisation.policy.upstream_share
    wanted = f"policy: {percent(policy)} of the two; " if policy is not None else ""
    interval = (
        f" ({wanted}here {percent(part.share)}, {percent(part.low)} to {percent(part.high)})" if part.whole else ""
    )
    served = f", for {many(communities, 'stakeholder')}" if communities else ""
    evidence = review.evidence
    return (
        f"{counts['stakeholder']} of {total} were {words['stakeholder']}{served}; "
        f"{counts['upstream']} {words['upstream']}{interval}; {counts['individual']} {words['individual']}; "
        f"{counts['unclear']} {'waits' if counts['unclear'] == 1 else 'wait'} for a person's eye. "
        f"{evidence.part} of {evidence.whole} have evidence from our own side."
    )


def _lead_title(review: "Review", counts: dict[str, int]) -> str:
    part, policy = review.upstream_share, review.organisation.policy.upstream_share
    if part.share is None or policy is None:
        led = [f"{counts[lead]} {review.words[lead]}" for lead in ("stakeholder", "upstream")]
        return f"{review.period}: {', '.join(led)}"
    low, high = float(part.low or 0), float(part.high or 0)
    side = "above" if low > policy else "below" if high < policy else "not surely on either side of"
    numbers = f"({percent(part.share)} against {percent(policy)})"
    return f"{review.period}: {review.words['upstream']} work is {side} the policy {numbers}"
