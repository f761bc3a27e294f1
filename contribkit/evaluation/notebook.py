"""The evaluation as a section of a notebook."""
# ruff: noqa: E501

from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.errors import ContribkitError
from contribkit.evaluation.figures import reliability_figure
from contribkit.evaluation.report import Evaluation, cautions, evaluate
from contribkit.evaluation.scores import OF_A_LEAD, OVERALL
from contribkit.evaluation.text import WORDS, summary
from contribkit.evaluation.truth import Truth
from contribkit.labels import Labels
from contribkit.review import page
from contribkit.review.figures import picture
from contribkit.review.page import Section
from contribkit.tables import records
from contribkit.text import format_decimal, format_interval, pluralise
from contribkit.vocabulary import LEADS, Lead

_TITLE = "How far can the answers be believed?"


def section(judged: pd.DataFrame, truth: Truth | Labels | pd.DataFrame, words: dict[str, str] | None = None) -> Section:
    """Return the main figures and the reliability plot, as a section of a page; it names nobody.

    Parameters
    ----------
    judged
        What `contribkit.classify` says **without** labels.
    truth
        What people said: label logs, a `Truth`, or a table with `id` and `lead`.
    words
        The word people see for each lead; see `Review.words`.

    Returns
    -------
    Section
        Where nothing can be compared, a sentence that says why.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada:review", "lead": "upstream", "confidence": 0.8}
    >>> section(pd.DataFrame([row]), pd.DataFrame([row])).title
    'How far can the answers be believed?'
    """
    try:
        found = evaluate(judged, truth)
    except ContribkitError:  # which names a contribution, and so a person
        sentence = "No contribution here has a label on which people agree, so the answers cannot be checked."
        return Section(_TITLE, sentence, page.html("evaluation.html", title=_TITLE, sentence=sentence, found=None))
    sentence = summary(found)
    body = page.html(
        "evaluation.html", title=_TITLE, sentence=sentence, found=found, picture=_plot(found), overall=_overall(found),
        leads=_leads(found), confusion=found.confusion.to_numpy().tolist(), agreement=_agreement(found),
        corrected=[] if found.corrected.table is None else records(found.corrected.table), many=pluralise, three=format_decimal,
        between=format_interval, notes=cautions(found.pairs), words=words or {str(lead): lead.word for lead in Lead},
    )  # fmt: skip
    return Section(_TITLE, sentence, body, {"evaluation": _numbers(found)})


def _numbers(found: Evaluation) -> dict[str, Any]:
    """Return the figures of the page; who disagreed with whom is none of them."""
    known = found.as_json()
    people = {name: value for name, value in known["agreement"].items() if name != "pairs"}
    kept = {name: known[name] for name in ("rows", "threads", "figures", "confusion", "corrected_shares")}
    return kept | {"agreement": people}


def _plot(found: Evaluation) -> Markup:
    if not len(found.calibration):
        return Markup("")
    sentence = reliability_sentence(found)
    return Markup(picture(reliability_figure(found.calibration, sentence), sentence))


def reliability_sentence(found: Evaluation) -> str:
    """Return what the reliability plot shows."""
    row = found.figure("calibration_error")
    return (
        f"Confidence and accuracy differ by {format_decimal(row['value'])} on average ({pluralise(row['n'], 'answer')})"
    )


def _overall(found: Evaluation) -> list[dict[str, Any]]:
    return [found.figure(name) | {"word": WORDS[name]} for name in OVERALL]


def _leads(found: Evaluation) -> list[dict[str, Any]]:
    return [{"lead": str(lead), "figures": [found.figure(name, lead) for name in OF_A_LEAD]} for lead in LEADS]


def _agreement(found: Evaluation) -> str:
    """Return the agreement as a sentence; a page that is published does not say who disagreed with whom."""
    people = found.agreement
    if not people.rows:
        return f"Agreement between people is not known: {people.reason}."
    kappas = people.pairs["kappa"].dropna()
    said = (
        f", Cohen's kappa of pairs {format_decimal(kappas.min())} to {format_decimal(kappas.max())}"
        if len(kappas)
        else ""
    )
    return (
        f"{people.people} people agree on {format_decimal(people.raw)} of {pluralise(people.rows, 'contribution')} that two or more "
        f"labelled: Krippendorff's alpha {format_decimal(people.alpha)}{said}."
    )
