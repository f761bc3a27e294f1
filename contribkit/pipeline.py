"""From a contribkit.toml to a review or a plan in one step: load, read labels, classify, show."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Unpack

from contribkit.classifiers import classify
from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.evaluation import EvaluationQuestion
from contribkit.io import write_whole
from contribkit.labels import Labels
from contribkit.loaders import Data, load, load_needs
from contribkit.period import Period
from contribkit.plan import Plan, Planned, PlanOptions, read_planned
from contribkit.review import Question, Review, read_summaries
from contribkit.review.question import Schema
from contribkit.review.questions import PROJECT, TEAM, with_plug_ins
from contribkit.review.review_data import PERIODS, project_slug
from contribkit.review.summary import SCHEMA, schema_of
from contribkit.tables import Judged


class OpenPlanOptions(PlanOptions, total=False):
    """Options of `open_plan`."""

    keep_going: bool


class OpenOptions(OpenPlanOptions, total=False):
    """Options of `open_review`."""

    upstream: str
    reviews: str | Path


def open_review(config: str | Path = "", team: str = "", period: str = "", **options: Unpack[OpenOptions]) -> Review:
    """Load, classify, and return the review of a team or of an upstream project.

    Parameters
    ----------
    config
        Path of contribkit.toml; empty for the invented sample.
    team
        Slug or name of a team; empty for the first.
    period
        ``2026-Q3``, ``2026-07``, ``last quarter`` and the like; empty for the last quarter.
    options
        `upstream`: the name of a project, whose review is opened instead of a team's. `reviews`: the folder of
        earlier reviews, for what changed since they were rendered. `without_names`: show no persons.
        `include_private`: show private threads. `keep_going`: take what can be read where a source is broken.

    Raises
    ------
    ContribkitError
        For a file, a source, a team, a project or a period that cannot be read or found.

    Examples
    --------
    >>> open_review(team="product", period="2026-Q3").needs_review.title
    'What needs review?'
    """
    org, span = _opened(config, period or "last quarter", "" if period else "2026-Q3")
    whose = org.project(options["upstream"]) if options.get("upstream") else org.team(team or org.teams[0].slug)
    keep_going, reviews = options.get("keep_going", False), options.get("reviews", "")
    data, labels, periods = load(org, span, keep_going), Labels.read(org.root / "labels", org), span.last(PERIODS)

    judged = classify(data.contributions, data.references, org, labels)
    questions: Sequence[Question] = PROJECT
    if isinstance(whose, Team):
        unlabelled = partial(classify, data.contributions, data.references, org) if labels.events else lambda: judged
        planned, evaluation = Planned(read_planned(org, span, keep_going)), EvaluationQuestion(unlabelled, labels)
        after: dict[str, list[Question]] = {"goals": [planned], "needs_review": [evaluation]}
        questions = [asked for question in TEAM for asked in (question, *after.get(question.name, []))]
    slug = whose.slug if isinstance(whose, Team) else project_slug(org, whose)
    review = Review(
        judged, data, whose, span, with_plug_ins(questions), labels=labels,
        earlier={before: _judged(data, before, labels) for before in periods[:-1]},
        summaries=read_summaries(reviews, slug, periods) if reviews else {},
        include_private=options.get("include_private", False), without_names=options.get("without_names", False),
    )  # fmt: skip
    review.reopen = partial(open_review, config, **options)
    return review


def open_plan(config: str | Path = "", team: str = "", period: str = "", **options: Unpack[OpenPlanOptions]) -> Plan:
    """Load needs and earlier work, and return the plan of a team for a period.

    Parameters
    ----------
    config, team
        As of `open_review`.
    period
        ``2026-Q4``, ``this quarter`` and the like; empty for the current quarter.
    options
        `without_names`, `include_private` and `keep_going`, as of `open_review`; so is what it raises.

    Examples
    --------
    >>> open_plan(team="product").needs.title
    'Which upstream needs come first?'
    """
    org, span = _opened(config, period or "this quarter", "" if period else "2026-Q4")
    keep_going, last = options.get("keep_going", False), span.previous()
    data, labels = load(org, last, keep_going), Labels.read(org.root / "labels", org)
    earlier = {before: _judged(data, before, labels) for before in last.last(PERIODS)}
    plan = Plan(
        earlier, load_needs(org, keep_going), data, org.team(team or org.teams[0].slug), span,
        include_private=options.get("include_private", False), without_names=options.get("without_names", False),
    )  # fmt: skip
    plan.reopen = partial(open_plan, config, **options)
    return plan


def _judged(data: Data, period: Period, labels: Labels) -> Judged:
    """Return the judged contributions of a period before the loaded one; of most, nothing is known."""
    rows = data.fold(period)
    return classify(rows, data.references, data.organisation, labels) if len(rows) else Judged.of(rows)


def _opened(config: str | Path, period: str, of_sample: str) -> tuple[Organisation, Period]:
    org = Organisation.read(config) if config else Organisation.read_sample()
    return org, Period((org.sample and of_sample) or period, org.timezone)


def summary_schema() -> Schema:
    """Return the JSON schema of ``summary.json``; ``python -m contribkit.pipeline`` writes it into the package anew."""
    return schema_of(TEAM, [*PROJECT, Planned, EvaluationQuestion])


if __name__ == "__main__":
    write_whole(SCHEMA, json.dumps(summary_schema(), indent=1, ensure_ascii=False) + "\n")
