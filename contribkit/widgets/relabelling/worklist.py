"""The contributions of a session as one table: suggestions, whatever people decided, in the order that helps most."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd

from contribkit.classifiers.votes import LABEL, decide
from contribkit.ids import casefold_id
from contribkit.privacy import visible, without_private
from contribkit.review.page import safe_url
from contribkit.tables import CONTRIBUTIONS, JUDGED, Judged, conform, grouped, records
from contribkit.vocabulary import Kind, Lead

UNSURE = 0.7  # confidence below which a suggestion needs review
AUDIT = 200  # the most contributions of an audit sample: enough to know a proportion to within 7 points
LONGEST = 4000  # characters of a body, and of all remarks together, that are sent to the page

IN_LIST = [
    "id", "kind", "repo", "number", "title", "actor", "author", "happened_at", "private", "activity", "stakeholder",
    "who", "lead", "confidence", "decided_by", "audit", "queue",
]  # fmt: skip
_IN_CARD = ("state", "initiative", "goal", "labels")
_SUGGESTION = ("lead", "confidence", "decided_by")


def worklist(
    judged: Judged, names: Mapping[str, str], seed: str, blind: float, include_private: bool = False
) -> pd.DataFrame:
    """Return judged contributions by id in the order in which a review helps most: closest calls and draws in turns."""
    # The labelled part of the audit sample is a simple random sample at any time. For a share `blind` of all rows, from
    # it, the suggestion is hidden: that shows how far suggestions influence people, and corrects proportions.
    table = conform(judged.contributions, CONTRIBUTIONS | JUDGED).drop_duplicates("id", keep="last")
    shown = without_private(Judged(table, judged.reasons), include_private)
    table = shown.contributions.set_index(pd.Index(shown.contributions["id"].tolist(), dtype="str"))
    table = table.drop(columns=[*_SUGGESTION]).join(suggestions(shown))
    draws = pd.Series([_draw(seed, "audit", item) for item in table.index], table.index, dtype=float)
    drawn = draws.nsmallest(min(len(table) // 2, AUDIT)).index
    closest = table["margin"].drop(drawn).sort_values(kind="stable").index
    order = [item for pair in zip_longest(closest, drawn) for item in pair if item is not None]
    return table.loc[order].assign(
        who=lambda rows: rows["actor"].map(lambda login: names.get(login, login)),
        private=lambda rows: ~visible(rows),
        audit=lambda rows: rows.index.isin(drawn),
        hidden=lambda rows: rows.index.isin([item for item in drawn if _draw(seed, "blind", item) < 2 * blind]),
        unsure=lambda rows: (rows["lead"] == Lead.UNCLEAR) | (rows["confidence"] < UNSURE),
        queue=range(len(table)),
    )


def _draw(seed: str, purpose: str, item: str) -> float:
    """Return a number from 0 to 1 that is the same for everybody, and that further rows do not change."""
    return int.from_bytes(sha256(f"{seed} {purpose} {casefold_id(item)}".encode()).digest()[:7]) / 256**7


def suggestions(judged: Judged) -> pd.DataFrame:
    """Return `lead`, `confidence`, `decided_by`, `margin` and `reasons` of rules or model, though people decided.

    The `margin` is how much likelier one lead is than the next (Scheffer et al. 2001): a confidence is its chance
    against the second, and where the evidence does not decide, sums are log-odds, whose distance d gives tanh(d / 2).
    """
    reasons = judged.reasons[judged.reasons["rule"] != LABEL]
    keys = judged.contributions["id"].map(casefold_id)
    by_rules = decide(reasons.assign(id=reasons["id"].map(casefold_id)), keys).set_axis(keys.index)
    rows = judged.contributions[[*_SUGGESTION]]
    rows = rows.mask(rows["decided_by"] == "person", by_rules.assign(decided_by="rules"))
    rows = rows.fillna({"lead": str(Lead.UNCLEAR), "confidence": 0.5, "decided_by": "rules"})
    decided = (2 * rows["confidence"] - 1).clip(lower=0)
    margins = decided.where(rows["lead"] != Lead.UNCLEAR, np.tanh(by_rules["margin"].clip(lower=0) / 2))
    of = grouped(reasons["id"].map(casefold_id), records(reasons))
    cells = pd.Series([of.get(key, []) for key in keys], rows.index, dtype=object)
    return rows.assign(margin=margins, reasons=cells).set_axis(judged.contributions["id"].tolist())


def card(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only the card shows of a contribution, as JSON; texts are cut to `LONGEST`."""
    kind = row["kind"] or "contribution"
    remarks, room = list[str](), LONGEST
    for remark in map(str, row["remarks"]):
        remarks += [remark[:room]] if room > 0 else []
        room -= len(remark)
    return {name: row[name] for name in _IN_CARD} | {
        "kind_word": Kind(kind).word if kind in list(Kind) else kind,
        "url": safe_url(row["url"]) or None,
        "body": (row["body"] or "")[:LONGEST],
        "remarks": remarks,
        "reasons": [reason | {"url": safe_url(reason["url"]) or None} for reason in row["reasons"]],
    }
