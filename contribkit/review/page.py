"""The page: parts of HTML from tables, sentences and figures; everything is escaped that is not markup."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import uuid4

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pandas.api.types import is_numeric_dtype

from contribkit.review.figures import svg
from contribkit.tables import is_missing, rows_of
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FOLDER = Path(__file__).parent / "templates"
RENDERED = "is_rendered"
"""The option of the class ``Contribkit`` by which a kernel is told that it renders a page."""
MOST_ROWS = 300
"""How many rows a table or list shows at most: a page of thousands opens slowly, and nobody reads them there."""


@dataclass(frozen=True)
class Section:
    """A part of the page; a notebook shows it as HTML, a terminal its sentence."""

    title: str
    sentence: str  # the finding, with its numbers and its uncertainty
    html: str  # the whole part
    numbers: dict[str, Any] = field(default_factory=dict)  # what it adds to the summary
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figure: "Figure | None" = None

    @cached_property
    def shown_as(self) -> str:
        """The name by which a notebook finds it to change it."""
        return uuid4().hex

    @property
    def table(self) -> pd.DataFrame:
        """The first of the tables."""
        return next(iter(self.tables.values()), pd.DataFrame())

    def show(self, update: bool = False) -> None:
        """Show it in a notebook, or only change what was shown by its name."""
        _display(self, self.shown_as, update)

    def _repr_html_(self) -> str:
        return self.html

    def _ipython_display_(self) -> None:
        self.show()

    def __repr__(self) -> str:
        return f"{self.title}: {self.sentence}" if self.title else self.sentence


def _display(shown: Any, name: str, update: bool = False) -> None:
    """Show something in a notebook; with `update`, only in the place of what was shown by that name."""
    from IPython import display  # slow to import

    untyped, is_section = cast(Any, display).display, isinstance(shown, Section)
    bundle = {"text/html": shown._repr_html_(), "text/plain": repr(shown)} if is_section else shown
    untyped(bundle, raw=is_section, display_id=name, update=update)


def is_rendered() -> bool:
    """Say whether a notebook is rendered, so that no widget in it will ever be alive: see `RENDERED`."""
    from IPython.core.getipython import get_ipython  # slow to import

    shell: Any = get_ipython()
    return bool(shell) and RENDERED in shell.config.get("Contribkit", {})


class Page:
    """Sections that a notebook shows, and that change in their place where another team or period is chosen."""

    reopen: Callable[..., Self] | None = None
    """Opens another page by `team` (or `upstream`), `period` and `without_names`; see `Chooser`."""

    def __init__(self) -> None:
        self._live: dict[str, Callable[[Any], Any]] = {}

    @property
    def parts(self) -> list[Section]:
        """Everything that can be shown, in order."""
        raise NotImplementedError

    def live(self, function: Callable[[Self], Any]) -> None:
        """Show what a function makes of this page, and show it anew where another team or period is chosen."""
        name = uuid4().hex
        self._live[name] = function
        _display(function(self), name)

    def change_to(self, other: Self) -> None:
        """Become another page: what a notebook shows of this one changes in its place."""
        for mine, new in zip(self.parts, other.parts, strict=True):
            vars(new)["shown_as"] = mine.shown_as
            new.show(update=True)
        self.__dict__ = {**other.__dict__, "_live": self._live}
        for name, function in self._live.items():
            _display(function(self), name, update=True)


class Numbers(list[str]):
    """The cells of a column of numbers, which a table aligns to the right."""


def _unbroken(value: Any) -> Any:
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_unbroken,
    )  # fmt: skip
    environment.filters |= {"percent": percent, "number": number, "day": day, "safe_url": safe_url}
    shared = {"Lead": Lead, "MISSING": MISSING, "between": between, "pluralise": pluralise}
    environment.globals |= shared | {"first": first, "rest": rest, "verb": verb}
    return environment


def html(template: str, **values: Any) -> Markup:
    """Fill a template of the package."""
    return Markup(_environment().get_template(template).render(**values))


def macro(name: str, *values: Any) -> Markup:
    """Fill a macro of ``macros.html``, such as ``lead``."""
    return Markup(getattr(_environment().get_template("macros.html").module, name)(*values))


def document(title: str, body: Markup, failure: str | None = None) -> str:
    """Return a page in one file; `failure` is what stopped it, if anything did."""
    return str(html("page.html", title=title, style=style(), script=_text("rows.js"), body=body, failure=failure))


def style() -> Markup:
    """Return the style sheet of pages and notebooks."""
    return _text("page.css")


def _text(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def table(columns: Mapping[str, Iterable[Any]] | pd.DataFrame, caption: str = "") -> Markup:
    """Return a table of cells by heading, nothing without rows; numbers are to the right, missing are dashes."""
    cells = {
        str(name): numbers(cells) if isinstance(cells, pd.Series) and is_numeric_dtype(cells) else cells
        for name, cells in columns.items()
    }
    is_number = [isinstance(column, Numbers) for column in cells.values()]
    rows = [[MISSING if is_missing(cell) else cell for cell in row] for row in zip(*cells.values(), strict=True)]
    return macro("table", list(cells), is_number, rows, caption) if rows else Markup("")


def numbers(values: Iterable[Any], form: Any = None) -> Numbers:
    """Return the cells of a column of numbers, in a form such as `percent`; by default that of `number`."""
    return Numbers((form or number)(value) for value in values)


def heading(text: str) -> Markup:
    """Return a heading inside a section."""
    return Markup("<h3>{}</h3>\n").format(text)


def paragraph(text: str, quiet: bool = False) -> Markup:
    """Return a paragraph, in fainter letters where it explains; nothing for an empty text."""
    kind = Markup(' class="quiet"') if quiet else ""
    return Markup("<p{}>{}</p>\n").format(kind, _unbroken(text)) if text else Markup("")


def bullets(items: Iterable[Any]) -> Markup:
    """Return a list of sentences."""
    return Markup("<ul>\n{}</ul>\n").format(Markup("").join(map(Markup("<li>{}</li>\n").format, items)))


def details(caption: str, body: Markup, count: int = 0, told: Mapping[str, Any] | None = None) -> Markup:
    """Return a part that unfolds and shows a count of rows, or the first of them; nothing where it is empty.

    `told` is what ``rows.js`` needs to add the rest.
    """
    summary = Markup("<details><summary>{}{}</summary>\n{}{}</details>\n")
    return summary.format(caption, first(count), body, rest(count, told)) if body else Markup("")


def first(count: int) -> str:
    """Return what to add to a heading over so many rows where only the first are shown."""
    return f" (the first {MOST_ROWS})" if count > MOST_ROWS else ""


def rest(count: int, told: Mapping[str, Any] | None = None) -> Markup:
    """Return where to find the rest of so many rows, below the first; `told` as of `details`."""
    if count <= MOST_ROWS:
        return Markup("")
    told_as = Markup(' data-rest="{}"').format(json.dumps(told, ensure_ascii=False)) if told else ""
    link = Markup('<a href="contributions.csv">contributions.csv</a>')
    return Markup('<p class="quiet"{}>The first {} of {}; {} has all.</p>\n').format(told_as, MOST_ROWS, count, link)


def picture(figure: "Figure | None", alt: str) -> Markup:
    """Return a figure as an image in the page itself, with words for those who do not see it; nothing for None."""
    if figure is None:
        return Markup("")
    code = base64.b64encode(svg(figure).encode("utf-8")).decode("ascii")
    return Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">\n').format(escape(alt), code)


def section(title: str, sentence: str, parts: Iterable[Any]) -> Markup:
    """Return a part of the page: its heading, its finding, and what shows and proves it."""
    return html("section.html", title=title, sentence=sentence, body=Markup("").join(parts))


def dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None for what is missing, as templates know it."""
    return [{name: None if is_missing(value) else value for name, value in row.items()} for row in rows_of(frame)]


