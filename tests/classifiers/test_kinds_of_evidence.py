"""Kinds of evidence for who leads a contribution, one small invented case each."""

import pandas as pd
import pytest

from contribkit import classify
from contribkit.config.models import Goal, Stakeholder, Upstream
from tests.classifiers.test_classifiers import judge, organisation, reference

CITED = {"kind": "issue", "id": "our-example/hub#5", "direction": "out"}
CLIENT = organisation(
    upstream=[Upstream(name="Open Marsh", orgs=["up"])],
    stakeholders=[
        Stakeholder(name="Marsh", kind="client", people=["mia", "max"], codes=["[FC-*]"], labels=["paid"]),
        Stakeholder(name="Dune Bay", kind="client", people=["mia"], aliases=["dunebay"]),
    ],
    goals=[Goal(name="Runtime", codes=["[CARE-*]"])],
)


@pytest.mark.parametrize(
    ("row", "cited", "lead", "stakeholder"),
    [
        # What the contribution cites of our own side: its title, text, labels, and the name of its repository.
        ({"title": "Log times"}, {"title": "Servers at Marsh Lab do not start"}, "stakeholder", "Marsh Lab"),
        ({"title": "Log times"}, {"text": "Marsh Lab filed it."}, "stakeholder", "Marsh Lab"),
        ({"title": "Log times"}, {"labels": ["contract"]}, "stakeholder", None),
        ({"title": "feat: add a graph"}, {"title": "Measure free space"}, "stakeholder", None),
        ({"title": "Say more", "files": ["docs/a.md"]}, {"title": "Hide a link"}, "upstream", None),
        # A thread that plans the care of another project is no need of a stakeholder.
        ({"title": "Follow up"}, {"title": "Review https://github.com/up/app/pull/1"}, "upstream", None),
        ({"title": "Use the newer one"}, {"title": "Follow up #7"}, "upstream", None),
        # What a bot wrote quotes others.
        ({"title": "Log times"}, {"title": "Bump app for Marsh Lab", "by_is_bot": True}, "unclear", None),
    ],
)
def test_what_it_cites_of_our_own_side_counts(row, cited, lead, stakeholder) -> None:
    judged = judge(row, [reference(**CITED | cited)])
    assert (judged.lead, None if pd.isna(judged.stakeholder) else judged.stakeholder) == (lead, stakeholder)


def test_the_name_of_a_cited_repository_of_ours_names_a_stakeholder() -> None:
    judged = judge({"title": "Push again", "links_out": ["our-example/dunebay-image#2"]}, org=CLIENT)
    assert (judged.lead, judged.reasons[0]["rule"]) == ("stakeholder", "tracker")


@pytest.mark.parametrize(
    ("row", "lead", "rule"),
    [
        ({"title": "feat: links [FC-0062]"}, "stakeholder", "title_names"),
        ({"title": "refactor: the runtime [CARE-13]"}, "upstream", "coded_goal"),
        ({"title": "Change a default", "labels": ["Paid"]}, "stakeholder", "thread_label"),
        ({"title": "Drop the block types of Dune Bay"}, "stakeholder", "title_names"),
        ({"title": "Change a default", "body": "A client wants to hide it."}, "stakeholder", "unnamed_client"),
        ({"title": "feat: add a cluster", "files": ["config/dunebay-hub.yaml"]}, "stakeholder", "paths_name"),
        ({"title": "Change a link", "links_out": ["mia/notes#1"]}, "stakeholder", "persons_repository"),
        ({"title": "Change a default", "body": "@mia, does it work?"}, "stakeholder", "stakeholder_person"),
        ({"title": "Change a default", "participants": ["mia", "max"]}, "stakeholder", "stakeholder_person"),
    ],
)
def test_what_else_names_a_stakeholder(row, lead, rule) -> None:
    judged = judge(row, org=CLIENT)
    assert (judged.lead, judged.reasons[0]["rule"]) == (lead, rule)


