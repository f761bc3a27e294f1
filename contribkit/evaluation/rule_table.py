"""How each rule does: how often it votes, alone, with and against others, and how often it is right."""

import pandas as pd

from contribkit.classifiers.votes import LABEL
from contribkit.ids import casefold_id
from contribkit.vocabulary import LEADS


def rule_table(reasons: pd.DataFrame, count: int, truth: pd.DataFrame) -> pd.DataFrame:
    """Return coverage, overlap, conflict and accuracy of each rule.

    As `snorkel.labeling.LFAnalysis` defines them (Ratner et al. 2017, doi:10.14778/3157794.3157797):

    - coverage: contributions on which the rule votes / all;
    - overlap: those on which another rule votes too / all;
    - conflict: those on which another rule votes for another lead / all;
    - accuracy: labelled contributions on which it is right / those on which it votes.

    A rule's vote is its strongest reason. A vote *against* a lead (negative weight) is a line of its own: it is right
    where the truth is another lead, and conflicts with votes for the lead. Truly `unclear` contributions, on which no
    vote is right, count in all but accuracy.

    Parameters
    ----------
    reasons
        A table of the schema `REASONS`; `id`, `rule`, `lead` and `weight` are read.
    count
        How many contributions were judged.
    truth
        See `truth.truth_table`; `id` and `lead` are read.

    Returns
    -------
    pandas.DataFrame
        One row per rule and side, the most frequent first: `rule`, `leads` (for or against which), `against` (bool),
        `rows` (int), `coverage`, `overlap`, `conflict` (float), `labelled`, `right` (int), `accuracy` (float, missing
        where no row is labelled).

    Examples
    --------
    >>> votes = [("o/r#1@ada:review", "upkeep", "upstream", 1.2), ("o/r#1@ada:review", "tracker", "stakeholder", 2.0),
    ...          ("o/r#2@ada:review", "upkeep", "upstream", 1.2)]
    >>> reasons = pd.DataFrame(votes, columns=["id", "rule", "lead", "weight"])
    >>> truth = pd.DataFrame({"id": ["o/r#1@ada:review"], "lead": ["stakeholder"]})
    >>> rule_table(reasons, 2, truth)[["rule", "coverage", "conflict", "accuracy"]].to_numpy().tolist()
    [['upkeep', 1.0, 0.5, 0.0], ['tracker', 0.5, 0.5, 1.0]]
    """
    votes = reasons[(reasons["rule"] != LABEL) & (reasons["weight"] != 0)]
    votes = votes.assign(against=votes["weight"] < 0, strength=votes["weight"].abs())
    strongest = votes.reset_index(drop=True).groupby(["id", "rule", "against"], sort=False)["strength"].idxmax()
    votes = votes.iloc[strongest].reset_index(drop=True)
    others = votes.reset_index().merge(votes, on="id", suffixes=("", "_other")).query("rule != rule_other")
    same_lead, same_side = others["lead"] == others["lead_other"], others["against"] == others["against_other"]
    contradicts = (same_side & ~others["against"] & ~same_lead) | (~same_side & same_lead)
    votes["overlap"] = votes.index.isin(others["index"])
    votes["conflict"] = votes.index.isin(others.loc[contradicts, "index"])
    true = truth[truth["lead"].isin(LEADS)].assign(key=lambda rows: rows["id"].map(casefold_id))
    votes["true"] = votes["id"].map(casefold_id).map(true.drop_duplicates("key", keep="last").set_index("key")["lead"])
    votes["labelled"] = votes["true"].notna()
    votes["right"] = votes["labelled"] & ((votes["true"] == votes["lead"]) != votes["against"])
    return _by_rule(votes, count)


def _by_rule(votes: pd.DataFrame, count: int) -> pd.DataFrame:
    sums = votes.groupby(["rule", "against"], sort=False)
    table = sums[["overlap", "conflict", "labelled", "right"]].sum().astype(int)
    table.insert(0, "leads", sums["lead"].agg(lambda leads: ", ".join(lead for lead in LEADS if lead in set(leads))))
    table.insert(1, "rows", sums.size())
    table.insert(2, "coverage", table["rows"] / count)
    table["overlap"], table["conflict"] = table["overlap"] / count, table["conflict"] / count
    table["accuracy"] = table["right"] / table["labelled"].where(table["labelled"] > 0)
    table = table.reset_index().astype({"rule": "str", "leads": "str", "against": bool, "accuracy": float})
    return table.sort_values("rows", ascending=False, kind="stable", ignore_index=True)
