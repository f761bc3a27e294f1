"""Learning from people: when the model may lead, that it speaks in the words of the rules, and what labels buy."""

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest

from contribkit import Labels, Organisation, classify
from contribkit.classifiers.model import MIN_LABELS, Learning, Model, examples, learn
from contribkit.tables import CONTRIBUTIONS, JUDGED, conform, records

ORG = Organisation.read_sample()
SORTS = {
    # What rules call upstream-led, and what this team makes of it.
    "docs": ({"title": "Explain tide gauges", "files": ["docs/tides.md"]}, "individual"),
    "ci": ({"title": "Fix flaky tests in CI", "files": [".github/workflows/test.yml"]}, "upstream"),
    "release": ({"title": "Release 1.2", "kind": "release"}, "upstream"),
}


def contributions(count, sorts=SORTS):
    """Return a table that holds each sort so many times, each in a thread of its own."""
    rows = [
        {"kind": "pull_request", "actor": "ada-example", "author": "ada-example", "repo": "wicketlamp-example/lamp"}
        | row
        | {"id": f"wicketlamp-example/lamp#{number}{name}@ada-example:{row.get('kind', 'pull_request')}"}
        for name, (row, _) in sorts.items()
        for number in range(count)
    ]
    return conform(pd.DataFrame(rows), CONTRIBUTIONS)


def said(ids, leads, by="ada-example"):
    """Return a label log in which one person gave each contribution a lead."""
    return Labels([
        {"v": 1, "id": f"{n:026}", "at": "2026-10-01T00:00:00Z", "by": by, "op": "label", "item": item, "lead": lead}
        for n, (item, lead) in enumerate(zip(ids, leads, strict=True))
    ])  # fmt: skip


def truth(table, sorts=SORTS):
    """Return what this team makes of each contribution."""
    return [next(lead for name, (_, lead) in sorts.items() if f"{name}@" in item) for item in table["id"]]


def learned(table, labels, org=ORG):
    """Return what is learned from labels, and the contributions as the model answers them."""
    rules = classify(table, None, org)
    learning, model = learn(rules, labels.effective, org.word)
    return learning, model.answer(rules, labels.effective) if model else rules


def by_model(judged):
    """Return the contributions that the model answers."""
    return judged.contributions[judged.contributions["decided_by"] == "model"]


def test_below_sixty_labels_no_model_is_tried_and_the_review_can_say_so():
    table = contributions(20)
    learning, judged = learned(table, said(table["id"][:41], truth(table)[:41]))
    assert (learning.leads, learning.labels, len(by_model(judged))) == ("rules", 41, 0)
    assert learning.sentence == f"the rules answer: 41 labels, and a model is tried from {MIN_LABELS} on"


def test_labels_of_one_lead_teach_nothing():
    table = contributions(30)
    learning, _ = learned(table, said(table["id"], ["upstream"] * len(table)))
    assert learning.sentence == "the rules answer: 90 labels, and all are of one lead"


def test_labels_for_contributions_that_are_not_here_are_counted_and_teach_nothing():
    table = contributions(20)
    ids = [*table["id"][:10], *(f"else/where#{number}@ada-example:issue" for number in range(70))]
    learning, _ = learned(table, said(ids, ["upstream", "individual"] * 40))
    assert (learning.labels, learning.elsewhere) == (10, 70)
    assert learning.sentence.endswith("; 70 labels for other contributions")


def test_disputed_labels_teach_nothing():
    table = contributions(30)
    first, second = said(table["id"], truth(table)), said(table["id"], ["stakeholder"] * len(table), "bela-example")
    both = [*first.events, *(event | {"id": f"1{event['id'][1:]}"} for event in second.events)]
    learning, _ = learned(table, Labels(both))
    assert learning.labels == 0


def test_where_people_keep_disagreeing_with_the_rules_the_model_replaces_them():
    table = contributions(60)
    labelled = table[table.index % 2 == 0]
    learning, judged = learned(table, said(labelled["id"], truth(labelled)))
    assert learning.leads == "model"
    assert learning.model_score > learning.rules_score
    assert learning.sentence.startswith("the model answers: it agrees with 100 % of 90 labels, the rules with 67 %")
    answers = by_model(judged)
    assert list(answers.index) == [number for number in range(len(table)) if number % 2]  # people keep theirs
    assert list(answers["lead"]) == truth(table)[1::2]


