"""A form in which a visitor on Binder, or a new user, sets up their own organisation, and takes the result home."""

import base64
import io
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.init import start
from contribkit.init.acceptance import Proposed, github_settings, propose
from contribkit.init.github_facts import no_token
from contribkit.loaders.github.settings import DOTCOM
from contribkit.period import Period
from contribkit.rendering import render

_MOST_BYTES = 100_000_000  # of what is uploaded, unpacked; and of what is taken home
_LOST = "On Binder all of this is lost when the session ends. Take it home before you go; put nothing private here."


class SetUp:
    """Set up an own organisation in a notebook: upload or paste its files, or let GitHub propose a contribkit.toml.

    Parameters
    ----------
    folder
        Where the files go: a new folder, or one that `contribkit init` or this form made.
    api_url
        Where GitHub is; of GitHub Enterprise ``https://HOST/api/v3``.

    Examples
    --------
    >>> SetUp("our-reviews").config.name
    'contribkit.toml'
    """

    def __init__(self, folder: str | Path = "our-reviews", api_url: str = DOTCOM) -> None:
        self.folder, self._api_url = Path(folder), api_url
        self.pasted = ipywidgets.Textarea(placeholder="paste a contribkit.toml", layout={"width": "90%"}, rows=6)
        self.uploaded = ipywidgets.FileUpload(
            description="or upload files, or a zip", multiple=True, layout={"width": "auto"}
        )
        self.message = ipywidgets.HTML()
        self._proposed: Proposed | None = None
        self._choices: list[ipywidgets.Checkbox] = []

    @property
    def config(self) -> Path:
        """The contribkit.toml, for `contribkit.open_review`."""
        return self.folder / "contribkit.toml"

    def ask_github(self, organisation: str = "", team: str = "") -> Any:
        """Ask GitHub about an organisation, and show what it proposes; the token is typed into a hidden field.

        Nothing is asked without a name. The token is neither shown nor kept.
        """
        if not organisation:
            return ipywidgets.HTML("Write the name of your GitHub organisation between the quotation marks.")
        settings = github_settings(self.folder, self._api_url)
        token = settings.find_token() or settings.ask_for_token()
        if token is None:
            raise ContribkitError(no_token(settings))
        self._proposed = propose(self.folder, organisation, team, settings, token)
        self._choices = [
            ipywidgets.Checkbox(
                value=one.is_taken, indent=False, layout={"width": "95%"},
                description=f"{one.table} · {one.name}: {one.evidence}",
            )
            for one in self._proposed.found
        ]  # fmt: skip
        notes = [ipywidgets.HTML(escape(sentence)) for sentence in self._proposed.broken]
        return ipywidgets.VBox([*notes, *self._choices, self._button("Write contribkit.toml", self.accept)])

    def accept(self) -> str:
        """Write what is ticked into contribkit.toml; what is not is not proposed again."""
        if self._proposed is None:
            raise ContribkitError("ask GitHub first")
        found = list(zip(self._proposed.found, self._choices, strict=True))
        self._proposed.write([one for one, box in found if box.value], [one for one, box in found if not box.value])
        return f"{self.config} is written; {self._counts()}"

    def use_files(self) -> str:
        """Take what was pasted or uploaded: a contribkit.toml, files beside it, or a zip of such a folder."""
        files = {one["name"]: bytes(one["content"]) for one in self.uploaded.value}
        if self.pasted.value.strip():
            files["contribkit.toml"] = self.pasted.value.encode()
        if not files:
            raise ContribkitError("paste a contribkit.toml, or upload one first")
        if not self.folder.exists():
            start(self.folder)
        for name, content in files.items():
            if name.endswith(".zip"):
                self._unpack(name, content)
            else:
                (self.folder / Path(name).name).write_bytes(content)
        return self._counts()

    def _unpack(self, name: str, content: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(one.file_size for one in archive.infolist()) > _MOST_BYTES:
                    raise ContribkitError(f"{name}: holds more than 100 MB; leave out clones and stores")
                archive.extractall(self.folder)  # which leaves no folder, whatever a name in it says
        except zipfile.BadZipFile as error:
            raise ContribkitError(f"{name}: is not a zip file that can be read ({error})") from error

    def _counts(self) -> str:
        org = Organisation.read(self.config)
        return (
            f"{len(org.members)} members, {len(org.upstream)} upstream projects, {len(org.stakeholders)} stakeholders"
        )

    def review(self, period: str = "last quarter") -> Any:
        """Render the review of a period for each team, and return links to the pages; GitHub may want the token again.

        Raises `ContribkitError` where a notebook stopped.
        """
        if not self.config.exists():
            return ipywidgets.HTML("Nothing is set up yet: ask GitHub above, or bring a contribkit.toml.")
        from IPython.display import FileLinks

        org = Organisation.read(self.config)
        results = render(org, Period(period, org.timezone))
        if stopped := [f"{one.team}: {one.failure}" for one in results if one.failure]:
            raise ContribkitError("\n".join(stopped))
        links: Any = FileLinks  # untyped
        return links(results[0].folder.parent, included_suffixes=[".html"])

    def take_home(self) -> str:
        """Return a link to a zip of the folder, without clones and stores."""
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.folder.rglob("*")):
                place = path.relative_to(self.folder)
                if path.is_file() and place.parts[0] not in (".git", "clones") and path.suffix != ".sqlite":
                    archive.write(path, place)
        data = base64.b64encode(kept.getvalue()).decode()
        name = f"{self.folder.name}.zip"
        return f'<a download="{escape(name)}" href="data:application/zip;base64,{data}">Save {escape(name)}</a>'

    def _button(self, words: str, action: Any) -> ipywidgets.Button:
        """Return a button; what its action returns or raises is shown below."""

        def clicked(_: Any) -> None:
            self.message.value = "working …"
            try:
                said = action()
                self.message.value = said if said.startswith("<a ") else escape(said)
            except ContribkitError as error:
                self.message.value = escape(str(error))

        button = ipywidgets.Button(description=words, layout={"width": "auto"})
        button.on_click(clicked)
        return button

    def _ipython_display_(self) -> None:
        from IPython.display import display

        show: Any = display  # has no types
        use = self._button("Use these files", self.use_files)
        home = self._button("Take it home as a zip", self.take_home)
        rows = [self.pasted, self.uploaded, use, home, ipywidgets.HTML(_LOST), self.message]
        show(ipywidgets.VBox(rows, layout={"align_items": "flex-start"}))
