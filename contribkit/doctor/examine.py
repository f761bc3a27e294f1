"""Everything that the doctor looks at, in the order in which it is shown."""

from collections.abc import Sized
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.doctor.configuration import check_configuration, check_placeholders
from contribkit.doctor.finding import Finding, count, good, wrong
from contribkit.doctor.folders import check_labels, check_writable
from contribkit.doctor.machine import check_git, check_kernel, check_time_zones, check_versions
from contribkit.doctor.sources import check_sources
from contribkit.errors import ContribkitError


def examine(config: str | Path) -> list[Finding]:
    """Look at a set-up: the file, the sources, the folders and the machine. Nothing is changed.

    Parameters
    ----------
    config
        A contribkit.toml.

    Returns
    -------
    list of Finding
        One for each thing, the good ones too; where the file cannot be read, that and the machine alone.

    Examples
    --------
    >>> from contribkit.config.organisation import SAMPLE
    >>> print(examine(SAMPLE)[0])
    ✓ configuration: 2 teams, 10 members, 4 upstream projects, 2 sources
    """
    path = Path(config)
    try:
        organisation = Organisation.read(path)
    except ContribkitError as error:
        return [*wrong("configuration", error, "mend it there"), *_machine(needs_git=False)]
    return [
        good("configuration", _counted(organisation)),
        *check_placeholders(path),
        *check_configuration(organisation),
        *check_sources(organisation),
        *check_labels(organisation.root / "labels"),
        *check_writable(organisation.root / "labels"),
        *check_writable(organisation.root / "reviews"),
        *_machine(needs_git="git" in organisation.sources),
    ]


def _counted(organisation: Organisation) -> str:
    tables: dict[str, Sized] = {
        "team": organisation.teams,
        "member": organisation.members,
        "upstream project": organisation.upstream,
        "source": organisation.sources,
    }
    return ", ".join(count(len(table), word) for word, table in tables.items())


def _machine(needs_git: bool) -> list[Finding]:
    return [*check_versions(), *check_git(needs_git), *check_kernel(), *check_time_zones()]
