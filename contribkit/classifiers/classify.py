"""Classify: who leads each contribution, and why."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.evidence import Background, by_thread, evidence, linked, slices, survey
from contribkit.classifiers.judge import finish, judge, last_of_each_id
from contribkit.classifiers.model import learn
from contribkit.classifiers.propagation import exchange
from contribkit.classifiers.rules import Failures
from contribkit.classifiers.votes import Weights, weights_of_rules
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.labels import Label, Labels
from contribkit.tables import CONTRIBUTIONS, REFERENCES, Judged, conform


def classify(
    contributions: pd.DataFrame,
    references: pd.DataFrame | None,
    organisation: Organisation,
    labels: Labels | None = None,
    weights: Weights | None = None,
) -> Judged:
    """Return the contributions with who leads each and why.

    Parameters
    ----------
    contributions
        A table of the schema `CONTRIBUTIONS`; missing columns count as empty.
    references
        A table of the schema `REFERENCES`, or None.
    organisation
        Whose contributions; its stakeholders, roadmap and goals are what rules look for.
    labels
        What people decided: it wins over the rules, and a model learns from it; see `Learning`.
    weights
        What the rules' reasons weigh, where it is not what ``contribkit/classifiers/weights.csv`` says.

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
    table = conform(contributions, CONTRIBUTIONS, organisation.timezone).reset_index(drop=True)
    told = conform(pd.DataFrame(references), REFERENCES, organisation.timezone)
    settled = labels.with_members(organisation).spelled_as(table["id"]).effective if labels else {}
    known = weights_of_rules() if weights is None else weights
    background = Background.of(organisation, known, survey(table, told, organisation))
    with collector_paused():
        by_ref, named = by_thread(told), last_of_each_id(table)
        parts = [*slices(table)]
        found = [evidence(part, by_ref, background) for part in parts]
        asked = {thread for one in found for links in one.links for thread in links.refs}
        threads = {links.thread for one in found for links in one.links}
        answers = exchange(chain(*(one.told for one in found), linked(by_ref, asked, threads, background)))
        failures = Failures.together(one.failures for one in found)
        # Each part's evidence is let go once it is judged.
        judged = Judged.together([judge(part, named, found.pop(0), answers, background) for part in parts])
        learning, model = learn(judged, settled, organisation.word) if settled else (None, None)
        judged = finish(judged, by_ref, settled, model, background)
    notes = [learning.sentence, *unknown_names(table["id"], settled, organisation)] if learning else []
    rows = judged.contributions.set_axis(contributions.index)
    return Judged(rows, judged.reasons, [*notes, *failures.sentences])


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector: it would look through all rows again and again, and nothing there is cyclic."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def unknown_names(ids: pd.Series, labels: Mapping[str, Label], organisation: Organisation) -> list[str]:
    """Return a sentence on stakeholders that only people named; not their names, which may be of private work."""
    given = filter(None, (labels.get(casefold_id(name)) for name in ids))
    names = {label.stakeholder for label in given if label.stakeholder}
    count = sum(attribution.as_configured(name, organisation) is None for name in names)
    whom = "a stakeholder" if count == 1 else f"{count} stakeholders"
    told = f"labels name {whom} whom contribkit.toml does not know: `contribkit labels list` shows which"
    return [told] if count else []