def percent(value: Any) -> str:
    """Return a share as people read it, such as "57 %"."""
    return MISSING if is_missing(value) else f"{value * 100:.0f} %"


def between(low: Any, high: Any) -> str:
    """Return an interval of shares in words, such as "47 % to 67 %"."""
    return MISSING if is_missing(low) else f"{percent(low)} to {percent(high)}"


def number(value: Any) -> str:
    """Return a number without needless digits, a text as it is, and a dash where it is missing."""
    if isinstance(value, str):  # markup stays markup
        return value
    return MISSING if is_missing(value) else f"{value:g}" if isinstance(value, float) else str(value)


def verb(count: int, one: str = "was", more: str = "were", whole: int | None = None) -> str:
    """Return the form of a verb that fits a count, such as that of a `whole`: "1 of 2 was", "0 of 1 was"."""
    return one if 1 in (count, whole) else more


def told(sentences: Mapping[str, Any]) -> str:
    """Return those of the sentences that are true, in one text."""
    return " ".join(sentence for sentence, is_true in sentences.items() if is_true)


def day(value: Any) -> str:
    """Return the day of a time, or a dash where it is missing."""
    return MISSING if is_missing(value) else f"{value:%Y-%m-%d}"


def safe_url(value: Any) -> str:
    """Return an address only where a browser would open it as a page."""
    return value if isinstance(value, str) and value.casefold().startswith(("https://", "http://")) else ""