@pytest.mark.parametrize(
    "row",
    [
        {"body": "Discussed in the chat of Open Marsh."},  # part of the project's own name
        {"body": "Risks: low risk for Dune Bay."},  # who could be hurt did not ask
        {"body": "From https://desk.example/tickets/77"},  # where everything has one, a ticket alone tells nothing
        {"body": "Opens a socket for a client-side cache."},  # no client
        {"participants": ["mia"]},  # one person of two stakeholders
        {"author_is_bot": True, "kind": "comment", "body": "Thanks to @max: Dune Bay wants it", "acts": 2},
    ],
)
def test_what_names_nobody(row) -> None:
    assert judge({"title": "Change a default"} | row, org=CLIENT).lead == "unclear"


def test_one_who_also_maintains_the_project_opens_threads_for_its_sake() -> None:
    review = {"title": "Add a colour", "kind": "review", "author": "mia"}
    assert judge(review, org=CLIENT).lead == "stakeholder"
    rows = [
        {"id": "up/app#1@ada:review", "actor": "ada", "repo": "up/app"} | review,
        {"id": "up/app#2@bob:review", "kind": "review", "actor": "bob", "author": "nora", "merged_by": "mia"},
    ]
    assert classify(pd.DataFrame(rows), None, CLIENT).contributions["lead"][0] != "stakeholder"


def test_small_work_of_one_who_maintains_the_project_is_upkeep() -> None:
    row = {"title": "feat: show a colour", "additions": 3, "deletions": 1}
    assert judge(row).lead == "unclear"
    assert judge(row | {"actor_role": "maintainer"}).lead == "upstream"


def test_a_fix_that_nothing_asked_for_is_everyday_work_and_a_report_is_not() -> None:
    row = {"title": "[BUG] The hub stops"}
    assert judge(row).lead == "upstream"
    assert judge(row | {"body": "From https://desk.example/tickets/77"}).lead == "unclear"
    assert judge(row | {"kind": "issue", "id": "up/app#1@ada:issue"}).lead == "unclear"


def test_a_project_that_no_goal_covers_is_no_key_community() -> None:
    key, aside = Upstream(name="Key", orgs=["key"], key=True), Upstream(name="Up", orgs=["up"])
    org = organisation(upstream=[key, aside], goals=[])
    row = {"title": "Explain an option", "files": ["docs/a.md"]}
    assert judge(row, org=org).lead == "individual"
    assert judge(row | {"actor_role": "maintainer"}, org=org).lead == "upstream"
    assert (
        judge(row, org=organisation(upstream=[key, aside], goals=[Goal(name="G", upstream=["Up"])])).lead == "upstream"
    )


def test_a_members_copy_is_no_own_project_where_a_stakeholder_is_there() -> None:
    row = {"title": "Change a default", "links_out": ["bob/copy#1"]}
    assert judge(row).lead == "individual"
    assert judge(row | {"participants": ["mia"]}).lead != "individual"


def test_in_the_projects_own_affairs_a_short_answer_serves_it() -> None:
    row = {"kind": "comment", "author": "nora", "remarks": ["Yes, please."], "title": "New pages?"}
    assert judge(row).lead == "individual"
    assert judge(row | {"repo": "up/team-compass", "id": "up/team-compass#1@ada:comment"}).lead == "upstream"


def test_a_colleagues_work_is_led_by_whoever_leads_it() -> None:
    row = {"kind": "review", "id": "up/app#1@ada:review", "author": "bob"}
    assert judge(row | {"title": "feat: add a colour"}).lead == "unclear"
    assert judge(row | {"title": "Fix the CI"}).lead == "upstream"


