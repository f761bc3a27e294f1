"""A crowd of invented contributions: ``python -m tests.helpers.crowd 100000`` times classify on it.

They are lifelike in what costs time: words are as frequent as in real texts (Zipf), texts as long as asked for on
average, and links, logins, addresses, lists and names of stakeholders stand in them now and then. The seed is fixed:
two runs see the same texts.
"""

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing import Process
from pathlib import Path

import numpy as np
import pandas as pd

from contribkit.config.models import Stakeholder
from contribkit.config.organisation import Organisation
from contribkit.parquet import read_parquet, write_parquet
from contribkit.tables import CONTRIBUTIONS, REFERENCES, conform

CHARACTERS = 1500
_WORDS = 20_000
_STAKEHOLDERS = 40
_KINDS = ["pull_request"] * 6 + ["review"] * 2 + ["issue", "comment", "triage"]
_FILES = [
    "docs/index.md",
    "src/app.py",
    ".github/workflows/test.yml",
    "tests/test_app.py",
    "pyproject.toml",
    "README.md",
]
_TITLES = [
    "Fix the {} of {}", "Add {} to {}", "Document {} and {}", "Bump {} from 1.2 to {}", "Refactor {} for {}",
    "CI: flaky test in {} {}", "{} breaks {}", "Release {} {}", "Let {} choose {}", "Question about {} {}",
]  # fmt: skip


def organisation() -> Organisation:
    """Return the sample's organisation with as many stakeholders as a real one has."""
    sample = Organisation.read_sample()
    syllables = ["Ark", "Bro", "Cal", "Dun", "Esk", "Fen", "Gil", "Hol"]
    names = [f"{a}{b.lower()}" for a in syllables for b in syllables if a != b][
        : _STAKEHOLDERS - len(sample.stakeholders)
    ]
    further = [Stakeholder(name=f"{name} Institute", aliases=[name], people=[f"{name.lower()}-lead"]) for name in names]
    return replace(sample, stakeholders=[*sample.stakeholders, *further])


def words(rng: np.random.Generator) -> list[str]:
    """Return a vocabulary, the frequent words first and short."""
    letters = np.array(list("etaoinshrdlucmfwypvbgkqjxz"))
    weights = np.linspace(2, 0.1, len(letters))
    lengths = np.clip(rng.poisson(np.linspace(3, 8, _WORDS)), 1, 16)
    made = rng.choice(letters, size=int(lengths.sum()), p=weights / weights.sum())
    return ["".join(part) for part in np.split(made, np.cumsum(lengths)[:-1])]


def texts(count: int, org: Organisation, rng: np.random.Generator, characters: int = CHARACTERS) -> list[str]:
    """Return texts that are as long as asked for on average, some of them much longer."""
    vocabulary = words(rng)
    chances = 1 / np.arange(2, len(vocabulary) + 2)
    names = [stakeholder.name for stakeholder in org.stakeholders]
    lengths = np.maximum(rng.gamma(1.5, characters / 5 / 1.5, count), 3).astype(int)
    drawn = rng.choice(len(vocabulary), size=int(lengths.sum()), p=chances / chances.sum())
    made, start = [], 0
    for number, length in enumerate(lengths):
        parts = [vocabulary[index] for index in drawn[start : start + length]]
        start += length
        for place in range(11, length, 12):
            parts[place] += ".\n" if place % 5 else ".\n- "
        _sprinkle(parts, number, names, rng)
        made.append(" ".join(parts))
    return made


def _sprinkle(parts: list[str], number: int, names: list[str], rng: np.random.Generator) -> None:
    """Put in what rules look for: links in half of the texts, the rest now and then."""
    draws = rng.random(7)
    pieces = (
        (0.5, f"https://github.com/wicketlamp-example/lamp/pull/{number % 5000}"),
        (0.3, f"closes quirefold-example/quire#{number % 700}"),
        (0.05, f"example-collective/infrastructure#{number % 900}"),
        (0.03, f"needed by {names[number % len(names)]}"),
        (0.2, f"see https://example.org/page/{number}, thanks @somebody-example"),
        (0.1, "on our hub"),
        (0.05, "Thanks to our funders"),
    )
    for draw, (chance, piece) in zip(draws, pieces, strict=True):
        if draw < chance:
            parts.insert(number % len(parts), piece)


def contributions(count: int, org: Organisation, seed: int = 0, characters: int = CHARACTERS) -> pd.DataFrame:
    """Return a table of contributions of the members in the upstream projects."""
    rng = np.random.default_rng(seed)
    bodies = texts(count, org, rng, characters)
    vocabulary = words(rng)
    members = list(org.members)
    return pd.DataFrame([_row(number, body, vocabulary, members) for number, body in enumerate(bodies)])


