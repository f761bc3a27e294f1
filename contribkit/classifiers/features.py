"""Features of the learned model: the votes of rules, a few plain traits, and words."""

from collections import defaultdict

import numpy as np
import pandas as pd

from contribkit.classifiers.votes import strongest, tally
from contribkit.tables import Judged

_MAX_CHARACTERS = 5000  # of a text; what comes later says little about why
MAX_TOTAL = 5.0
"""The most that the votes for a lead count: ten links say no more than five."""


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
    >>> found["upkeep>upstream"], found["total>upstream"], found["kind=issue"], float(found["files"])
    (1.2, 1.2, 0.5, 0.0)
    """
    votes = strongest(judged.reasons)
    by_id: dict[str, dict[str, float]] = defaultdict(dict)
    for item, rule, lead, weight in zip(votes["id"], votes["rule"], votes["lead"], votes["weight"], strict=True):
        by_id[item][f"{rule}>{lead}"] = float(weight)
    sums = tally(judged.reasons).clip(-MAX_TOTAL, MAX_TOTAL).add_prefix("total>")
    for item, totals in zip(sums.index, sums.to_dict("records"), strict=True):
        by_id[item] |= {str(name): total for name, total in totals.items()}
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
