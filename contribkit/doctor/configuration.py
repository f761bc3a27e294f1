"""What is right in form in a contribkit.toml, and still makes a review poorer or wrong."""

from collections.abc import Iterator
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.doctor.finding import Finding, doubtful, wrong
from contribkit.init import PLACEHOLDER

_SUBJECT = "configuration"


def check_placeholders(path: Path) -> list[Finding]:
    """Say where the words of `contribkit init` still stand."""
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [
        str(number)
        for number, line in enumerate(lines, start=1)
        if PLACEHOLDER in line and not line.lstrip().startswith("#")
    ]
    if not found:
        return []
    places = f"{path}:{found[0]}: {PLACEHOLDER} still stands on line{'s' if found[1:] else ''} {', '.join(found)}"
    return wrong(_SUBJECT, places, "write there what the comment beside it says")


def check_configuration(organisation: Organisation) -> Iterator[Finding]:
    """Yield what a review would lack: dates of members, threads of plans, upstream projects."""
    yield from _check_scope(organisation)
    yield from _check_members(organisation)
    yield from _check_plans(organisation)
    yield from _check_people(organisation)


def _check_scope(organisation: Organisation) -> Iterator[Finding]:
    if organisation.scope == "everywhere":
        yield doubtful(
            _SUBJECT,
            'scope = "everywhere" looks at all that people do on GitHub, their own projects too',
            "take it out, so that only [[upstream]] projects are looked at, or make sure that everybody agreed",
        )
    elif not organisation.upstream:
        yield doubtful(
            _SUBJECT,
            "there is no [[upstream]] project, so that no work on GitHub is looked at",
            'add [[upstream]] with name = "JupyterHub" and orgs = ["jupyterhub"]',
        )


def _check_members(organisation: Organisation) -> Iterator[Finding]:
    undated = [member.login for _, member in organisation.memberships if member.from_ is None]
    if undated:
        yield doubtful(
            _SUBJECT,
            f'without "from", all that they ever did counts as the team\'s: {", ".join(dict.fromkeys(undated))}',
            "write from = and the first day in the team, such as from = 2024-01-15, below each login",
        )


def _check_plans(organisation: Organisation) -> Iterator[Finding]:
    plans = (("initiative", organisation.initiatives), ("goal", organisation.goals))
    for what, tables in plans:
        for table in tables:
            if not table.refs:
                yield doubtful(
                    _SUBJECT,
                    f'the {what} "{table.name}" has no refs, so that no link can tie a contribution to it',
                    'write refs = ["owner/repo#1"], the threads where it is planned',
                )


def _check_people(organisation: Organisation) -> Iterator[Finding]:
    for stakeholder in organisation.stakeholders:
        for person in stakeholder.people:
            if organisation.member(person):
                yield doubtful(
                    _SUBJECT,
                    f"{person} speaks for {stakeholder.name} and is a member: on days of membership only that counts",
                    f"make sure that from and to of the membership are right, or take {person} out of people",
                )
