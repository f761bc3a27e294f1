"""Effort beside counts, what to do next, and whom a sentence for a public thread may name."""

import pandas as pd
import pytest

import contribkit as ck
from contribkit.config.models import Effort, Stakeholder
from contribkit.review import Review
from contribkit.review.questions.leads import next_steps
from contribkit.review.shares import effort_share, hours_of


@pytest.fixture(scope="module")
def review() -> Review:
    return ck.open_review(team="product", period="2026-Q3")


def rows(*kinds: str, **columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"kind": kinds, "hours": [None] * len(kinds)} | columns)


def test_hours_that_somebody_wrote_down_win_over_what_is_assumed() -> None:
    table = rows("meeting", "meeting", hours=[3.5, None])
    assert hours_of(table, Effort(meeting=2)).tolist() == [3.5, 2]


def test_fifty_clicks_weigh_less_than_one_pull_request() -> None:
    table = rows(*["triage"] * 50, "pull_request", lead=["upstream"] * 50 + ["stakeholder"])
    answer = effort_share(table, Effort())
    assert answer.share == round(50 * 0.05 / (50 * 0.05 + 6), 3)
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low < answer.share < answer.high


def test_without_decided_work_there_is_no_share_of_effort() -> None:
    assert effort_share(rows("review", lead=["unclear"]), Effort()).share is None


def test_hours_alone_do_not_move() -> None:
    table = rows("meeting", "meeting", hours=[1.0, 3.0], lead=["upstream", "stakeholder"])
    assert effort_share(table, Effort())[:5] == (4.0, 4.0, 0.25, 0.25, 0.25)


def test_the_headline_gives_the_share_by_effort_with_the_share_by_count_beside_it(review: Review) -> None:
    effort = review.summary["effort"]
    assert f"About {effort['share']:.0%}".replace("%", " %") in review.leads.sentence
    assert "of both, " in review.leads.sentence
    decided = effort["by_lead"]["stakeholder"] + effort["by_lead"]["upstream"]
    assert decided == pytest.approx(effort["hours"], abs=0.1)


def test_each_next_step_leads_to_a_section_of_the_page(review: Review) -> None:
    steps = list(next_steps(review.data))
    assert 0 < len(steps) <= 5
    for _, section in steps:
        assert f'href="#{section}"' in review.leads.html
        assert f'id="{section}"' in review.sections[section].html
    waiting = review.summary["waiting"]
    assert steps[0][0].startswith(f"{waiting} contributions need review")


def test_the_contents_lead_to_every_section(review: Review) -> None:
    for name, section in review.sections.items():
        assert (f'href="#{name}"' in review.head.html) is bool(section.title)


@pytest.mark.parametrize(
    ("kind", "public", "named"),
    [("member", None, True), ("client", None, False), ("client", True, True), ("member", False, False)],
)
def test_a_client_is_named_in_public_only_where_the_file_says_so(kind: str, public: bool | None, named: bool) -> None:
    assert Stakeholder(name="Fern", kind=kind, public=public).may_be_named is named


def test_what_is_offered_for_a_public_thread_names_no_client(review: Review) -> None:
    clients = {one.name for one in review.data.organisation.stakeholders if not one.may_be_named}
    assert clients, "the sample has a client"
    offered = review.stakeholders.tables["cross_links"]["paste_upstream"].dropna()
    assert len(offered)
    assert not [text for text in offered for name in clients if name in text]


def test_the_share_of_effort_moves_with_what_is_assumed_for_one_kind() -> None:
    table = rows("review", "issue", lead=["upstream", "stakeholder"])
    assert effort_share(table, Effort(review=1, issue=1)) == (2.0, 0.0, 0.5, 0.333, 0.667)
