"""Agreement between people, and the audit that corrects shares."""

import numpy as np
import pandas as pd
import pytest

from contribkit.evaluation import blind_sample, corrected_shares, evaluate
from contribkit.evaluation.agreement import agreement, anchoring_bias, cohen_kappa, krippendorff_alpha
from contribkit.labels import Labels
from contribkit.tables import REASONS, Judged, empty
from contribkit.vocabulary import LEADS, Lead
from tests.helpers.builders import evaluation_section

WORDS = {"s": "stakeholder", "u": "upstream", "i": "individual", "?": "unclear"}


def answers(table):
    """Make answers from a table, without reasons."""
    return Judged(table, empty(REASONS))


def item(number):
    return f"o/r#{number}@cy:review"


def event(number, by, lead=None, op="label", at=0, **more):
    name = f"{number:03}{by}{op}{at}"
    start = {"v": 1, "id": name, "at": f"2026-10-01T10:{at:02}:00Z", "by": by, "op": op, "item": item(number)}
    return start | ({"lead": WORDS[lead]} if lead else {}) | more


def labels(**people):
    """Make label logs from person to a text, one letter a contribution; a dot for none."""
    said = [event(n, by, lead) for by, text in people.items() for n, lead in enumerate(text) if lead != "."]
    return Labels(said)


def test_agreement_by_hand():
    # 4 of 5 alike; by chance 0.6 x 0.4 + 0.4 x 0.6 = 0.48: kappa (0.8 - 0.48) / 0.52
    found = agreement(labels(ada="uuuss", bob="uusss"))
    assert (found.people, found.rows, found.raw) == (2, 5, 0.8)
    pair = found.pairs.iloc[0]
    assert (pair["first"], pair["second"], pair["n"], pair["raw"]) == ("ada", "bob", 5, 0.8)
    assert pair["kappa"] == pytest.approx((0.8 - 0.48) / 0.52)
    # Krippendorff: 10 values, 5 of each; D_o = 2/10, D_e = 2 x 5 x 5 / (10 x 9)
    assert found.alpha == pytest.approx(1 - 0.2 / (50 / 90))


def test_alpha_takes_people_who_labelled_different_rows():
    # Krippendorff 2011, example C: four observers, twelve units, missing values; nominal alpha 0.743
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
    c = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
    counts = pd.DataFrame([a, b, c, d]).apply(lambda unit: unit.value_counts()).fillna(0).T
    assert krippendorff_alpha(counts) == pytest.approx(0.743, abs=0.0005)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ({}, "fewer than two people"),
        ({"ada": "us"}, "fewer than two people"),
        ({"ada": "us..", "bob": "..us"}, "no two people labelled the same"),
    ],
)
def test_agreement_is_missing_where_there_is_none_to_tell(people, reason):
    found = agreement(labels(**people))
    assert (found.raw, found.alpha, found.rows) == (None, None, 0)
    assert reason in found.reason


def test_one_lead_alone_does_not_tell_agreement_from_chance():
    found = agreement(labels(ada="uu", bob="uu"))
    assert (found.raw, found.alpha) == (1.0, None)
    assert found.pairs["kappa"].isna().all()
    assert "only one lead was given" in found.reason


def test_an_adjudication_is_no_opinion_and_can_be_undone():
    said = [event(0, "ada", "u"), event(0, "bob", "s"), event(0, "ada", "s", "adjudicate", 5)]
    assert agreement(Labels(said)).raw == 0.0
    undone = agreement(Labels([*said, event(0, "ada", None, "undo", 6)]))
    assert (undone.rows, undone.raw) == (1, 0.0)


def test_disputed_labels_are_no_truth_and_are_said():
    judged = pd.DataFrame({"id": [item(0), item(1)], "lead": ["upstream"] * 2})
    found = evaluate(answers(judged), labels(ada="us", bob="uu"), draws=5)
    assert len(found.pairs) == 1
    assert found.notes[0].startswith("left out: 1 contribution on which people disagree ")
    assert "ada and bob" in found.as_text({str(lead): lead.word for lead in Lead})
    page = evaluation_section(answers(judged), labels(ada="us", bob="uu")).html
    assert "ada" not in page
    assert "agree on 0.500 of 2 contributions" in page


