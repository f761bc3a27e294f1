"""Which label logs a notebook works on."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from contribkit.labels import Labels
from contribkit.rendering.folder import beside, replace

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def read_labels(organisation: "Organisation", sample_labels: str | Path = "sample-labels") -> Labels:
    """Read the label logs into whose folder a person's own will go: ``labels`` beside contribkit.toml.

    The sample lies inside the installed package, which stays as it is: its label logs are copied first, once.

    Parameters
    ----------
    organisation
        Whose labels.
    sample_labels
        Where labels of the sample go, relative to the notebook.
    """
    given = organisation.root / "labels"
    if not organisation.sample:
        return Labels.read(given)
    own = Path(sample_labels).absolute()
    if not own.exists():
        with beside(own) as copy:
            shutil.copytree(given, copy, dirs_exist_ok=True)
            replace(copy, own)
    return Labels.read(own)
