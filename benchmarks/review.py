"""Measure the review of a large team: listed in ``benchmarks/__main__.py``."""

import json
from pathlib import Path

from tests.helpers.crowd import contributions, organisation, references


def write_crowd(folder: Path, members: int, rows: int) -> Path:
    """Write a contribkit.toml of a team, and records of so many invented contributions in one quarter."""
    org = organisation()
    logins = [f"member-{number}-example" for number in range(1, members + 1)]
    lines = ['[organisation]\nname = "Crowd"\nown = ["example-collective"]', '[[teams]]\nname = "Crowd"']
    lines += [f'[[teams.members]]\nlogin = "{login}"' for login in logins]
    lines += [f'[[upstream]]\nname = "{one.name}"\norgs = {json.dumps(one.orgs)}' for one in org.upstream if one.orgs]
    lines += [f'[[stakeholders]]\nname = "{one.name}"\naliases = {json.dumps(one.aliases)}' for one in org.stakeholders]
    lines.append('[sources.records]\ncontributions = ["c.jsonl"]\nreferences = ["r.jsonl"]')
    (folder / "contribkit.toml").write_text("\n".join(lines), encoding="utf-8")
    table, known = contributions(rows, org).to_dict("records"), list(org.members)
    for number, row in enumerate(table):
        login = logins[number % members]
        mine = {name: login for name in ("actor", "author") if row[name] in known}
        day = f"2026-{7 + number % 3:02}-{number % 28 + 1:02}"
        row |= mine | {"id": f"{row['repo']}#{number}@{login}:{row['kind']}", "happened_at": day}
    for name, written in (("c.jsonl", table), ("r.jsonl", references(rows // 5, org).to_dict("records"))):
        (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in written), encoding="utf-8")
    return folder / "contribkit.toml"
