"""Classify: who leads each contribution, and why."""

import pandas as pd

from contribkit.classifiers.at_scale import classify_table
from contribkit.classifiers.dask_tables import classify_dask
from contribkit.classifiers.evidence import Background, Found, References, survey
from contribkit.classifiers.judge import finish, judge, unknown_names
from contribkit.classifiers.model import learn
from contribkit.classifiers.rules import Failures
from contribkit.classifiers.votes import Weights, weights_of_rules
from contribkit.config.organisation import Organisation
from contribkit.labels import Labels
from contribkit.memory import collector_paused
from contribkit.tables import CONTRIBUTIONS, REFERENCES, Judged, conform


def classify(
    contributions: pd.DataFrame,
    references: pd.DataFrame | None,
    organisation: Organisation,
    labels: Labels | None = None,
    weights: Weights | None = None,
    n_jobs: int = 1,
) -> Judged:
    """Return the contributions with who leads each and why.

    Parameters
    ----------
    contributions
        A table of the schema `CONTRIBUTIONS`; missing columns count as empty. It may be a table of Dask: then the
        answer's tables are such too, with its partitions and index.
    references
        A table of the schema `REFERENCES`, or None.
    organisation
        Whose contributions; its stakeholders, roadmap and goals are what rules look for.
    labels
        What people decided: it wins over the rules, and a model learns from it; see `Learning`.
    weights
        What the rules' reasons weigh, where it is not what ``contribkit/classifiers/weights.csv`` says.
    n_jobs
        How many processes work, -1 for all cores; with more than one, from some 20,000 contributions on. Inside
        ``joblib.parallel_config(backend="dask")`` the cluster works. The answers are the same.

    Returns
    -------
    Judged
        `contributions`: every row, in the same order, with the columns of `JUDGED` added: `lead` (str), `confidence`
        (0 to 1), `decided_by` (``rules``, ``model`` or ``person``), `activity`, `stakeholder`, `initiative`, `goal`
        (str or missing). `reasons`: a table of the schema `REASONS`, the strongest of each contribution first; of rows
        with one id those of the last. `notes`: whether rules or a model lead, and which rules failed.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada-example:pull_request", "kind": "pull_request", "title": "Fix the CI"}
    >>> judged = classify(pd.DataFrame([row]), None, Organisation.read_sample())
    >>> judged.contributions[["lead", "activity", "decided_by"]].iloc[0].tolist()
    ['upstream', 'ci', 'rules']
    """
    if hasattr(contributions, "to_delayed"):
        return classify_dask(contributions, references, organisation, labels, weights, n_jobs)
    table = conform(contributions, CONTRIBUTIONS, organisation.timezone)
    told = conform(pd.DataFrame(references), REFERENCES, organisation.timezone)
    if n_jobs != 1:
        return classify_table(table, told, organisation, labels, weights, n_jobs)
    table = table.reset_index(drop=True)
    settled = labels.with_members(organisation).spelled_as(table["id"]).effective if labels else {}
    known = weights_of_rules() if weights is None else weights
    background = Background.of(organisation, known, survey(table, told, organisation))
    with collector_paused():
        by_ref = References.of(told)
        judged, failures = _by_rules(table, by_ref, background)
        learning, model = learn(judged, settled, organisation.word) if settled else (None, None)
        judged = finish(judged, by_ref, settled, model, background)
    notes = [learning.sentence, *unknown_names(table["id"], settled, organisation)] if learning else []
    rows = judged.contributions.set_axis(contributions.index)
    return Judged(rows, judged.reasons, [*notes, *failures.sentences])


def _by_rules(table: pd.DataFrame, references: References, background: Background) -> tuple[Judged, Failures]:
    """Return the rules' answer, and which of them failed; what was found on the way is let go."""
    found = Found.of(table, references, background)
    return judge(table, found.evidence, found.told_to_all(references, background), background), found.failures
