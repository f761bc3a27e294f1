"""The page: sections with one sentence, a plot and tables, escaped by default."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contribkit.tables import is_missing
from contribkit.text import MISSING
from contribkit.vocabulary import Lead

_FOLDER = Path(__file__).parent / "templates"
_FOLDERS = [_FOLDER, Path(__file__).parents[1] / "plan" / "templates"]


@dataclass(frozen=True)
class Section:
    """A part of the page; a notebook shows it as HTML, a terminal its sentence.

    Attributes
    ----------
    title
        Its heading.
    sentence
        The finding, with its numbers and its doubt.
    html
        The whole part.
    numbers
        What it adds to the summary, for a section that is made outside a review.
    """

    title: str
    sentence: str
    html: str
    numbers: dict[str, Any] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"{self.title}: {self.sentence}" if self.title else self.sentence


def _unbroken(value: Any) -> Any:
    """Keep a number and its percent sign on one line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_unbroken,
    )
    environment.filters |= {"percent": percent, "number": number, "day": day, "safe_url": safe_url}
    environment.globals |= {"Lead": Lead, "MISSING": MISSING}
    return environment


def html(template: str, **values: Any) -> Markup:
    """Fill a template of the package; everything that is not markup is escaped."""
    return Markup(_environment().get_template(template).render(**values))


def style() -> Markup:
    """Return the style sheet of pages and notebooks."""
    return Markup((_FOLDER / "page.css").read_text(encoding="utf-8"))


def percent(value: Any) -> str:
    """Return a share as people read it.

    Examples
    --------
    >>> percent(0.573), percent(None)
    ('57 %', '–')
    """
    return MISSING if is_missing(value) else f"{value * 100:.0f} %"


def number(value: Any) -> str:
    """Return a number without needless digits, or a dash where it is missing.

    Examples
    --------
    >>> number(20.0), number(None)
    ('20', '–')
    """
    return MISSING if is_missing(value) else f"{value:g}"


def day(value: Any) -> str:
    """Return the day of a time, or a dash where it is missing."""
    return MISSING if is_missing(value) else f"{value:%Y-%m-%d}"


def safe_url(value: Any) -> str:
    """Return an address only where a browser would open it as a page."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""
