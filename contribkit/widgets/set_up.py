"""Set up an own organisation in a notebook, as visitors on Binder do, and take the result home."""

import base64
import io
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.init.acceptance import propose
from contribkit.loaders.github.settings import DOTCOM
from contribkit.period import Period
from contribkit.rendering import render

_LOST = "On Binder all of this is lost when the session ends: take it home before you go, and put nothing private here."


class SetUp:
    """Set up an own organisation in a notebook: let GitHub propose a contribkit.toml, or bring one into the folder.

    Parameters
    ----------
    folder
        Where the files are: a new folder, or one that `contribkit init` made or files were uploaded to.
    api_url
        Where GitHub is; of GitHub Enterprise ``https://HOST/api/v3``.

    Examples
    --------
    >>> SetUp("our-reviews").config.name
    'contribkit.toml'
    """

    def __init__(self, folder: str | Path = "our-reviews", api_url: str = DOTCOM) -> None:
        self.folder, self._api_url = Path(folder), api_url

    @property
    def config(self) -> Path:
        """The contribkit.toml, for `contribkit.open_review`."""
        return self.folder / "contribkit.toml"

    def ask_github(self, organisation: str = "", team: str = "") -> Any:
        """Ask GitHub about an organisation, or a team of it, and show what it proposes, to tick and to write.

        The token is typed into a hidden field, and neither shown nor kept. Without a name nothing is asked.
        """
        if not organisation:
            return ipywidgets.HTML("Write the name of your GitHub organisation between the quotation marks.")
        proposed = propose(self.folder, organisation, team, self._api_url)
        boxes = [
            ipywidgets.Checkbox(
                value=one.is_taken, indent=False, layout={"width": "95%"},
                description=f"{one.table} · {one.name}: {one.evidence}",
            )
            for one in proposed.found
        ]  # fmt: skip
        button = ipywidgets.Button(description="Write contribkit.toml")
        message = ipywidgets.HTML("<br>".join(map(escape, proposed.broken)))

        def write(_: Any) -> None:
            found = list(zip(proposed.found, boxes, strict=True))
            try:
                proposed.write([one for one, box in found if box.value], [one for one, box in found if not box.value])
                message.value = escape(
                    f"{self.config} is written: {len(Organisation.read(self.config).members)} members"
                )
            except ContribkitError as error:
                message.value = escape(str(error))

        button.on_click(write)
        return ipywidgets.VBox([*boxes, button, message])

    def review(self, period: str = "last quarter") -> Any:
        """Render the review of a period for each team, and return links to the pages; GitHub may want the token again.

        Raises `ContribkitError` where a notebook stopped.
        """
        if not self.config.exists():
            return ipywidgets.HTML(f"There is no {escape(str(self.config))} yet: ask GitHub above, or bring one.")
        from IPython.display import FileLinks

        org = Organisation.read(self.config)
        results = render(org, Period(period, org.timezone))
        if stopped := [f"{one.team}: {one.failure}" for one in results if one.failure]:
            raise ContribkitError("\n".join(stopped))
        links: Any = FileLinks  # untyped
        return links(results[0].folder.parent, included_suffixes=[".html"])

    def take_home(self) -> Any:
        """Return a link to a zip of the folder, without clones and stores."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.folder.rglob("*")):
                place = path.relative_to(self.folder)
                if path.is_file() and place.parts[0] not in (".git", "clones") and path.suffix != ".sqlite":
                    archive.write(path, place)
        data, name = base64.b64encode(packed.getvalue()).decode(), escape(f"{self.folder.name}.zip")
        link = f'<a download="{name}" href="data:application/zip;base64,{data}">Save {name}</a>'
        return ipywidgets.HTML(f"{link if self.config.exists() else 'There is nothing to take home yet.'} {_LOST}")
