"""Every expression and rule of the classifiers on hostile texts of 60 kB: ``python -m tests.helpers.hostile``.

One that backtracks takes hours here, and all others together less than a minute: after `MOST` the process is ended.
"""

import importlib
import pkgutil
import re
import resource
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pandas as pd

import contribkit.classifiers
from contribkit import Organisation, classify
from contribkit.classifiers.stakeholder_mentions import Lookups
from contribkit.config.models import Signals
from contribkit.config.patterns import compile_patterns

LENGTH = 60_000
MOST = 900  # seconds of work, however busy the machine is with something else
UNITS = [
    " ", "\n", "\t", "\n\n", "\n- ", "\n1. ", ". ", ".\n", "!?", "a", "A", "a ", "A ", "a.", "a-", "a/", "a_",
    "-", "--- ", "/", "(", "[", "](", "@", "@a ", "#", "0", "0.", "1.1", "v1", "v1. ", "x/y", "x/y#", "x/y#1",
    "https://", "https://a.", "github.com/", "github.com/a/", "github.com/a/b/", "github.com/a/b/pull/",
    "github.com/a/b/releases/tag/.", "a.b.c.", "a.b/", "/.vscode/", "/.devcontainer/", "/docs/", "/test_",
    ".github/workflows/", "requirements", "requirements.txt", "é", "漢", "ſ", "İ", "\u202e", "\x00", "🦀",
    "Saltreed", "Saltreed ", "Saltreed Network", "Brackwater  ", "desk.example/tickets/", "our hub",
    "thanks to ",
]  # fmt: skip


def texts() -> Iterator[str]:
    """Yield each unit over and over, also where the end spoils a match that was almost there."""
    for unit in UNITS:
        whole = (unit * LENGTH)[:LENGTH]
        yield whole
        yield f"{whole[:-2]}\n!"


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(contribkit.classifiers.__path__, "contribkit.classifiers.")
    return [importlib.import_module(module.name) for module in found]


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every expression of the classifiers, wherever in a module it stands."""
    found: dict[str, re.Pattern[str]] = {}
    for module in [*modules(), importlib.import_module("contribkit.ids")]:
        for name, value in vars(module).items():
            found |= {f"{module.__name__}.{name}[{n}]": pattern for n, pattern in enumerate(_within(value))}
    org = organisation()
    found["names"] = Lookups(org)._pattern
    return found


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _within(part)


def organisation() -> Organisation:
    sample = Organisation.read_sample()
    tickets = ["*.desk.example/*", "desk.example/tickets/*/*/*?"]
    return replace(sample, signals=Signals(tickets=tickets, stakeholder_trackers=["*/*-hub", "a*/b*"]))


def try_patterns() -> int:
    """Search and split with each expression in each text, and in repetitions of its own words."""
    org, tried = organisation(), 0
    for written in (org.signals.tickets, org._trackers):  # held against an address or a repository, never more
        for text in texts():
            compile_patterns(tuple(written)).fullmatch(text[:500])
    for pattern in patterns().values():
        own = sorted(set(re.findall(r"[A-Za-z]{3,}", pattern.pattern)))
        words = [(f"{word}{end}" * LENGTH)[:LENGTH] for word in own[:20] for end in (" ", "")]
        for text in (*texts(), *words):
            pattern.search(text)
            pattern.split(text)
            tried += 1
    return tried


def try_rules() -> int:
    """Classify contributions and references that consist of such texts: every rule sees them at every place."""
    org, kinds = organisation(), ["pull_request", "review", "issue", "comment", "release", "repository", "triage"]
    rows, found = [], []
    for number, text in enumerate(texts()):
        ref = f"wicketlamp-example/lamp#{number}"
        inward = {"ref": "example-collective/plans#1", "title": text, "text": text, "labels": [text], "by": "x"}
        rows.append({
            "id": f"{ref}@ada-example:{kinds[number % len(kinds)]}",
            "kind": kinds[number % len(kinds)],
            "repo": "wicketlamp-example/lamp",
            "actor": "ada-example",
            "author": text[:40] or "x",
            "title": text,
            "body": text,
            "remarks": [text],
            "labels": [text],
            "files": [text[:4096]],  # the longest path that git takes
            "links_out": [text, "example-collective/infrastructure#1"],
            "links_in": [inward] if number % 2 else [],
            "participants": [text],
            "happened_at": "2026-08-01",
        })  # fmt: skip
        for kind in ("document", "commit", "issue"):
            words = {"title": text, "text": f"{text} {ref}", "context": text, "labels": [text], "id": f"{kind}{number}"}
            found.append({"ref": ref, "source": "example-collective/plans", "kind": kind} | words)
    return len(classify(pd.DataFrame(rows), pd.DataFrame(found), org).contributions)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST))
    print(try_patterns(), "texts tried with", len(patterns()), "expressions;", try_rules(), "contributions judged")
