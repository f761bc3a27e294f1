"""The report: everything an evaluation finds, as tables, text, JSON, and a section of a notebook."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from contribkit.classifiers import classify
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.evaluation import scores
from contribkit.evaluation.agreement import Agreement, CorrectedShares, agreement, blind_sample, corrected_shares
from contribkit.evaluation.truth import classify_as_of, read_labels, truth_table
from contribkit.io import write_whole
from contribkit.labels import Labels
from contribkit.loaders.records import read_tables
from contribkit.review import page
from contribkit.review.figures import new_figure, svg
from contribkit.review.question import Question
from contribkit.review.review_data import ReviewData
from contribkit.tables import Judged, is_missing, records
from contribkit.text import MISSING, format_decimal, format_interval, pluralise
from contribkit.vocabulary import LEADS, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 110


class Block(NamedTuple):
    """A part of the report: a sentence, a table, or both; cells are texts, numbers and leads."""

    sentence: str
    table: pd.DataFrame | None = None


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found: the tables of `scores` and `agreement`, and sentences on what limits the figures."""

    pairs: pd.DataFrame
    scores: pd.DataFrame
    confusion: pd.DataFrame
    calibration: pd.DataFrame
    agreement: Agreement
    corrected: CorrectedShares
    answers: Judged
    truth: pd.DataFrame
    notes: list[str]

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The scores on parts of the rows, which the page does not show."""
        return scores.part_table(self.pairs)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """How each rule does, which the page does not show."""
        return scores.rule_table(self.answers.reasons, len(self.answers.contributions), self.truth)

    def figure(self, name: str, lead: str | None = None) -> dict[str, Any]:
        """Return one row of the scores: `value`, `low`, `high` (None where missing) and `n`."""
        mine = self.scores["lead"].isna() if lead is None else self.scores["lead"] == lead
        (row,) = records(self.scores[mine & (self.scores["figure"] == name)])
        return row

    @property
    def sentence(self) -> str:
        """The finding in one sentence."""
        decided, answered = self.figure("coverage")["n"], self.figure("accuracy_where_answered")["n"]
        right = int(self.confusion.to_numpy().diagonal()[: len(LEADS)].sum())
        macro = self.figure("macro_f1")
        labelled = pluralise(len(self.pairs), "labelled contribution")
        return (
            f"{labelled} in {pluralise(self.pairs['thread'].nunique(), 'thread')}; {decided} led by somebody, of which "
            f"{answered} {'was' if answered == 1 else 'were'} answered, {right} correctly."
            + ("" if is_missing(macro["value"]) else f" Macro-F1 {_value_with_interval(macro)}.")
        )

    def blocks(self, of_page: bool = False) -> Iterator[Block]:
        """Yield the parts of the report in the order shown; those `of_page` are fewer."""
        figures = self.scores.assign(word=self.scores["figure"].map(scores.OVERALL | scores.OF_A_LEAD))
        overall = figures.loc[figures["lead"].isna(), ["word", "value", "low", "high", "n"]]
        yield Block("", _shown(overall, word="figure", n="of rows"))
        of_leads = figures[figures["lead"].notna()]
        cells = of_leads.assign(cell=[_value_with_interval(row) for row in records(of_leads)])
        table = cells.pivot(index="lead", columns="word", values="cell").reindex(LEADS)[[*scores.OF_A_LEAD.values()]]
        table.insert(0, "n", of_leads[of_leads["figure"] == "f1"].set_index("lead")["n"])
        yield Block("", table.rename(index=Lead).rename_axis("lead").reset_index())
        table = self.confusion.rename(index=Lead, columns=Lead).rename_axis("truth down, answer across")
        yield Block("", table.assign(all=table.sum(axis=1)).reset_index())
        if not of_page:
            yield self._calibration
        yield Block(self.agreement.sentence)
        if not of_page:
            yield from self._details()
        yield _corrected(self.corrected)

    @property
    def _calibration(self) -> Block:
        known = "" if len(self.calibration) else "Calibration: no answer has a confidence."
        lowest, highest = (self.calibration[name].map("{:.2f}".format) for name in ("lowest", "highest"))
        bins = self.calibration.assign(sure=lowest + " to " + highest)
        bins = _shown(bins[["sure", "n", "confidence", "right", "low", "high"]], sure="how sure", confidence="mean")
        return Block(known, bins)

    def _details(self) -> Iterator[Block]:
        pairs = self.agreement.pairs.assign(pair=lambda rows: rows["first"] + " and " + rows["second"])
        yield Block("", _shown(pairs[["pair", "n", "raw", "kappa"]], kappa="Cohen's kappa"))
        names = {"split": "split by", "macro_f1": "macro-F1", "accuracy_where_answered": "right where answered"}
        yield Block("", _shown(self.parts, **names))
        votes = self.rules["against"].map({True: "against ", False: ""}) + self.rules["leads"]
        columns = ["rule", "leads", "rows", "coverage", "overlap", "conflict", "accuracy", "labelled"]
        rules = _shown(self.rules.assign(leads=votes)[columns], leads="votes for", labelled="of")
        yield Block("", rules)

    def as_text(self, words: Mapping[str, str]) -> str:
        """Return the report as text of at most 110 columns; `words` has the word people see for each lead."""
        parts = [fill(self.sentence, _WIDTH)]
        for block in self.blocks():
            table = "" if block.table is None or not len(block.table) else _text_table(block.table, words)
            parts.append("\n".join(part for part in (fill(block.sentence, _WIDTH), table) if part))
        notes = [fill(f"- {note}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False) for note in self.notes]
        return "\n\n".join(part for part in (*parts, "\n".join(notes)) if part) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return self.numbers | {
            "schema_version": 1,  # it grows when a program that reads it would have to change
            "scores": records(self.scores.round(3)), "calibration": records(self.calibration.round(3)),
            "rules": records(self.rules.round(3)), "folds": records(self.parts.round(3)),
            "left_out": None,  # once the figures with weights fitted elsewhere, which `benchmarks.weights` prints now
            "notes": self.notes,
        }  # fmt: skip

    @property
    def numbers(self) -> dict[str, Any]:
        """What a review says of it, as JSON."""
        return {
            "rows": len(self.pairs), "threads": int(self.pairs["thread"].nunique()),
            "figures": scores.nested(self.scores),
            "confusion": {str(lead): row.astype(int).to_dict() for lead, row in self.confusion.iterrows()},
            "corrected_shares": self.corrected.as_json(), "agreement": self.agreement.as_json(),
        }  # fmt: skip


def _shown(table: pd.DataFrame, **names: str) -> pd.DataFrame:
    """Return the columns in this order under the words people see, with decimals and intervals as text."""
    if "low" in table:
        spans = [format_interval(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
        table = table.assign(low=spans).drop(columns="high")
    shown = table.rename(columns={"low": "95 % interval"} | names)
    for name in shown.select_dtypes("float"):
        shown[name] = shown[name].map(format_decimal)
    return shown


def _value_with_interval(row: Mapping[str, Any]) -> str:
    span = format_interval(row["low"], row["high"])
    return format_decimal(row["value"]) + (f" ({span})" if span else "")


def _corrected(found: CorrectedShares) -> Block:
    if found.table is None or found.upstream_share is None:
        return Block(f"Shares are not corrected for known error: {found.reason}.")
    part, counts = found.upstream_share, found.table["corrected_rows"].round().astype(int)
    sentence = (
        f"Shares, corrected by a random sample of {pluralise(found.sampled, 'contribution')}; upstream-led of "
        f"stakeholder- and upstream-led work: {_value_with_interval(part._asdict() | {'value': part.share})}."
    )
    rows = found.table.assign(lead=found.table["lead"].map(Lead), corrected_rows=counts)
    names = {"rows": "answered", "sampled": "labelled", "corrected_rows": "corrected"}
    return Block(sentence, _shown(rows, **names, share="share of decided", corrected="corrected share"))


def _is_number(column: pd.Series) -> bool:
    return all(isinstance(cell, int) or not cell or cell[0] in f"{MISSING}0123456789" for cell in column)


def _text_table(table: pd.DataFrame, words: Mapping[str, str]) -> str:
    """Return a table in columns as wide as needed, numbers to the right."""
    columns = []
    for name, column in table.items():
        cells = [f"{cell.shape} {words[cell]}" if isinstance(cell, Lead) else str(cell) for cell in (name, *column)]
        width = max(map(len, cells))
        columns.append([cell.rjust(width) if _is_number(column) else cell.ljust(width) for cell in cells])
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def evaluate(judged: Judged, labels: Labels, draws: int = 1000) -> Evaluation:
    """Compare answers, judged **without** labels, with what people said; no label for any of them is an error."""
    rows = judged.contributions
    is_answer = (rows["decided_by"] != "person") if "decided_by" in rows else pd.Series(True, index=rows.index)
    answers = judged.where(is_answer)
    truth, notes = truth_table(labels, answers.contributions["id"])
    pairs = scores.compare(answers.contributions, truth)
    notes = [*judged.notes, *notes, *_limits(pairs)]
    if decided := int((~is_answer).sum()):
        notes.append(f"left out: {pluralise(decided, 'contribution')} that people decided")
    return Evaluation(
        pairs, scores.score_table(pairs, draws), scores.confusion(pairs), scores.calibration_table(pairs),
        agreement(labels), corrected_shares(rows, blind_sample(labels)), answers, truth, notes,
    )  # fmt: skip


def _limits(pairs: pd.DataFrame) -> Iterator[str]:
    """Yield sentences on what limits the figures."""
    decided = pairs[scores.is_decided(pairs)]
    if not len(decided):
        yield "no row is labelled as led by anybody, so only abstention is known"
        return
    if absent := [str(lead) for lead in LEADS if not (decided["truth"] == lead).any()]:
        yield f"no row is labelled {' or '.join(absent)}: the macro-F1 counts an absent lead as 0"
    if len(pairs) < 30:
        yield f"{len(pairs)} labelled rows are few: read the intervals before the figures"
    if decided["thread"].nunique() < 2:
        yield "all rows are of one thread, so the intervals mean nothing"


def classify_labelled(
    organisation: Organisation, contributions: Path, labels: Path, references: Sequence[Path] = (),
    as_of: str | None = None, broken: list[str] | None = None,
) -> tuple[Judged, Labels]:  # fmt: skip
    """Classify a file of contributions, and return the answers and the labels that `evaluate` compares."""
    truth = read_labels(labels, broken, organisation)
    rows, found = read_tables(contributions, references, organisation.timezone, broken)
    if not len(rows):
        raise ContribkitError(f"{contributions}: no contributions")
    try:
        truth_table(truth, rows["id"])  # said before the work of classifying
    except ContribkitError as error:
        raise ContribkitError(f"{labels}: {error}") from None
    return classify_as_of(rows, found, organisation, as_of) if as_of else classify(rows, found, organisation), truth


def reliability_figure(found: Evaluation) -> "Figure":
    """Draw the share that is right against the confidence, one point a bin with its interval."""
    bins, one = found.calibration, "#0072B2"  # a single series; the colour does not stand for a lead
    figure, (axes,) = new_figure(4.6)
    axes.plot([0, 100], [0, 100], linestyle="--", linewidth=1, color="#767676", label="as sure as right")
    axes.vlines(bins["confidence"] * 100, bins["low"] * 100, bins["high"] * 100, color=one, linewidth=2)
    sizes = " or ".join(str(size) for size in sorted(set(bins["n"])))
    axes.plot(bins["confidence"] * 100, bins["right"] * 100, "o", color=one, label=f"{sizes} answers, 95 % interval")
    axes.set(ylim=(0, 104), xlabel="how sure, %", ylabel="right, %")
    axes.set_xlim(min(40.0, float(bins["confidence"].min() * 100) - 8), 102)
    axes.legend(loc="lower right", frameon=False, fontsize=11)
    error = found.figure("calibration_error")
    gap, count = format_decimal(error["value"]), pluralise(error["n"], "answer")
    title = f"Confidence and accuracy differ by {gap} on average ({count})"
    axes.set_title(title, loc="left", pad=14, fontsize=13, fontweight="bold")
    return figure


def write_plot(found: Evaluation, path: Path) -> None:
    """Write the reliability plot as SVG."""
    if path.suffix.casefold() != ".svg":
        raise ContribkitError(f"{path}: the plot is written as SVG; give it a name that ends in .svg")
    if not len(found.calibration):
        raise ContribkitError(f"{path}: not written, since no answer has a confidence")
    write_whole(path, svg(reliability_figure(found)))


class EvaluationQuestion(Question):
    """How far people's labels agree with the answers that `judge` gives as if there were none; it names nobody."""

    name, title = "evaluation", "How far can the answers be believed?"
    schema = {
        "evaluation": {"description": "Where people labelled: how far answers and people agree.", "type": "object"}
    }

    def __init__(self, judge: Callable[[], Judged], labels: Labels) -> None:
        self._judge, self._labels = judge, labels

    @cached_property
    def _found(self) -> Evaluation | None:
        if not self._labels.events:
            return None
        try:
            return evaluate(self._judge(), self._labels)
        except ContribkitError:
            return None

    def sentence(self, data: ReviewData) -> str:
        if self._found is None:
            return "No contribution here has a label on which people agree, so the answers cannot be checked."
        return self._found.sentence

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        if self._found is None:
            return {}
        known = self._found.numbers
        people = {name: value for name, value in known["agreement"].items() if name != "pairs"}  # nobody's name
        return {"evaluation": known | {"agreement": people}}

    def html(self, data: ReviewData) -> Markup:
        found, plot = self._found, Markup("")
        if found is not None and len(found.calibration):
            figure = reliability_figure(found)
            plot = page.picture(figure, figure.axes[0].get_title(loc="left"))
        blocks = [
            (block, [] if block.table is None else [_is_number(block.table[name]) for name in block.table])
            for block in (found.blocks(of_page=True) if found else ())
        ]
        return page.html(
            "evaluation.html", title=self.title, sentence=self.sentence(data), found=found, plot=plot, blocks=blocks,
            words=data.words,
        )  # fmt: skip