def test_a_review_of_a_colleagues_work_takes_the_lead_of_what_it_reviews() -> None:
    made = {"kind": "pull_request", "actor": "bob", "author": "bob", "title": "feat: add a colour"}
    planned = {"links_in": [{"ref": "our-example/plans#2", "title": "Reviews"}]}
    review = {"kind": "review", "actor": "ada", "author": "bob", "title": "feat: add a colour"}
    rows = [
        made | planned | {"id": "up/app#1@bob:pull_request"},
        review | {"id": "up/app#1@ada:review"},
        made | {"id": "up/app#2@bob:pull_request"},
        review | {"id": "up/app#2@ada:review"},
    ]
    judged = classify(pd.DataFrame(rows), None, organisation()).nested()
    assert list(judged["lead"]) == ["upstream", "upstream", "unclear", "unclear"]
    assert judged["reasons"][1][0]["rule"] == "colleague_in_thread"


def test_documents_and_what_carries_a_change_on_follow_the_thread_they_cite() -> None:
    served = {"links_in": [{"ref": "our-example/plans#1", "title": "Quotas"}]}
    planned = {"links_in": [{"ref": "our-example/plans#2", "title": "Reviews"}]}
    rows = [
        {"title": "feat: quotas", "id": "up/app#1@bob:pull_request"} | served,
        {"title": "Explain quotas", "files": ["docs/quotas.md"], "links_out": ["up/app#1"]},
        {"title": "feat: a queue", "id": "up/app#2@bob:pull_request"} | planned,
        {"title": "feat: use the queue", "links_out": ["up/app#2"]},
        {"title": "feat: another queue"},
    ]
    known = [{"id": f"up/chart#{n}@ada:pull_request", "kind": "pull_request"} | row for n, row in enumerate(rows)]
    judged = classify(pd.DataFrame(known), None, organisation()).nested()
    assert list(judged["lead"]) == ["stakeholder", "stakeholder", "upstream", "upstream", "unclear"]
    assert judged["stakeholder"][1] == "Marsh Lab"


def test_a_cited_thread_on_which_nobody_of_ours_worked_is_known_by_what_our_own_side_says_of_it() -> None:
    row = {"title": "feat: in the chart too", "id": "up/chart#5@ada:pull_request", "links_out": ["Up/App#1"]}
    judged = judge(row, [reference(title="Quotas for Marsh Lab")])
    assert (judged.lead, judged.stakeholder, judged.reasons[0]["rule"]) == ("stakeholder", "Marsh Lab", "linked_thread")
    assert judge(row).lead == "unclear"
    assert judge(row, [reference(kind="issue", text="Foundational: the Health Fund pays")]).lead == "upstream"


def test_a_post_of_ours_ties_the_threads_of_which_it_tells_in_one_sentence() -> None:
    told = "Quotas came with up/app#1 and up/chart#5. Other news: up/chart#6 shows a colour."
    post = [reference(ref=f"up/chart#{n}", kind="document", id="post", text=told) for n in (5, 6)]
    served = {"links_in": [{"ref": "our-example/plans#1", "title": "Quotas"}]}
    rows = [{"id": f"up/chart#{n}@ada:pull_request", "title": "feat: a", "kind": "pull_request"} for n in (5, 6)]
    table = pd.DataFrame([*rows, {"id": "up/app#1@bob:pull_request"} | served])
    leads = list(classify(table, pd.DataFrame(post), organisation()).contributions["lead"][:2])
    assert leads == ["stakeholder", "unclear"]


@pytest.mark.parametrize(
    ("kind", "source", "is_silent"),
    [
        ("commit", "our-example/hub", True),
        ("document", "our-example/hub", False),  # posts tell of little
        ("commit", "our-example/other", False),  # neither repository was read for that day
    ],
)
def test_only_a_place_that_would_know_and_was_read_for_that_day_can_be_silent(
    kind: str, source: str, is_silent: bool
) -> None:
    before = reference(ref="up/app#8", date="2026-07-01", kind=kind, id="a")
    after = reference(ref="up/app#9", date="2026-09-01", kind=kind, id="b", source=source)
    rules = {reason["rule"] for reason in judge({"title": "Change a default"}, [before, after]).reasons}
    assert ("own_side_is_silent" in rules) is is_silent
