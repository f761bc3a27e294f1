"""Measure what each kind of evidence is worth, on the labelled sets: ``python -m benchmarks.kinds``.

Each kind is switched off, so that the package answers as if it did not know it, with the same weights. Printed are, for
each set, macro-F1, precision and recall of stakeholder-led without it, and on how many rows the answer is right that
was wrong without it, or the other way round. Then follow the rows that are answered wrong with everything switched on,
by what stands in the way.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pandas as pd

from benchmarks.leads import Known
from benchmarks.weights import Rows, labelled_rows, macro_f1
from contribkit.classifiers import context, rules
from contribkit.classifiers.activity import KINDS, _said
from contribkit.classifiers.stakeholder_mentions import Lookups
from contribkit.classifiers.votes import Weights, weights_of_rules
from contribkit.evaluation.scores import is_decided
from contribkit.tables import Judged
from contribkit.vocabulary import Activity, Kind, Lead

module = import_module("contribkit.classifiers.classify")  # its function has the same name

Switch = Callable[[], list[Any]]
"""What replaces something of the package."""


def without_rules(*names: str) -> Any:
    """Return what leaves rules out."""
    kept = {name: rule for name, rule in rules.all_rules().items() if name not in names}
    return patch.object(rules, "all_rules", lambda: kept)


def by_words(row: dict[str, Any]) -> Activity:
    """Return an activity by words of the title alone, and a feature where none tells."""
    if row["kind"] in KINDS:
        return KINDS[Kind(row["kind"])]
    title = row["title"] if isinstance(row["title"], str) else ""
    return _said(title) or Activity.FEATURE


def without_what_it_cites(known: Known) -> Known:
    """Return a set without the own threads that contributions cite."""
    rows, told, own = known.contributions, known.references, known.organisation.is_own_side
    links = [[ref for ref in refs if not own(ref)] for refs in rows["links_out"]]
    rows = rows.assign(links_out=pd.Series(links, rows.index, dtype=object))
    return known._replace(contributions=rows, references=told[told["direction"] != "out"])


def as_one(weights: Weights, rule: str, like: str, *strengths: str) -> Weights:
    """Return weights in which strengths of a rule weigh as much as another."""
    return {**weights} | {(rule, strength): weights[rule, like] for strength in strengths}


def _covered(times: pd.Series, references: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=times.index)


def _nobody(table: pd.DataFrame) -> tuple[pd.Series, dict[str, set[str]]]:
    return table["ref"].str.casefold().str.split("/").str[0], {}


KINDS_OF_FAULT: dict[str, Switch] = {
    "1 activity: words alone, else a feature": lambda: [patch.object(context, "activity_of", by_words)],
    "2 what it cites of the own side": lambda: [],  # the tables lack it
    "3 who maintains the project": lambda: [patch.object(module, "_maintainers", _nobody)],
    "4 silence counts though nothing was read": lambda: [patch.object(module, "_covered", _covered)],
    "5 codes, labels, paths, unnamed clients": lambda: [
        without_rules("coded_goal", "thread_label", "paths_name", "unnamed_client"),
        patch.object(Lookups, "coded_in", lambda self, title: []),
        patch.object(Lookups, "_projects", re.compile("(?!)")),
    ],
    "6 any ticket counts as one of the own side": lambda: [],  # the weights say so
    "7 threads next to it": lambda: [patch.object(module, "neighbours", lambda contexts, *_: [[] for _ in contexts])],
    "8 words of bots count": lambda: [patch.object(context.Context, "_is_of_bot", False)],
}
"""What switches a kind off; of 9, a load of git alone, these sets have no row."""


def answers(rows: Rows, kind: str | None = None) -> Judged:
    """Return the answers without a kind of evidence."""
    weights = weights_of_rules()
    if kind and kind.startswith("6"):
        weights = as_one(weights, "ticket", "from our side", "its own")
    if kind and kind.startswith("2"):
        rows = rows._replace(known=without_what_it_cites(rows.known))
    with ExitStack() as stack:
        for switch in KINDS_OF_FAULT[kind]() if kind else ():
            stack.enter_context(switch)
        return rows.judged(weights)


def in_the_way(rows: Rows, judged: Judged) -> Iterator[tuple[str, str]]:
    """Yield what stands in the way of each wrong answer, and its thread."""
    pairs = rows.pairs(judged)
    reasons = judged.reasons[judged.reasons["weight"] > 0]
    says = set(zip(reasons["id"], reasons["lead"], strict=True))
    wrong = pairs.loc[pairs["truth"] != pairs["answer"], ["id", "truth", "thread"]].astype(object)
    for name, truth, thread in wrong.itertuples(index=False):
        if truth == Lead.UNCLEAR:
            why = "people see nothing that decides, and the package answers"
        elif (name, truth) not in says:
            why = f"{truth}-led, and nothing in the files says so"
        else:
            why = f"{truth}-led, and other evidence weighs as much or more"
        yield why, thread


def main() -> None:
    """Print a table of kinds, and one of the rows that stay wrong."""
    sets = list(labelled_rows())
    print(f"{'':44}" + "".join(f"{rows.name:>36}" for rows in sets))
    found = {rows.name: rows.pairs(answers(rows)) for rows in sets}
    for kind in (None, *KINDS_OF_FAULT):
        cells = []
        for rows in sets:
            whole, pairs = found[rows.name], rows.pairs(answers(rows, kind))
            decided = pairs[is_decided(pairs)]
            served, said = decided["truth"] == Lead.STAKEHOLDER, decided["answer"] == Lead.STAKEHOLDER
            was, now = whole["truth"] == whole["answer"], pairs["truth"] == pairs["answer"]
            precision, recall = (served & said).sum() / max(said.sum(), 1), (served & said).sum() / served.sum()
            f1 = macro_f1(decided["truth"], decided["answer"])
            gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
            cells.append(f"{f1:.3f}  {precision:.2f} / {recall:.2f}  {gained:+3d} -{lost}")
        print(f"{kind or 'as the package answers':44}" + "".join(f"{cell:>36}" for cell in cells), flush=True)
    wrong = [(*one, rows.name) for rows in sets for one in in_the_way(rows, answers(rows))]
    table = pd.DataFrame(wrong, columns=["why", "thread", "set"])
    for why, part in table.groupby("why"):
        counts = part["set"].value_counts().reindex([rows.name for rows in sets], fill_value=0)
        print(f"\n{why}: {', '.join(f'{count} of {name}' for name, count in counts.items())}")
        print("  " + ", ".join(part["thread"]))


if __name__ == "__main__":
    main()
