"""Which contributions changed their lead between two runs, and how."""

import pandas as pd

from contribkit.ids import casefold_id


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the contributions whose lead changed, such as by training or through new evidence.

    Parameters
    ----------
    before, after
        Judged contributions; those that only one of them holds are left out.

    Returns
    -------
    pandas.DataFrame
        In the order of `after`: `id`, `title`, `was` and `lead` (leads before and now), `was_sure` and `confidence`,
        `decided_by` (now), `because` (the weightiest reason for the lead now, "" where there is none).

    Examples
    --------
    >>> row = {"id": "o/r#1@ada:issue", "title": "x", "lead": "unclear", "confidence": 0.5, "decided_by": "rules"}
    >>> first = pd.DataFrame([row | {"reasons": []}])
    >>> list(changes(first, first.assign(lead="upstream"))[["was", "lead"]].iloc[0])
    ['unclear', 'upstream']
    """
    earlier = pd.DataFrame({
        "key": before["id"].map(casefold_id), "was": before["lead"], "was_sure": before["confidence"]
    }).drop_duplicates("key")  # fmt: skip
    both = after.assign(key=after["id"].map(casefold_id)).merge(earlier, on="key", how="inner")
    changed = both[both["lead"] != both["was"]]
    because = [_because(reasons, lead) for reasons, lead in zip(changed["reasons"], changed["lead"], strict=True)]
    columns = ["id", "title", "was", "lead", "was_sure", "confidence", "decided_by"]
    return changed[columns].assign(because=pd.Series(because, index=changed.index, dtype="str")).reset_index(drop=True)


def _because(reasons: list[dict[str, object]], lead: str) -> str:
    return next((str(reason["because"]) for reason in reasons if reason["lead"] == lead), "")
