"""Golden cases: every folder below ``cases`` that holds an ``expected.json`` is a test.

A case has a contribkit.toml with records and labels, all invented, and in ``expected.json`` the period, words that the
page says, and the part of the summary that was worked by hand.
"""

import json
import re
from pathlib import Path

import jsonschema
import pytest

import contribkit as ck
from tests.review.test_review import SCHEMA

CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "cases").rglob("expected.json"))


def differences(expected, found, place=""):
    """Yield where the expected part and what was found differ; lists are compared whole, objects by the keys named."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from differences(value, found.get(name, "nothing"), f"{place}/{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, f"{place}/{number}")
    elif expected != found:
        yield f"{place}: {found!r}, not {expected!r}"


def review_of(folder, period, **options):
    org = ck.Organisation.read(folder / "contribkit.toml")
    span = ck.Period(period, org.timezone)
    data, labels = ck.load(org, span), ck.Labels.read(folder / "labels")
    judged = ck.classify(data.contributions, data.references, org, labels)
    earlier = {before: ck.classify(data.fold(before), data.references, org, labels) for before in span.last(4)[:-1]}
    return ck.Review(judged, data, org.team(), span, earlier=earlier, labels=labels, **options)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("without_names", [False, True], ids=["with names", "without names"])
def test_a_golden_case_gives_the_summary_that_was_worked_by_hand_and_reads_well(folder, without_names):
    expected = json.loads((folder / "expected.json").read_text())
    review = review_of(folder, expected["period"], without_names=without_names)
    jsonschema.validate(review.summary, SCHEMA)
    page = review._repr_html_()
    assert re.findall(r"\b(?:nan|NaN|NaT|None|inf)\b|<NA>", page) == []
    if not without_names:
        assert len(review.sortable.table) == len(review.rows)
        assert "&lt;a href" not in review.sortable._repr_html_()
        assert list(differences(expected["summary"], review.summary)) == []
        assert [words for words in expected["says"] if words not in page] == []


def test_there_are_cases():
    assert len(CASES) >= 10