def audited(answers, truths):
    """Make judged rows and a sample from counts by answer, and counts by (answer, truth)."""
    leads = [WORDS[answer] for answer, count in answers.items() for _ in range(count)]
    judged = pd.DataFrame({"id": [item(number) for number in range(len(leads))], "lead": leads})
    sample, used = [], dict.fromkeys(answers, 0)
    starts = {answer: leads.index(WORDS[answer]) for answer in answers}
    for (answer, truth), count in truths.items():
        for _ in range(count):
            sample.append((item(starts[answer] + used[answer]), WORDS[truth]))
            used[answer] += 1
    return judged, pd.DataFrame(sample, columns=["id", "lead"])


def test_corrected_shares_by_hand():
    # 60 answered upstream (3 of 4 right, else stakeholder), 40 stakeholder (4 of 5 right, else upstream)
    sample = {("u", "u"): 15, ("u", "s"): 5, ("s", "s"): 8, ("s", "u"): 2}
    found = corrected_shares(*audited({"u": 60, "s": 40}, sample))
    table = found.table.set_index("lead")
    assert table.loc["upstream", "corrected"] == pytest.approx(0.6 * 0.75 + 0.4 * 0.2)
    assert table.loc["stakeholder", "corrected"] == pytest.approx(0.6 * 0.25 + 0.4 * 0.8)
    assert table.loc["upstream", "share"] == 0.6
    assert table.loc["upstream", "corrected_rows"] == pytest.approx(53)
    assert table.loc["upstream", "low"] < 0.53 < table.loc["upstream", "high"]
    assert table.loc["unclear", ["share", "corrected", "low"]].isna().all()
    assert (found.upstream_share.part, found.upstream_share.whole, found.upstream_share.share) == (53, 100, 0.53)


def test_shares_are_of_the_three_leads_and_the_unclear_are_spread():
    # half is unclear as answered; of these all are truly individual
    sample = {("u", "u"): 10, ("?", "i"): 10}
    table = corrected_shares(*audited({"u": 50, "?": 50}, sample)).table.set_index("lead")
    assert table.loc["upstream", "share"] == 1.0
    assert table.loc["individual", "corrected"] == 0.5


def test_answers_with_few_labels_are_corrected_together():
    # of individual and unclear answers two rows are labelled each: not five, so the upstream ones join them
    sample = {("u", "u"): 18, ("i", "i"): 2, ("?", "u"): 2, ("s", "s"): 20}
    table = corrected_shares(*audited({"u": 50, "i": 10, "?": 10, "s": 30}, sample)).table.set_index("lead")
    assert table.loc["individual", "corrected"] == pytest.approx(0.7 * 2 / 22, abs=0.001)
    assert table.loc["stakeholder", "corrected"] == pytest.approx(0.3)


def test_all_right_still_leaves_doubt():
    table = corrected_shares(*audited({"u": 100, "s": 100}, {("u", "u"): 12, ("s", "s"): 12})).table.set_index("lead")
    assert table.loc["upstream", "corrected"] == 0.5
    assert table.loc["upstream", "high"] - table.loc["upstream", "low"] > 0.05


def test_intervals_hold_what_they_promise():
    """Of many samples of a known whole about 95 % of the intervals hold the true share."""
    rng, held = np.random.default_rng(1), 0
    leads = np.array(["upstream"] * 300 + ["stakeholder"] * 200)
    wrong = rng.random(500) < 0.2
    truth = np.where(wrong, np.where(leads == "upstream", "stakeholder", "upstream"), leads)
    judged = pd.DataFrame({"id": [item(number) for number in range(500)], "lead": leads})
    share = (truth == "upstream").mean()
    for seed in range(100):
        drawn = rng.choice(500, 80, replace=False)
        sample = judged.iloc[drawn][["id"]].assign(lead=truth[drawn])
        row = corrected_shares(judged, sample, draws=400, seed=seed).table.set_index("lead").loc["upstream"]
        held += row["low"] <= share <= row["high"]
    assert 90 <= held <= 100


