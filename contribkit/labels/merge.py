"""Bring the events of other folders or files of label logs into one folder, each once."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from contribkit.errors import ContribkitError
from contribkit.labels.event import Event
from contribkit.labels.folder import Labels
from contribkit.labels.log import write_logs
from contribkit.labels.reading import logs_below, read_log, united
from contribkit.period import Period


class Merged(NamedTuple):
    """How many events were new, how many known already, and which files were written."""

    new: int
    known: int
    files: list[Path]


def merge(sources: Iterable[Path], folder: Path, period: str | None = None) -> Merged:
    """Write the events of other label logs that a folder lacks into new logs there.

    Parameters
    ----------
    sources
        Files, and folders of them.
    folder
        The folder of label logs.
    period
        Into which period's folder; by default as where they come from.

    Raises
    ------
    ContribkitError
        For what cannot be read, holds a wrong line or lies in no folder of a period; then nothing is written.
    """
    found = united((path, event) for source in sources for path in _logs(source) for event in read_log(path))
    here = {event["id"] for event in Labels.read(folder).events}
    fresh: dict[str, list[Event]] = {}
    for name, (path, event) in found.items():
        if name not in here:
            fresh.setdefault(period or _period_of(path), []).append(event)
    new = sum(map(len, fresh.values()))
    return Merged(new, len(found) - new, write_logs(folder, fresh))


def _logs(source: Path) -> list[Path]:
    if source.is_dir():
        return logs_below(source)
    if not source.is_file():
        raise ContribkitError(f"{source}: there is no such file or folder; name label logs, or a folder of them")
    return [source]


def _period_of(path: Path) -> str:
    name = path.absolute().parent.name
    try:
        return str(Period(name))
    except ContribkitError:
        raise ContribkitError(f"{path}: lies in no folder of a period; say which with --period") from None
