"""What `contribkit evaluate` does: files in, an evaluation out."""

from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.evaluation.as_of import classify_as_of, day_of
from contribkit.evaluation.report import Evaluation, evaluate
from contribkit.evaluation.truth import Truth
from contribkit.io import write_whole


def evaluate_files(
    organisation: Organisation, contributions: Path, labels: Path, references: Path | None = None,
    as_of: str | None = None, broken: list[str] | None = None,
) -> Evaluation:  # fmt: skip
    """Return how far the answers to a file of contributions can be believed.

    Parameters
    ----------
    organisation
        Whose contributions.
    contributions, references
        JSON lines, as the records source reads them.
    labels
        A file in the form of ``labels.jsonl``, or a folder of label logs.
    as_of
        A day, or "quarter"; see `as_of.classify_as_of`.
    broken
        Where given, broken lines are noted here and passed over.

    Raises
    ------
    ContribkitError
        For what cannot be read, and where there is nothing to compare.
    """
    from contribkit.classifiers import classify
    from contribkit.loaders.records import read_tables

    day = day_of(as_of) if as_of else None
    truth = Truth.read(labels, broken)
    rows, found = read_tables(contributions, references, organisation.timezone, broken)
    if not len(rows):
        raise ContribkitError(f"{contributions}: holds no contribution")
    truth.known_in(rows["id"])  # said before the work of judging
    if as_of:
        judged, notes = classify_as_of(rows, found, organisation, day)
        return evaluate(judged, truth).with_notes(notes)
    return evaluate(classify(rows, found, organisation), truth)


def write_plot(found: Evaluation, path: Path) -> None:
    """Write the reliability plot, as SVG or in another format that the file's name says.

    Raises
    ------
    ContribkitError
        Where there is nothing to plot, or the format is not known.
    """
    from contribkit.evaluation.figures import reliability_figure
    from contribkit.evaluation.notebook import reliability_sentence
    from contribkit.review.figures import svg

    if path.suffix.casefold() != ".svg":
        raise ContribkitError(f"{path}: the plot is written as SVG; give it a name that ends in .svg")
    if not len(found.calibration):
        raise ContribkitError(f"{path}: not written, since no answer has a confidence")
    write_whole(path, svg(reliability_figure(found.calibration, reliability_sentence(found))))