def test_reasons_stay_in_the_words_of_the_rules_with_at_most_one_plain_one_that_is_true():
    table = contributions(60)
    labelled = table[table.index % 2 == 0]
    rules = classify(table, None, ORG)
    _, judged = learned(table, said(labelled["id"], truth(labelled)))
    of_rules = judged.reasons[judged.reasons["rule"] != "learned_from_labels"]
    words = ["id", "rule", "lead", "sentence", "evidence"]
    assert set(of_rules[words].itertuples(index=False)) == set(rules.reasons[words].itertuples(index=False))
    plain = judged.reasons[judged.reasons["rule"] == "learned_from_labels"]
    assert plain["id"].is_unique
    assert set(plain["id"]) <= set(by_model(judged)["id"])
    for _, some in judged.reasons.groupby("id"):
        assert some["weight"].abs().is_monotonic_decreasing
    docs = judged.reasons[judged.reasons["id"] == table["id"][1]]
    assert docs.set_index("rule").loc["upkeep", "weight"] < 1.2  # people do not believe it
    sentence = 'people mostly labelled words like "explain", "gauges", "tide" individual-led'
    assert docs["sentence"].iloc[0] == sentence
    assert judged.contributions["confidence"][1] <= 0.6  # title and paths alone


def test_rows_in_another_order_give_the_same_answers():
    table = contributions(40)
    labels = said(table["id"][::2], truth(table)[::2])
    first, second = learned(table, labels), learned(table.iloc[::-1].reset_index(drop=True), labels)
    assert first[0] == second[0]
    assert first[0].leads == "model"
    columns = ["id", "lead", "confidence", "decided_by"]
    turned = second[1].contributions[columns][::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(first[1].contributions[columns], turned)
    pd.testing.assert_frame_equal(learned(table, labels)[1].reasons, first[1].reasons)


def test_weak_examples_do_not_depend_on_what_else_is_there():
    def weak(ids):
        return set(examples(classify(pd.DataFrame({"id": ids}), None, ORG), {}).contributions["id"])

    ids = [f"o/r#{number}@ada:issue" for number in range(2000)]
    assert len(weak(ids)) == 500
    assert weak(ids) == weak(ids[::-1])
    assert weak(ids) & set(ids[:1000]) <= weak(ids[:1000])


def test_what_the_guideline_settles_no_label_unsettles():
    table = contributions(60)
    late = table.assign(actor="bela-example", happened_at=pd.Timestamp("2026-08-01", tz="UTC"))  # left in May
    both = conform(pd.concat([table, late.assign(id=late["id"].str.replace("lamp#", "lamp#9"))]), CONTRIBUTIONS)
    both = both.reset_index(drop=True)
    labelled = both[: len(table)]
    learning, judged = learned(both, said(labelled["id"], truth(labelled)))
    assert learning.leads == "model"
    settled = judged.contributions[len(table) :]
    assert set(settled["lead"]) == {"individual"}
    first = judged.reasons.drop_duplicates("id").set_index("id")
    assert set(first.loc[settled["id"], "rule"]) == set(classify(late[:1], None, ORG).reasons["rule"][:1])


@pytest.mark.parametrize(
    "words", [None, "", "潮位計の説明 を書く", "Объяснить приливы", "\x00 \u202e 🦀", "a" * 60_000]
)
def test_texts_of_any_script_and_none_at_all(words):
    table = contributions(25).assign(title=words, body=words)
    judged = classify(table, None, ORG)
    model = Model(judged).fit(pd.Series(truth(table), index=table.index, dtype="str"))
    answers = model.answer(judged, pd.Series(True, index=table.index)).contributions
    assert set(answers["lead"]) <= {"stakeholder", "upstream", "individual", "unclear"}
    assert answers["confidence"].between(0, 1).all()


def test_what_people_call_unclear_keeps_the_model_silent():
    table = contributions(40)
    leads = ["unclear" if lead == "individual" else lead for lead in truth(table)]
    answers = (
        Model(classify(table, None, ORG)).fit(pd.Series(leads, index=table.index, dtype="str")).leads().sort_index()
    )
    assert set(answers[:40]) == {"unclear"}
    assert set(answers[40:]) == {"upstream"}


def test_classify_lets_the_model_answer_and_people_keep_theirs():
    table = contributions(60)
    labelled = table[table.index % 2 == 0]
    labels = said(labelled["id"], truth(labelled))
    found = classify(table, None, ORG, labels)
    judged = found.nested()
    assert list(judged["decided_by"]) == ["person", "model"] * (len(table) // 2)
    assert list(judged["lead"]) == truth(table)
    assert found.notes == [learned(table, labels)[0].sentence]
    assert classify(table, None, ORG).notes == []
    assert (
        classify(table.set_index(pd.Index([7] * len(table))), None, ORG, labels)
        .contributions["lead"]
        .equals(judged["lead"].set_axis([7] * len(table)))
    )
    before = classify(table, None, ORG).contributions["lead"]
    changed = before != judged["lead"]
    assert set(before[changed] + " to " + judged["lead"][changed]) == {"upstream to individual"}


# ---- The real set ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(realset):
    """Return organisation, contributions, references, labels by id, and the real set's own way to score."""
    from contribkit.loaders.records import read_records

    spec = importlib.util.spec_from_file_location("score", realset / "score.py")
    scores = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scores)
    org = Organisation.read(realset / "contribkit.toml")
    table = conform(
        pd.DataFrame(list(read_records(realset / "contributions.jsonl", "contributions"))), CONTRIBUTIONS, org.timezone
    )
    files = [realset / "references.jsonl", realset / "references_cited.jsonl"]
    references = pd.DataFrame([row for file in files for row in read_records(file, "references")])
    labels = {row["id"]: row for row in map(json.loads, (realset / "labels.jsonl").read_text().splitlines())}
    return org, table, references, labels, scores.score


def halves(ids, draw):
    """Return ids in two halves that share no thread."""
    threads = sorted({item.split(":")[0].rsplit("@", 1)[0] for item in ids})
    chosen = set(np.random.default_rng(draw).permutation(threads)[: len(threads) // 2])
    first = [item for item in ids if item.split(":")[0].rsplit("@", 1)[0] in chosen]
    return first, [item for item in ids if item not in set(first)]


def test_half_of_the_real_labels_never_hurt_the_other_half(real):
    org, table, references, labels, score = real
    without = {row["id"]: row for row in records(classify(table, references, org).contributions[["id", *JUDGED]])}
    gains = []
    for draw in range(5):
        first, second = halves(list(table["id"]), draw)
        known = said(first, [labels[item]["lead"] for item in first])
        judged = {
            row["id"]: row for row in records(classify(table, references, org, known).contributions[["id", *JUDGED]])
        }
        assert all(judged[item]["decided_by"] == "person" for item in first)
        scores = [score([(rows[item], labels[item]) for item in second])["macro_f1"] for rows in (judged, without)]
        gains.append(scores[0] - scores[1])
    assert np.mean(gains) >= 0
    assert min(gains) >= -0.03


def test_on_the_real_set_a_model_by_itself_is_near_the_rules_and_its_answers_are_probabilities(real):
    org, table, _, labels, _ = real
    judged = classify(table, None, org)
    first, _ = halves(list(table["id"]), 0)
    leads = table["id"].map(lambda item: labels[item]["lead"])
    unseen = ~table["id"].isin(first)
    model = Model(judged).fit(leads.astype("str").mask(unseen))
    answers = model.answer(judged, unseen).contributions[unseen]
    hits, of_rules = (rows["lead"][unseen] == leads[unseen] for rows in (answers, judged.contributions))
    assert hits.mean() > of_rules.mean() - 0.1
    sure = answers[(answers["lead"] != "unclear") & (answers["decided_by"] == "model")]
    assert sure["confidence"].between(0.5, 0.95).all()


def test_what_was_learned_is_a_sentence():
    assert Learning("rules", 70, 1, 0.9, 0.91, 0.4).sentence == (
        "the rules answer: they agree with 90 % of 70 labels, a model with 91 %, which is not significantly better "
        "(p = 0.4); 1 label for other contributions"
    )
