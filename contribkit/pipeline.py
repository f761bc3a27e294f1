"""From a contribkit.toml to a review or a plan in one step: load, read labels, classify, show."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import pandas as pd

from contribkit.classifiers import classify
from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.evaluation import section as evaluation_section
from contribkit.labels import Labels
from contribkit.loaders import Data, load, load_needs
from contribkit.period import Period
from contribkit.plan import Plan, Planned, PlanOptions, read_planned
from contribkit.review import Question, Review, read_summaries
from contribkit.review.page import Section
from contribkit.review.question import Prepared, Schema
from contribkit.review.questions import PROJECT, TEAM, with_plug_ins
from contribkit.review.review_data import PERIODS, project_slug
from contribkit.review.summary import schema_of
from contribkit.tables import Judged

EVALUATION_SCHEMA = {"description": "Where people labelled: how far answers and people agree.", "type": "object"}


class OpenOptions(TypedDict, total=False):
    """Options of `open_review`."""

    upstream: str
    reviews: str | Path
    without_names: bool
    include_private: bool
    keep_going: bool


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
    org = Organisation.read(config) if config else Organisation.read_sample()
    span = Period(period or ("2026-Q3" if org.sample else "last quarter"), org.timezone)
    whose = org.project(options["upstream"]) if options.get("upstream") else org.team(team or org.teams[0].slug)
    keep_going, reviews = options.get("keep_going", False), options.get("reviews", "")
    data, labels, periods = load(org, span, keep_going), Labels.read(org.root / "labels", org), span.last(PERIODS)

    def judge(rows: pd.DataFrame) -> Judged:
        return classify(rows, data.references, org, labels)

    judged = judge(data.contributions)
    is_team = isinstance(whose, Team)
    slug = whose.slug if isinstance(whose, Team) else project_slug(org, whose)
    review = Review(
        judged, data, whose, span, with_plug_ins(_of_team(data, judged, labels, keep_going) if is_team else PROJECT),
        earlier={before: judge(data.fold(before)) for before in periods[:-1]}, labels=labels,
        summaries=read_summaries(reviews, slug, periods) if reviews else {},
        include_private=options.get("include_private", False), without_names=options.get("without_names", False),
    )  # fmt: skip

    def reopen(name: str, then: str, without_names: bool) -> Review:
        changed: OpenOptions = {**options, "without_names": without_names}
        if not is_team:
            changed["upstream"] = name
        return open_review(config, name if is_team else "", then, **changed)

    review.reopen = reopen
    return review


def summary_schema() -> Schema:
    """Return the JSON schema of ``summary.json``, which ``contribkit/review/summary.schema.json`` holds.

    ``python -m contribkit.pipeline > contribkit/review/summary.schema.json`` writes it anew.
    """
    evaluation = Prepared("evaluation", "", {"evaluation": EVALUATION_SCHEMA}, lambda _: Section("", "", ""))
    return schema_of(TEAM, [*PROJECT, Planned(None), evaluation])


def _of_team(data: Data, judged: Judged, labels: Labels, keep_going: bool) -> Sequence[Question]:
    """Return what a team is asked, with what came of its plan, and how far the answers can be believed."""
    org = data.organisation
    saved = read_planned(org, data.period, keep_going)

    def unlabelled() -> Judged:
        return classify(data.contributions, data.references, org) if labels.events else judged

    evaluation = Prepared(
        "evaluation", "How far can the answers be believed?", {"evaluation": EVALUATION_SCHEMA},
        lambda shown: evaluation_section(unlabelled(), labels, shown.words),
    )  # fmt: skip
    after: dict[str, list[Question]] = {"goals": [Planned(saved)], "needs_review": [evaluation]}
    return [asked for question in TEAM for asked in (question, *after.get(question.name, []))]


class OpenPlanOptions(PlanOptions, total=False):
    """Options of `open_plan`."""

    keep_going: bool


def open_plan(config: str | Path = "", team: str = "", period: str = "", **options: Unpack[OpenPlanOptions]) -> Plan:
    """Load needs and earlier work, and return the plan of a team for a period.

    Parameters
    ----------
    config
        Path of contribkit.toml; empty for the invented sample.
    team
        Slug or name of a team; empty for the first.
    period
        ``2026-Q4``, ``this quarter`` and the like; empty for the current quarter.
    options
        `without_names`: show no persons. `include_private`: show private threads. `keep_going`: take what can be read
        where a source is broken.

    Raises
    ------
    ContribkitError
        For a file, a source, a team or a period that cannot be read or found.

    Examples
    --------
    >>> open_plan(team="product").needs.title
    'Which upstream needs come first?'
    """
    org = Organisation.read(config) if config else Organisation.read_sample()
    span = Period(period or ("2026-Q4" if org.sample else "this quarter"), org.timezone)
    keep_going = options.get("keep_going", False)
    data, labels = load(org, span.previous(), keep_going), Labels.read(org.root / "labels")
    earlier = {
        before: classify(data.fold(before), data.references, org, labels) for before in span.previous().last(PERIODS)
    }
    return Plan(
        earlier, load_needs(org, keep_going), data, org.team(team or org.teams[0].slug), span,
        include_private=options.get("include_private", False), without_names=options.get("without_names", False),
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(summary_schema(), indent=1, ensure_ascii=False))
