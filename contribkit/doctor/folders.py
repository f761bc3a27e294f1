"""The folders that contribkit writes to: can they be read and written?"""

import tempfile
from pathlib import Path

from contribkit.doctor.finding import Finding, count, doubtful, good, wrong
from contribkit.errors import ContribkitError
from contribkit.labels.folder import read_and_warn


def check_labels(folder: Path) -> list[Finding]:
    """Read every label log, as a review would."""
    try:
        labels, warned = read_and_warn(folder)
    except ContribkitError as error:
        return wrong("labels", error, "restore the file from git")
    torn = [doubtful("labels", sentence, "finish the line, or take it out") for sentence in warned]
    return [*torn, good("labels", f"{count(len(labels.effective), 'contribution')} labelled")]


def check_writable(folder: Path) -> list[Finding]:
    """Try whether files can be written to a folder, or to where it would be made; nothing stays behind."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not place.is_dir():
        return wrong(f"{folder.name}/", f"{place}: is a file where a folder should be", "move it away")
    try:
        # A file without a name where the system has such: nobody ever sees it.
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        said = f"{place}: cannot be written ({error.strerror})"
        return wrong(
            f"{folder.name}/", said, "give yourself the right to write there, or move the whole to another place"
        )
    return [good(f"{folder.name}/", "can be written")]
