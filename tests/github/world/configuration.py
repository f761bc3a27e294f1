"""The contribkit.toml of the workload's organisation, and the activity log that its people keep."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contribkit.config.organisation import Organisation
from tests.github.world.people import TIMEZONE, USER_BOT, Member

if TYPE_CHECKING:
    from tests.github.workload import Workload

_HEAD = f"""[organisation]
name = "Fern Collective"
own = ["ferncollective-example"]
timezone = "{TIMEZONE}"
bots = ["*[bot]", "{USER_BOT.login}"]

[[stakeholders]]
name = "Reedlands"
orgs = ["reedlands-example"]
repos = ["reedlands-example/reed-hub"]
trackers = ["ferncollective-example/reedlands-*"]

[[initiatives]]
name = "What Reedlands needs"
refs = ["ferncollective-example/infrastructure#1", "ferncollective-example/contracts#1"]
stakeholder = "Reedlands"

[[initiatives]]
name = "What nobody may see"
refs = ["stranger-example/vault#1"]

[[goals]]
name = "Review what others send"
activities = ["review"]
refs = ["ferncollective-example/upstream-plans#1", "ferncollective-example/upstream-plans"]
target = 20

[signals]
planned_labels = ["good-community-citizen"]
stakeholder_labels = ["Contract Deliverable"]

[sources.activity_log]
files = ["activities.csv"]

"""
LOG = "activities.csv"


def write(workload: "Workload", folder: Path, settings: dict[str, Any]) -> Organisation:
    """Write contribkit.toml and the activity log into a folder, and read them."""
    lines = [_HEAD, *_teams(workload), *_upstream(workload), "[sources.github]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    path = folder / "contribkit.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / LOG).write_text("\n".join(log(workload)) + "\n", encoding="utf-8")
    return Organisation.read(path)


def _teams(workload: "Workload") -> list[str]:
    lines = []
    for team in ("Product", "Hubs"):
        lines.append(f'[[teams]]\nname = "{team}"')
        for member in workload.members:
            if team in member.teams:
                lines += ["[[teams.members]]", *_member(member)]
    return lines


def _member(member: Member) -> list[str]:
    lines = [f'login = "{member.login}"']
    lines += [f"aliases = {json.dumps(list(member.aliases))}"] if member.aliases else []
    lines += [f"from = {member.first_day}"] if member.first_day else []
    return lines + ([f"to = {member.last_day}"] if member.last_day else [])


def _upstream(workload: "Workload") -> list[str]:
    """Name an organisation as a whole, and repositories that stand alone one by one."""
    owners = {repository.owner for repository in workload.world.upstream}
    organisations = sorted(owner.login for owner in owners if owner.kind == "Organization")
    # A renamed repository stands there by the name that it had.
    alone = [
        f"{one.owner.login}/{one.former_name or one.name}"
        for one in workload.world.upstream
        if one.owner.kind != "Organization"
    ]
    lines = [f'[[upstream]]\nname = "{login}"\norgs = ["{login}"]' for login in organisations]
    return [*lines, f'[[upstream]]\nname = "Alone"\nrepos = {json.dumps(alone)}'] if alone else lines


def log(workload: "Workload") -> list[str]:
    """Return the activity log: meetings, a day each, of members who always were."""
    lasting = [member for member in workload.members if not (member.first_day or member.last_day)]
    rows = ["date,who,what,activity"]
    for number in range(workload.figures.log_entries):
        day = workload.period.first_day + timedelta(days=7 * number)
        rows.append(f"{day},{lasting[number % len(lasting)].login},Ran the meeting of week {number + 1},meeting")
    return rows
