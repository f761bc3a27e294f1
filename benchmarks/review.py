"""Measure the review of a large team: listed in ``benchmarks/__main__.py``."""

import json
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from contribkit.io import write_jsonl
from contribkit.parquet import write_parquet
from contribkit.tables import CONTRIBUTIONS, REFERENCES, conform
from tests.helpers.crowd import contributions, organisation, references


def write_crowd(folder: Path, members: int, rows: int) -> Path:
    """Write a contribkit.toml of a team, and records of so many invented contributions in one quarter.

    20,000 rows and more are Parquet where pyarrow is installed, as in a team's own tables at rest; others JSON lines.
    """
    org, form = organisation(), "parquet" if rows >= 20_000 and find_spec("pyarrow") else "jsonl"
    print(f"records of {rows:,} contributions are written as {form}")
    logins = [f"member-{number}-example" for number in range(1, members + 1)]
    lines = ['[organisation]\nname = "Crowd"\nown = ["example-collective"]', '[[teams]]\nname = "Crowd"']
    lines += [f'[[teams.members]]\nlogin = "{login}"' for login in logins]
    lines += [f'[[upstream]]\nname = "{one.name}"\norgs = {json.dumps(one.orgs)}' for one in org.upstream if one.orgs]
    lines += [f'[[stakeholders]]\nname = "{one.name}"\naliases = {json.dumps(one.aliases)}' for one in org.stakeholders]
    lines.append(f'[sources.records]\ncontributions = ["c.{form}"]\nreferences = ["r.{form}"]')
    (folder / "contribkit.toml").write_text("\n".join(lines), encoding="utf-8")
    table, known = contributions(rows, org).to_dict("records"), list(org.members)
    for number, row in enumerate(table):
        login = logins[number % members]
        mine = {name: login for name in ("actor", "author") if row[name] in known}
        day = f"2026-{7 + number % 3:02}-{number % 28 + 1:02}"
        row |= mine | {"id": f"{row['repo']}#{number}@{login}:{row['kind']}", "happened_at": day}
    tables = {"c": (table, CONTRIBUTIONS), "r": (references(rows // 5, org).to_dict("records"), REFERENCES)}
    for name, (written, schema) in tables.items():
        path = folder / f"{name}.{form}"
        if form == "parquet":
            write_parquet(path, conform(pd.DataFrame(written), schema), schema)
        else:
            write_jsonl(path, written)
    return folder / "contribkit.toml"
