"""Fit the weights by which titles, paths and sizes tell activities apart: ``python -m benchmarks.activity [--write]``.

It reads ``changelogs/dev.jsonl.gz`` next to the real set: titles of merged pull requests with the heading under which
their own maintainers filed them, and the labelled sets of contributions. It prints how often the changes of each
organisation are told right by weights fitted on all other organisations, and with ``--write`` fits on all of them and
writes contribkit/classifiers/activity_weights.csv.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from contribkit.classifiers.activity import CLASSES, WEIGHTS, features
from contribkit.io import read_jsonl
from tests.helpers.repositories import REALSET

CHANGELOGS = REALSET.parent / "changelogs" / "dev.jsonl.gz"
_ORGANISATIONS = 4  # in which a feature must occur: a word of one project tells nothing of the next
_C = 0.1  # inverse strength of the regularisation; 0.03 to 0.3 gave the same to 0.01, with organisations left out
_SMALLEST = 0.04  # log-odds below which a weight is left out of the file
_LABELLED = 8.0  # what a contribution that a person labelled counts, in changes of an average repository
_SETS = ("realset", "realset_natural", "realset_opencraft")
_ECOSYSTEM = ("jupyter", "dask", "ipython", "executablebooks")


def read_changes() -> list[dict[str, Any]]:
    """Return the labelled changes of the five activities, without those of the real set."""
    with gzip.open(CHANGELOGS, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["activity"] in CLASSES and "realset" not in row["tags"]]


def read_labelled() -> list[dict[str, Any]]:
    """Return the pull requests and issues of the labelled sets, as changes; the owner is the set's organisation."""
    found = []
    for folder in (REALSET.parent / name for name in _SETS):
        if not (folder / "labels.jsonl").is_file():
            continue
        rows = {row["id"]: row for _, row in read_jsonl(folder / "contributions.jsonl")}
        for _, label in read_jsonl(folder / "labels.jsonl"):
            row = rows[label["id"]]
            if row["kind"] in ("pull_request", "issue") and label["activity"] in CLASSES:
                organisation = folder.name.removesuffix("_natural")  # of the same organisation as realset
                known = {"repo": f"{organisation}/labelled", "title_raw": row["title"], "tags": ["labelled"]}
                found.append({"additions": None, "deletions": None} | row | known | {"activity": label["activity"]})
    return found


def owner(row: dict[str, Any]) -> str:
    """Return the organisation of a change."""
    return str(row["repo"].split("/")[0])


class Design:
    """The matrix of features, the answers and the weights of rows: a repository counts by the root of its rows."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        seen: defaultdict[str, set[str]] = defaultdict(set)
        # With the prefix, as titles come, and without it, as most projects write them.
        self.rows = [*rows, *(row for row in rows if row["title_raw"] != row["title"])]
        titles = [*(row["title"] for row in rows), *(row["title_raw"] for row in self.rows[len(rows) :])]
        found = [
            features(title, row.get("body") or "", row["files"] or [], row["additions"], row["deletions"])
            for title, row in zip(titles, self.rows, strict=True)
        ]
        for row, names in zip(self.rows, found, strict=True):
            for name in names:
                seen[name].add(owner(row))
        kept = {name for name, owners in seen.items() if len(owners) >= _ORGANISATIONS} | {"trouble"}
        self.vectorizer = DictVectorizer()
        self.matrix = self.vectorizer.fit_transform([{k: v for k, v in row.items() if k in kept} for row in found])
        self.answers = np.array([row["activity"] for row in self.rows])
        counts = Counter(row["repo"] for row in self.rows)
        self.weights = np.array([counts[row["repo"]] ** -0.5 for row in self.rows])
        self.weights /= self.weights.mean()
        self.weights[["labelled" in row["tags"] for row in self.rows]] = _LABELLED

    def fit(self, part: np.ndarray) -> LogisticRegression:
        """Return the model fitted on a part of the rows."""
        model = LogisticRegression(C=_C, max_iter=150, tol=1e-3)
        return model.fit(self.matrix[part], self.answers[part], sample_weight=self.weights[part])


def left_out(design: Design, count: int) -> np.ndarray:
    """Return the answer for each of the first rows by weights fitted on other organisations."""
    groups = [owner(row) for row in design.rows]
    answers = np.empty(len(groups), dtype=object)
    for train, test in GroupKFold(n_splits=4).split(design.matrix, groups=groups):
        answers[test] = design.fit(train).predict(design.matrix[test])
    return answers[:count]


def figures(rows: list[dict[str, Any]], answers: np.ndarray) -> dict[str, float]:
    """Return accuracies: of all, without bots, of the Jupyter and Dask ecosystem, and with CI as maintenance."""
    truth = np.array([row["activity"] for row in rows])
    people = np.array(["bot" not in row["tags"] for row in rows])
    ecosystem = people & np.array([owner(row).startswith(_ECOSYSTEM) for row in rows])
    hit = answers == truth
    merged = np.where(answers == "ci", "maintenance", answers) == np.where(truth == "ci", "maintenance", truth)
    return {
        "all": float(hit.mean()),
        "without bots": float(hit[people].mean()),
        "Jupyter and Dask, without bots": float(hit[ecosystem].mean()),
        "without bots, ci and maintenance as one": float(merged[people].mean()),
    }


def write(design: Design, path: Path) -> int:
    """Fit on all rows, write the weights, and return how many features they are."""
    model = design.fit(np.arange(len(design.rows)))
    order = [list(model.classes_).index(str(activity)) for activity in CLASSES]
    weights, bias = model.coef_[order].T, model.intercept_[order]
    names = design.vectorizer.get_feature_names_out()
    kept = [(name, row) for name, row in zip(names, weights, strict=True) if np.abs(row).max() >= _SMALLEST]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["feature", *map(str, CLASSES)])
        table.writerows([name, *(f"{value:.2f}" for value in row)] for name, row in [("bias", bias), *kept])
    return len(kept)


def main(arguments: list[str]) -> None:
    """Print the figures, and write the weights where that is asked."""
    if not CHANGELOGS.is_file():
        sys.exit(f"{CHANGELOGS}: not found; set CONTRIBKIT_REALSET to the real set that lies beside it")
    rows = [*read_changes(), *read_labelled()]
    design = Design(rows)
    if "--write" in arguments:
        print(f"{write(design, WEIGHTS)} features written to {WEIGHTS.name}")
        return
    print(f"accuracy on {len(rows)} changes, each organisation left out of the fitting")
    answers = left_out(design, len(rows))
    for name, value in figures(rows, answers).items():
        print(f"  {name:42} {value:.3f}")
    for name in sorted({row["repo"] for row in rows if "labelled" in row["tags"]}):
        part = np.array([row["repo"] == name for row in rows])
        hits = answers[part] == np.array([row["activity"] for row in rows])[part]
        print(f"  {name:42} {hits.mean():.3f}  ({part.sum()} contributions)")


if __name__ == "__main__":
    main(sys.argv[1:])
