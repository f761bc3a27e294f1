"""Pages over reviews: the index of a period's teams, and the overview of all periods in a folder of reviews."""

import json
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.io import write_whole
from contribkit.period import Period
from contribkit.review import page
from contribkit.review.review_data import project_slug
from contribkit.review.shares import lead_counts
from contribkit.review.summary import UNCOVERED, read_headline
from contribkit.text import MISSING
from contribkit.vocabulary import LEADS, Lead

_SIGNS = 20  # of a bar: each stands for a twentieth


class Rendered(NamedTuple):
    """One review or plan, of a team or a project: where it is, and what stopped it, if anything did."""

    team: str
    slug: str
    folder: Path
    failure: str | None = None
    stem: str = "review"

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / f"{self.stem}.html"

    @property
    def printable(self) -> Path:
        """The page to print; it is there where it was asked for."""
        return self.folder / "print.html"


def write_index(organisation: Organisation, period: Period, folder: Path, results: list[Rendered]) -> None:
    """Write ``index.html`` over the reviews of all teams into a folder; what two teams share counts once."""
    unique, teams = dict[str, str](), list[tuple[Rendered, dict[str, int] | None]]()
    for result in results:
        if result.failure is None:
            rows = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))["rows"]
            leads = {row["id"].casefold(): row["lead"] for row in rows}
            unique |= leads
        teams.append((result, lead_counts(leads.values()) if result.failure is None else None))
    together = lead_counts(unique.values())
    words = {lead: organisation.word(lead) for lead in together}
    counted = "; ".join(f"{count} {words[lead]}" for lead, count in together.items())
    body = page.html(
        "index.html", organisation=organisation.name, period=str(period), sample=organisation.sample, words=words,
        teams=teams, together=together, rows=len(unique), sentence=f"{len(unique)} contributions: {counted}.",
    )  # fmt: skip
    write_whole(folder / "index.html", page.document(f"{organisation.name} · {period}", body))


def write_overview(organisation: Organisation, reviews: Path) -> None:
    """Write ``index.html`` over all periods in a folder of reviews, newest first, unless people put another there."""
    place, periods = reviews / "index.html", list[Period]()
    if place.exists() and 'class="contribkit-page"' not in place.read_text(encoding="utf-8", errors="replace"):
        return
    for folder in filter(Path.is_dir, reviews.iterdir()):
        with suppress(ContribkitError):
            period = Period(folder.name, organisation.timezone)
            periods += [period] if str(period) == folder.name else []
    periods.sort(key=lambda period: (period.start, period.end), reverse=True)

    def reviewed(slug: str) -> list[Period]:
        return [period for period in periods if (reviews / str(period) / slug / "review.html").is_file()]

    teams = [(one, [_line(reviews, one.slug, period) for period in reviewed(one.slug)]) for one in organisation.teams]
    slugs = {project_slug(organisation, project): project.name for project in organisation.upstream}
    body = page.html(
        "overview.html", organisation=organisation.name, sample=organisation.sample, teams=teams,
        words={str(lead): organisation.word(lead) for lead in Lead},
        projects=[(name, slug, found) for slug, name in slugs.items() if (found := reviewed(slug))],
        indexed=[period for period in periods if (reviews / str(period) / "index.html").is_file()],
    )  # fmt: skip
    write_whole(place, page.document(f"{organisation.name} · upstream contributions", body))


def _line(reviews: Path, slug: str, period: Period) -> dict[str, Any]:
    """Return who led what by a review's summary: shares of decided work, and a bar of all, or why there are none."""
    entry = read_headline(reviews / str(period) / slug / "summary.json", str(period))
    counts: list[Any] = [entry.get(lead) for lead in Lead]
    line = {"period": period, "shares": [MISSING] * len(LEADS), "unclear": MISSING, "rows": MISSING, "bar": []}
    if not all(isinstance(count, int) for count in counts):
        return line | {"why": "its summary does not tell"}
    total, decided = sum(counts), sum(counts[: len(LEADS)])
    line |= {"unclear": counts[-1], "rows": total, "why": "no contributions"}
    if entry.get("no_share") == UNCOVERED or not total:
        return line | ({"why": UNCOVERED} if total else {})
    ends = [round(_SIGNS * end / total) for end in accumulate(counts, initial=0)]
    bar = [(lead, lead.shape * (end - start)) for lead, (start, end) in zip(Lead, pairwise(ends), strict=True)]
    shares = [page.percent(round(count / decided, 3) if decided else None) for count in counts[: len(LEADS)]]
    return line | {"shares": shares, "bar": bar}
