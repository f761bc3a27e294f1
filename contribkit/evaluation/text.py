"""The evaluation as text, for a terminal."""
# ruff: noqa: E501

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from contribkit.evaluation.agreement import Agreement
from contribkit.evaluation.audit import Corrected
from contribkit.evaluation.report import Evaluation
from contribkit.evaluation.scores import OF_A_LEAD, OVERALL
from contribkit.tables import is_missing, records
from contribkit.text import MISSING, format_decimal, format_interval, pluralise
from contribkit.vocabulary import LEADS, Lead

_WIDTH = 110
WORDS = {
    "macro_f1": "macro-F1 over the three leads",
    "coverage": "coverage: answered at all",
    "accuracy_where_answered": "accuracy where answered",
    "abstention": "abstention on the truly unclear",
    "named": "stakeholder named right",
    "activity": "activity right",
    "calibration_error": "calibration error (lower is better)",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
}
"""What people see for each figure."""


def as_text(found: Evaluation, words: Mapping[str, str], rules: bool = True) -> str:
    """Return an evaluation as text of at most 110 columns.

    Parameters
    ----------
    found
        The evaluation.
    words
        The word people see for each lead.
    rules
        Whether the table of rules is wanted.

    Examples
    --------
    >>> import pandas as pd
    >>> from contribkit.evaluation import evaluate
    >>> row = {"id": "o/r#1@ada:review", "lead": "upstream"}
    >>> text = as_text(evaluate(pd.DataFrame([row]), pd.DataFrame([row]), draws=10), {str(x): x.word for x in Lead})
    >>> text.splitlines()[0]
    '1 labelled contribution in 1 thread; 1 led by somebody, of which 1 was answered, 1 rightly. Macro-F1 0.333'
    """
    parts = [
        fill(summary(found), _WIDTH),
        _overall(found),
        _leads(found, words),
        _confusion(found, words),
        _calibration(found),
        _agreement(found.agreement),
        _folds(found),
        _left_out(found),
        _rules(found) if rules else "",
        _corrected(found.corrected, words),
        _notes(found.notes),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(found: Evaluation) -> str:
    """Return the finding in one sentence."""
    decided, answered = found.figure("coverage")["n"], found.figure("accuracy_where_answered")["n"]
    right = int(found.confusion.to_numpy().diagonal()[: len(LEADS)].sum())
    macro = found.figure("macro_f1")
    was = "was" if answered == 1 else "were"
    return (
        f"{pluralise(len(found.pairs), 'labelled contribution')} in {pluralise(found.pairs['thread'].nunique(), 'thread')}; "
        f"{decided} led by somebody, of which {answered} {was} answered, {right} rightly."
        + ("" if is_missing(macro["value"]) else f" Macro-F1 {format_decimal(macro['value'])}{_doubt(macro)}.")
    )


def _left_out(found: Evaluation) -> str:
    """Return what is left of the macro-F1 where weights and thresholds are chosen on other repositories."""
    if found.left_out is None:
        return ""
    row = records(found.left_out[(found.left_out["figure"] == "macro_f1")])[0]
    return (
        "Weights and thresholds chosen with each repository left out in turn: "
        f"macro-F1 {format_decimal(row['value'])}{_doubt(row)}."
    )


def _doubt(row: Mapping[str, Any]) -> str:
    span = format_interval(row["low"], row["high"])
    return f" ({span})" if span else ""


def _overall(found: Evaluation) -> str:
    rows = []
    for name in OVERALL:
        row = found.figure(name)
        rows.append((WORDS[name], format_decimal(row["value"]), format_interval(row["low"], row["high"]), row["n"]))
    return table(("figure", "value", "95 % interval", "of rows"), rows)


def _leads(found: Evaluation, words: Mapping[str, str]) -> str:
    rows = []
    for lead in LEADS:
        figures = [found.figure(name, lead) for name in OF_A_LEAD]
        cells = [
            f"{format_decimal(row['value'])}  {format_interval(row['low'], row['high'])}".strip() for row in figures
        ]
        rows.append((f"{lead.shape} {words[lead]}", figures[-1]["n"], *cells))
    return table(("lead", "n", "precision", "recall", "F1"), rows, left=(0, 2, 3, 4))


def _confusion(found: Evaluation, words: Mapping[str, str]) -> str:
    leads = [f"{lead.shape} {words[lead]}" for lead in Lead]
    rows = [(name, *row, sum(row)) for name, row in zip(leads, found.confusion.to_numpy().tolist(), strict=True)]
    return table(("truth down, answer across", *leads, "all"), rows)


def _calibration(found: Evaluation) -> str:
    bins = records(found.calibration)
    if not bins:
        return "Calibration: no answer has a confidence."
    rows = [
        (f"{row['lowest']:.2f} to {row['highest']:.2f}", row["n"], format_decimal(row["confidence"]), format_decimal(row["right"]),
         format_interval(row["low"], row["high"]))
        for row in bins
    ]  # fmt: skip
    return table(("how sure", "n", "mean", "right", "95 % interval"), rows, left=(0,))


def _agreement(found: Agreement) -> str:
    if not found.rows:
        return f"Agreement between people: {MISSING} ({found.reason})"
    head = (
        f"Agreement between {found.people} people on {pluralise(found.rows, 'contribution')} that two or more labelled: "
        f"raw {format_decimal(found.raw)}, Krippendorff's alpha {format_decimal(found.alpha)}"
        + (f" ({found.reason})" if found.reason else "")
    )
    rows = [
        (f"{row['first']} and {row['second']}", row["n"], format_decimal(row["raw"]), format_decimal(row["kappa"]))
        for row in records(found.pairs)
    ]
    return head + "\n" + table(("pair", "n", "raw", "Cohen's kappa"), rows)


def _folds(found: Evaluation) -> str:
    rows = [
        (row["split"], row["part"], row["n"], format_decimal(row["macro_f1"]), format_decimal(row["coverage"]),
         format_decimal(row["accuracy_where_answered"]))
        for row in records(found.folds)
    ]  # fmt: skip
    head = ("split by", "part", "n", "macro-F1", "coverage", "right where answered")
    return table(head, rows, left=(0, 1)) if rows else ""


def _rules(found: Evaluation) -> str:
    if not len(found.rules):
        return ""
    rows = [
        (row["rule"], ("against " if row["against"] else "") + row["leads"], row["rows"], format_decimal(row["coverage"]),
         format_decimal(row["overlap"]), format_decimal(row["conflict"]), format_decimal(row["accuracy"]), row["labelled"])
        for row in records(found.rules)
    ]  # fmt: skip
    head = ("rule", "speaks for", "rows", "coverage", "overlap", "conflict", "accuracy", "of")
    return table(head, rows, left=(0, 1))


def _corrected(found: Corrected, words: Mapping[str, str]) -> str:
    if found.table is None or found.upstream_share is None:
        return f"Shares corrected for known error: {MISSING} ({found.reason})"
    rows = [
        (f"{Lead(row['lead']).shape} {words[row['lead']]}", row["rows"], row["sampled"], f"{row['corrected_rows']:.0f}",
         format_decimal(row["share"]), format_decimal(row["corrected"]), format_interval(row["low"], row["high"]))
        for row in records(found.table)
    ]  # fmt: skip
    two = found.upstream_share
    head = ("lead", "answered", "audited", "corrected", "share", "corrected", "95 % interval")
    return (
        f"Shares corrected by a random audit of {found.sampled} contributions; upstream-led of the two: "
        f"{format_decimal(two.share)} ({format_interval(two.low, two.high)})\n" + table(head, rows)
    )


def _notes(notes: Sequence[str]) -> str:
    return "\n".join(fill(f"- {note}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False) for note in notes)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], left: Sequence[int] = (0,)) -> str:
    """Return rows in columns as wide as they need; numbers stand to the right.

    Examples
    --------
    >>> print(table(("lead", "n"), [("upstream", 12)]))
    lead       n
    ────────────
    upstream  12
    """
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    lines = [
        "  ".join(
            c.ljust(w) if n in left else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])