@pytest.mark.parametrize(
    ("count", "decided", "reason"),
    [
        (0, "rules", "no random sample was labelled with the answers hidden"),
        (19, "rules", "19 rows of the random sample are labelled; 20 are needed"),
        (30, "person", "people's own decisions"),
    ],
)
def test_what_cannot_be_corrected_is_not(count, decided, reason):
    judged, sample = audited({"u": 40}, {("u", "u"): count})
    found = corrected_shares(judged.assign(decided_by=decided), sample)
    assert found.table is None
    assert found.upstream_share is None
    assert reason in found.reason


def test_the_audit_sample_is_what_was_labelled_blind():
    said = [
        event(0, "ada", "u", seen={"blind": True}),
        event(1, "ada", "u", seen={"blind": False, "lead": "upstream"}),
        event(2, "ada", "u"),
        event(3, "ada", "s", seen={"blind": True}),
        event(3, "ada", None, "undo", 5),
    ]
    assert blind_sample(Labels(said))["id"].tolist() == [item(0)]


def test_blind_labels_correct_the_shares_of_an_evaluation():
    judged, sample = audited({"u": 60, "s": 40}, {("u", "u"): 15, ("u", "s"): 5, ("s", "s"): 8, ("s", "u"): 2})
    letters = {word: letter for letter, word in WORDS.items()}
    number = sample["id"].str.extract(r"#(\d+)@")[0].astype(int)
    said = [
        event(n, "ada", letters[lead], seen={"blind": True}) for n, lead in zip(number, sample["lead"], strict=True)
    ]
    found = evaluate(answers(judged), Labels(said), draws=5)
    assert found.corrected.upstream_share.share == 0.53
    text = " ".join(found.as_text({str(lead): lead.word for lead in Lead}).split())
    assert "upstream-led of stakeholder- and upstream-led work: 0.530" in text
    assert (
        "Shares, corrected by a random sample of 30 contributions"
        in evaluation_section(answers(judged), Labels(said)).html
    )


def given(counts, blind):
    """Make labels that agree with the machine so often, of so many."""
    agree, total = counts
    seen = {"lead": "upstream", "blind": blind}
    side = 1000 if blind else 0
    return [event(side + n, "ada", "u" if n < agree else "s", seen=seen) for n in range(total)]


def test_anchoring_bias_as_in_the_literature():
    # Newcombe 1998, table II, contrast (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339
    found = anchoring_bias(Labels([*given((56, 70), False), *given((48, 80), True)]))
    assert (found.shown.share, found.hidden.share, found.difference) == (0.8, 0.6, 0.2)
    assert [found.low, found.high] == pytest.approx([0.0524, 0.3339], abs=0.001)


def test_anchoring_bias_counts_current_labels_of_the_sample_where_there_was_an_answer():
    said = [*given((10, 10), False), *given((0, 10), True)]
    abstained = {"lead": "unclear", "blind": True}
    noise = [
        event(2000, "ada", "u", seen=abstained),
        event(2001, "ada", "u", op="adjudicate", seen={"lead": "upstream", "blind": True}),
        event(2002, "ada", "u", seen={"lead": "upstream", "blind": True}),
        event(2002, "ada", op="undo", at=1),
        event(2003, "ada", "u"),
    ]
    found = anchoring_bias(Labels([*said, *noise]))
    assert (found.hidden.whole, found.shown.whole, found.difference) == (10, 10, 1.0)
    few = anchoring_bias(Labels(said), [item(0)])
    assert few.reason.startswith("0 labels with the answer hidden and 1 with it shown")


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    leads = np.array([str(lead) for lead in LEADS])
    rng = np.random.default_rng(0)
    for size in (2, 9, 200):
        ours, theirs = leads[rng.integers(3, size=size)], leads[rng.integers(3, size=size)]
        assert cohen_kappa(ours, theirs) == pytest.approx(cohen_kappa_score(ours, theirs))
    assert cohen_kappa(leads[[0, 0]], leads[[0, 0]]) is None
