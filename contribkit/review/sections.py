"""The sections of the page: each opens with one sentence, a plot shows it, a table proves it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import figures, links, page
from contribkit.review.page import Section, percent
from contribkit.review.stakeholders import NOT_NAMED
from contribkit.review.summary import not_seen as left_out
from contribkit.tables import is_missing, rows_of
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from contribkit.review.review import Review

_LOOK_ALIKES = {"feature": "feature", "new-project": "new project", "comment": "comment"}
_MOST_BARS = 25


def overview(review: "Review") -> Section:
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
        "leads.html", sentence=sentence, picture=_picture(figure, title), table=_dicts(review.leads),
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
    served = f", for {_many(communities, 'stakeholder')}" if communities else ""
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


def stakeholders(review: "Review") -> Section:
    """Return whom the stakeholder-led work served, and whether it is cross-linked."""
    table, threads = review.by_stakeholder, review.cross_links
    word, title = review.words["stakeholder"], "Whom did the stakeholder-led work serve?"
    title = f"Whom did the {word} work serve?"
    states = threads["linked"].value_counts()
    served = table[table["stakeholder"] != NOT_NAMED]
    total = int(table["rows"].sum())
    if not total:
        sentence = f"Nothing was {word} in this period."
    else:
        most = f", most often {served['stakeholder'].iloc[0]} ({served['rows'].iloc[0]})" if len(served) else ""
        idle = [
            i for i, n in zip(review.by_initiative["initiative"], review.by_initiative["rows"], strict=True) if not n
        ]
        sentence = (
            f"{_many(total, 'contribution')} served {_many(len(served), 'stakeholder')} by name{most}. "
            f"{states.get('both', 0)} of {_many(len(threads), 'upstream thread')} and our own side point at each "
            "other; "
            f"{len(threads) - int(states.get('both', 0))} lack a link on one side at least."
            + (f" {_many(len(idle), 'initiative')} had no work." if idle else "")
        )
    chart = table[:_MOST_BARS]
    figure = None
    if len(table):
        bars = list(chart["stakeholder"]), list(chart["rows"])
        figure = figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", f"{word} work by stakeholder")
    body = page.html(
        "stakeholders.html", title=title, sentence=sentence, picture=_picture(figure, sentence),
        initiatives=_dicts(review.by_initiative), threads=_dicts(threads), states=links.STATES,
        **_rows(review, Lead.STAKEHOLDER),
    )  # fmt: skip
    return Section(title, sentence, body)


def goals(review: "Review") -> Section:
    """Return how far each goal got."""
    table, title = review.goals, "How far did each goal get?"
    with_target = table[table["target"].notna()]
    reached = int((with_target["done"] >= with_target["target"]).sum())
    sentence = (
        f"{reached} of {_many(len(with_target), 'goal')} with a target reached it; "
        f"{int(table['done'].sum())} {review.words['upstream']} contributions count for a goal."
        if len(table)
        else "No goal holds in this period; add [[goals]] to contribkit.toml to plan upstream work."
    )
    figure = (
        figures.goal_figure(table, "contributions", f"{reached} of {_many(len(with_target), 'goal')} reached")
        if len(table)
        else None
    )
    body = page.html(
        "goals.html", title=title, sentence=sentence, picture=_picture(figure, sentence), goals=_dicts(table)
    )
    return Section(title, sentence, body)


def sharing(review: "Review") -> Section:
    """Return how the upstream-led work is spread over activities and people."""
    table, names = review.activities, {m.login: m.word for m in review.team.members}
    title = f"Is the {review.words['upstream']} work shared?"
    people = int((table.sum() > 0).sum())
    alone = [name.word for name, row in _by_activity(table) if (row > 0).sum() == 1 and row.sum() > 1]
    sentence = (
        f"{people} of {_many(table.shape[1], 'member')} took part in {int(table.to_numpy().sum())} contributions."
        + (f" One person alone did all of: {', '.join(alone)}." if alone and table.shape[1] > 1 else "")
        if len(table)
        else f"Nothing was {review.words['upstream']} in this period."
    )
    figure = None
    if len(table) and not review.without_names:
        figure = figures.heat_figure(
            table.rename(columns=names), f"{review.words['upstream']} contributions by activity and member"
        )
    elif len(table):
        counts = [Activity(name).word for name in table.index], [int(n) for n in table.sum(axis=1)]
        figure = figures.bar_figure(
            *counts, Lead.UPSTREAM, "contributions", f"{review.words['upstream']} work by activity"
        )
    activities = [
        {
            "activity": activity.word,
            "rows": int(row.sum()),
            "people": int((row > 0).sum()),
            "never": ", ".join(names[login] for login in table.columns if not row[login]) or page.MISSING,
        }
        for activity, row in _by_activity(table)
    ]
    body = page.html(
        "sharing.html", title=title, sentence=sentence, picture=_picture(figure, sentence), activities=activities,
        size=table.shape[1], **_rows(review, Lead.UPSTREAM),
    )  # fmt: skip
    return Section(title, sentence, body)


def outside(review: "Review") -> Section:
    """Return what fell outside the system: valued, and apart."""
    rows = review.rows[review.rows["lead"] == Lead.INDIVIDUAL]
    counts = {word: int((rows["activity"] == name).sum()) for name, word in _LOOK_ALIKES.items()}
    among = ", ".join(_many(count, word) for word, count in counts.items() if count)
    sentence = (
        f"{_many(len(rows), 'contribution')} {'was' if len(rows) == 1 else 'were'} {review.words['individual']}"
        + (f", among them {among}" if among else "")
        + ". Thank you: they count against nobody."
        if len(rows)
        else "Nothing fell outside the system in this period."
    )
    title = "What fell outside the system?"
    body = page.html(
        "rows.html", title=f"4 {title}", sentence=sentence, settles=False, **_rows(review, Lead.INDIVIDUAL)
    )
    return Section(title, sentence, body)


def unclear(review: "Review") -> Section:
    """Return what waits for a person, most useful first."""
    rows, title = review.waiting, "What waits for a person?"
    disputed = int((rows["decided_by"] == "person").sum())
    sentence = (
        f"{_many(len(rows), 'contribution')} {'is' if len(rows) == 1 else 'are'} unclear"
        + (f", {disputed} of them because people disagree or found them so" if disputed else "")
        + "; beside each stands what would settle it."
        if len(rows)
        else "Nothing is unclear in this period."
    )
    body = page.html(
        "rows.html", title=f"5 {title}", sentence=sentence, settles=True, **_rows(review, Lead.UNCLEAR, rows)
    )
    return Section(title, sentence, body)


def changed(review: "Review") -> Section:
    """Return which leads changed since the review was last rendered."""
    table, title = review.lead_changes, "What changed since this review was last rendered?"
    sentence = f"{_many(len(table), 'lead')} changed, through new evidence, labels or rules." if len(table) else ""
    body = page.html("changes.html", title=title, sentence=sentence, changes=_dicts(table), words=review.words)
    return Section(title if sentence else "", sentence, body)


def not_seen(review: "Review") -> Section:
    """Return what the review could not see."""
    title, sources = "What could we not see?", review.data.sources
    failed = [source.name for source in sources if source.status != "ok"]
    sentence = f"{len(sources) - len(failed)} of {_many(len(sources), 'source')} answered in full" + (
        f"; not in full: {', '.join(failed)}." if failed else "."
    )
    notes = [f"{count} {what}" for what, count in left_out(review).items() if count]
    notes += [f"{name}: {note}" for name, said in review.source_notes.items() for note in said]
    notes += review.notes
    silent = _silent(review)
    if silent:
        notes.append(f"without any contribution in the period: {silent}")
    body = page.html(
        "not_seen.html",
        title=title,
        sentence=sentence,
        sources=sources,
        notes=notes or ["nothing else is known to be missing"],
    )
    return Section(title, sentence, body)


def _silent(review: "Review") -> str:
    present = {login.casefold() for login in review.named_rows["actor"]}
    period = review.period
    members = [
        member.word
        for member in review.team.members
        if member.login.casefold() not in present and member.holds_between(period.first_day, period.last_day)
    ]
    if review.without_names:
        return _many(len(members), "member") if members else ""
    return ", ".join(members)


def _by_activity(table: pd.DataFrame) -> Iterator[tuple[Activity, pd.Series]]:
    for name, row in table.iterrows():
        yield Activity(str(name)), row


def _rows(review: "Review", lead: Lead, rows: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return what the macro of unfolding rows needs."""
    mine = review.rows[review.rows["lead"] == lead] if rows is None else rows
    who = {member.login: member.word for member in review.organisation.members.values()}
    table = [
        row
        | {
            "kind_word": Kind(row["kind"]).word,
            "activity_word": Activity(row["activity"]).word,
            "place": row["id"].rpartition("@")[0],
            "who": who.get(row["actor"], row["actor"]),
            "happened_at": row["happened_at"] and row["happened_at"].tz_convert(review.period.timezone),
        }
        for row in _dicts(mine)
    ]
    return {
        "contributions": table,
        "words": review.words,
        "names": not review.without_names,
        "caption": f"the {_many(len(table), 'contribution')}, each with its reasons",
    }


def _picture(figure: Any, alt: str) -> Markup:
    return Markup(figures.picture(figure, alt)) if figure is not None else Markup("")


def _dicts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None for what is missing, as templates know it."""
    return [{name: None if is_missing(value) else value for name, value in row.items()} for row in rows_of(table)]


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
