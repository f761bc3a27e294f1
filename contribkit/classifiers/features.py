"""Features of the learned model: the votes of rules, a few plain traits, and words."""

from collections import defaultdict

import numpy as np
import pandas as pd

from contribkit.tables import Judged
from contribkit.vocabulary import LEADS

_MAX_CHARACTERS = 5000  # of a text; what comes later says little about why
_MAX_TOTAL = 5.0  # ten links say no more than five


def strongest_votes(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return each rule's strongest reason for each lead of a contribution, as the rules count.

    Returns
    -------
    pandas.DataFrame
        `id`, `rule`, `lead`, `weight`, and `trait`: the name of the feature.

    Examples
    --------
    >>> rows = [("o/r#1@ada:issue", "upkeep", "upstream", weight) for weight in (0.4, 1.2)]
    >>> strongest_votes(pd.DataFrame(rows, columns=["id", "rule", "lead", "weight"]))["weight"].tolist()
    [1.2]
    """
    votes = reasons[["id", "rule", "lead", "weight"]].reset_index(drop=True)
    votes = votes.loc[votes.assign(size=votes["weight"].abs()).groupby(["id", "rule", "lead"])["size"].idxmax()]
    return votes.assign(trait=votes["rule"] + ">" + votes["lead"])


def totals(votes: pd.DataFrame) -> pd.Series:
    """Return the sum of votes by contribution and lead, and at most 5 for or against."""
    return votes.groupby(["id", "lead"])["weight"].sum().clip(-_MAX_TOTAL, _MAX_TOTAL)


def traits(judged: Judged) -> list[dict[str, float]]:
    """Return the features of each contribution apart from its words, by name.

    ``rule>lead`` are votes, ``total>lead`` their sums; the others are scaled so that none is more than half a vote,
    which makes the regularisation restrain them more.

    Parameters
    ----------
    judged
        Answered by the rules.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada:issue", "kind": "issue", "activity": "ci"}
    >>> reasons = [{"rule": "upkeep", "lead": "upstream", "weight": 1.2}]
    >>> found = traits(Judged.of(pd.DataFrame([row | {"reasons": reasons}])))[0]
    >>> found["upkeep>upstream"], found["total>upstream"], found["kind=issue"], found["files"]
    (1.2, 1.2, 0.5, 0.0)
    """
    votes = strongest_votes(judged.reasons)
    by_id: dict[str, dict[str, float]] = defaultdict(dict)
    for item, trait, weight in zip(votes["id"], votes["trait"], votes["weight"], strict=True):
        by_id[item][trait] = float(weight)
    sums = totals(votes[votes["lead"].isin(LEADS)]).reset_index()
    for item, lead, weight in zip(sums["id"], sums["lead"], sums["weight"], strict=True):
        by_id[item][f"total>{lead}"] = float(weight)
    rows = judged.contributions
    lines = rows["additions"].fillna(0) + rows["deletions"].fillna(0)
    counts = (rows["files"].map(len), lines.clip(0), texts(rows).str.len() / 10)
    sizes = [np.log1p(count.to_numpy(dtype=float)) / 10 for count in counts]
    columns = zip(rows["id"], rows["kind"], rows["activity"], *sizes, strict=True)
    return [
        by_id.get(item, {})
        | {f"kind={kind}": 0.5, f"activity={activity}": 0.5, "files": files, "changed lines": changed, "words": words}
        for item, kind, activity, files, changed, words in columns
    ]


def texts(contributions: pd.DataFrame) -> pd.Series:
    """Return title, body and remarks of each contribution, at most 5,000 characters."""
    words = contributions["title"].fillna("") + "\n" + contributions["body"].fillna("")
    return (words + "\n" + contributions["remarks"].map("\n".join)).str[:_MAX_CHARACTERS]