def _row(number: int, body: str, vocabulary: list[str], members: list[str]) -> dict[str, object]:
    repo = ["wicketlamp-example/lamp", "quirefold-example/quire", "tarngrid-example/grid"][number % 3]
    kind, actor = _KINDS[number % len(_KINDS)], members[number % len(members)]
    own = [f"example-collective/infrastructure#{number % 900}"] if number % 10 == 0 else []
    title = _TITLES[number % len(_TITLES)].format(vocabulary[number % 5000], vocabulary[(number * 7) % 5000])
    return {
        "id": f"{repo}#{number}@{actor}:{kind}",
        "kind": kind,
        "repo": repo,
        "number": number,
        "url": f"https://github.com/{repo}/pull/{number}",
        "actor": actor,
        "author": actor if kind in ("pull_request", "issue") else f"outsider-{number % 300}",
        "happened_at": f"2026-0{number % 9 + 1}-{number % 28 + 1:02}",
        "acts": number % 4 + 1,
        "state": "merged",
        "labels": ["bug"] if number % 4 == 0 else [],
        "files": [_FILES[(number + step) % len(_FILES)] for step in range(number % 5)],
        "links_out": [f"{repo}#{number // 2}", *own] if number % 2 else own,
        "links_in": [{"ref": own[0], "title": title, "by": actor}] if number % 20 == 0 else [],
        "title": title,
        "body": body,
        "remarks": [body[:200]] if kind in ("review", "comment") else [],
        "participants": [f"outsider-{(number + step) % 300}" for step in range(number % 6)],
        "source": "github",
    }


def references(count: int, org: Organisation, seed: int = 1) -> pd.DataFrame:
    """Return references of the organisation's own side, each to one of the first threads of `contributions`."""
    rng = np.random.default_rng(seed)
    repos = ["wicketlamp-example/lamp", "quirefold-example/quire", "tarngrid-example/grid"]
    kinds = ["document", "commit", "issue"]
    return pd.DataFrame([
        {
            "ref": f"{repos[number % 3]}#{number}",
            "source": "example-collective/infrastructure",
            "kind": kinds[number // 3 % 3],
            "id": f"{number}",
            "url": f"https://github.com/example-collective/infrastructure/issues/{number}",
            "title": text[:60],
            "text": f"{text}\nSee {repos[number % 3]}#{number}.",
            "context": text[:230],
        }
        for number, text in enumerate(texts(count, org, rng, 480))
    ])  # fmt: skip


def peak_memory() -> float:
    """Return the most memory that this process took, in MB."""
    if (status := Path("/proc/self/status")).exists():  # what `getrusage` tells begins with the memory of the parent
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on a Mac


def write(folder: Path, count: int, characters: int = CHARACTERS, files: int = 1) -> None:
    """Write so many contributions, dealt out to files by repository, and a fifth as many references, as Parquet."""
    org = organisation()
    for number in range(files):
        table = contributions(count // files, org, number, characters)
        for name in ("id", "repo") if number else ():  # of each file its own, in the same projects
            table[name] = table[name].str.replace("-example/", f"-example/part-{number}-", n=1)
        table = conform(table, CONTRIBUTIONS, org.timezone)
        write_parquet(folder / f"contributions-{number:04}.parquet", table, CONTRIBUTIONS)
    told = conform(references(count // 5, org), REFERENCES, org.timezone)
    write_parquet(folder / "references.parquet", told, REFERENCES)


def measure(folder: Path) -> dict[str, float]:
    """Time classify on the contributions and references of a folder, then TfidfVectorizer on the same texts."""
    from contribkit.classifiers import classify

    org = organisation()
    table = read_parquet(folder / "contributions-0000.parquet", CONTRIBUTIONS, "id")
    found = read_parquet(folder / "references.parquet", REFERENCES, "ref")
    start = time.process_time()
    judged = classify(table, found, org)
    classified = time.process_time()
    largest = peak_memory()
    del judged
    from sklearn.feature_extraction.text import TfidfVectorizer

    bodies = [f"{title}\n{body}" for title, body in zip(table["title"], table["body"], strict=True)]
    begun = time.process_time()
    TfidfVectorizer().fit_transform(bodies)
    return {
        "rows": len(table),
        "characters": table["body"].str.len().mean(),
        "classify": classified - start,
        "tfidf": time.process_time() - begun,
        "peak": largest,
    }


if __name__ == "__main__":
    # The tables are made in another process: making them takes more memory than judging them.
    with tempfile.TemporaryDirectory() as place:
        made = Process(target=write, args=(Path(place), int(sys.argv[1])))
        made.start()
        made.join()
        print(json.dumps(measure(Path(place))))
