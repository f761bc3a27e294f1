"""Set up an own organisation in a notebook, as visitors on Binder do, and take the result home."""

import base64
import io
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from itertools import compress, islice
from pathlib import Path
from typing import Any

import ipywidgets

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.init.acceptance import propose, with_aliases
from contribkit.io import write_whole
from contribkit.loaders.git import unknown_people
from contribkit.loaders.github.settings import DOTCOM
from contribkit.period import Period
from contribkit.rendering import render
from contribkit.tables import grouped

_MOST = 50  # people in clones who are shown at once
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

    @property
    def _no_config(self) -> Any:
        return ipywidgets.HTML(f"There is no {escape(str(self.config))} yet: ask GitHub above, or bring one.")

    def ask_github(self, organisation: str = "", team: str = "") -> Any:
        """Ask GitHub about an organisation, or a team of it, and show what it proposes, to tick and to write.

        The token is typed into a hidden field, and neither shown nor kept. Without a name nothing is asked.
        """
        if not organisation:
            return ipywidgets.HTML("Write the name of your GitHub organisation between the quotation marks.")
        proposed = propose(self.folder, organisation, team, self._api_url)
        found = [(f"{one.table} · {one.name}: {one.evidence}", one.is_taken) for one in proposed.found]

        def write(ticks: list[bool]) -> None:
            taken = list(compress(proposed.found, ticks))
            proposed.write(taken, [one for one in proposed.found if one not in taken])

        return self._to_tick(found, write, proposed.broken)

    def ask_clones(self) -> Any:
        """Show who in the clones looks like a member and counts as somebody else, to tick and to write as aliases."""
        if not self.config.exists():
            return self._no_config
        org, before = Organisation.read(self.config), self.config.read_text(encoding="utf-8")
        found = list(islice(unknown_people(org), _MOST)) if "git" in org.sources else []
        if not found:
            return ipywidgets.HTML("Nobody in the clones looks like a member and counts as somebody else.")

        def write(ticks: list[bool]) -> None:
            if self.config.read_text(encoding="utf-8") != before:
                raise ContribkitError(f"{self.config}: was changed meanwhile, so nothing was written; run this again")
            taken = [(login, mail) for _, login, mail in compress(found, ticks)]
            write_whole(self.config, with_aliases(before, grouped(*zip(*taken, strict=True)) if taken else {}))

        return self._to_tick([(said, False) for said, _, _ in found], write)

    def _to_tick(
        self, found: list[tuple[str, bool]], write: Callable[[list[bool]], None], said: Sequence[str] = ()
    ) -> Any:
        """Return boxes with sentences to tick, and a button that writes what is ticked into contribkit.toml."""
        boxes = [
            ipywidgets.Checkbox(value=is_taken, indent=False, layout={"width": "95%"}, description=sentence)
            for sentence, is_taken in found
        ]
        button, message = ipywidgets.Button(description="Write contribkit.toml"), ipywidgets.HTML()
        message.value = "<br>".join(map(escape, said))

        def press(_: Any) -> None:
            try:
                write([box.value for box in boxes])
                members = len(Organisation.read(self.config).members)
                message.value = escape(f"{self.config} is written: {members} members")
            except ContribkitError as error:
                message.value = escape(str(error))

        button.on_click(press)
        return ipywidgets.VBox([*boxes, button, message])

    def review(self, period: str = "last quarter") -> Any:
        """Render the review of a period for each team, and return links to the pages; GitHub may want the token again.

        Raises `ContribkitError` where a notebook stopped.
        """
        if not self.config.exists():
            return self._no_config
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
