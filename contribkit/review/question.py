"""A question of the review: its part of the page, and the JSON schema of what it adds to the summary."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.review import page
from contribkit.review.figures import title_of
from contribkit.review.review_data import ReviewData
from contribkit.tables import records
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead

Schema = dict[str, Any]
Filter = dict[str, Any]


class Question:
    """A part of the review: one sentence, tables, a figure, and which contributions each number counts.

    A plug-in subclasses it and names itself in the entry points ``contribkit.questions``; `name`, `title` and
    `sentence` are enough.

    Attributes
    ----------
    name
        Its attribute of `Review`, and its key in ``summary.json`` unless `numbers` says otherwise. It stays the same.
    title
        Its heading; ``{upstream}`` and the like stand for the organisation's words for leads.
    schema
        The JSON schema of each key that `numbers` returns.

    Examples
    --------
    >>> class Wednesdays(Question):
    ...     name, title = "wednesdays", "What was done on Wednesdays?"
    ...     def sentence(self, data):
    ...         return f"{self.rows(data)['on a Wednesday'].sum()} contributions were made on a Wednesday."
    ...     def rows(self, data):
    ...         return {"on a Wednesday": data.named_rows["happened_at"].dt.day_name() == "Wednesday"}
    """

    name: str
    title: str = ""
    schema: dict[str, Schema] = {}

    def sentence(self, data: ReviewData) -> str:
        """Return the finding, with its numbers and its uncertainty."""
        raise NotImplementedError

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        """Return the numbers, by name; the first table is `section.table`."""
        return {}

    def figure(self, data: ReviewData) -> Figure | None:
        """Return a plot of the finding, None where there is nothing to show."""
        return None

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        """Return of each contribution whether a number counts it: columns of the CSV and marks in the summary."""
        return {}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        """Return what goes into the summary: the tables that are keys of `schema`, else all, below the name."""
        tables = {name: records(table) for name, table in self.tables(data).items()}
        return {name: tables[name] for name in tables if name in self.schema} or {self.name: tables}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        """Return, by JSON pointer into the summary, which of its rows a number counts.

        A filter names columns of the rows and what they hold, ``{"lead": "upstream", "activity": "docs"}``; under
        ``counts_for`` a name of `rows`. With ``"of": "ref"`` the number counts the threads of these rows, with
        ``"of": "people"`` those who did them, whom only the ids tell.
        """
        return {}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        """Yield what stands below the figure: by default every table, with the rows behind the numbers."""
        for table in self.tables(data).values():
            columns = {str(name): table[name].tolist() for name in table}
            yield page.table({
                name: page.numbers(cells) if pd.api.types.is_numeric_dtype(table[name]) else cells
                for name, cells in columns.items()
            })  # fmt: skip
        for name, chosen in self.rows(data).items():
            yield line_details(data, data.rows[chosen], f"{name}: {pluralise(int(chosen.sum()), 'contribution')}")

    def html(self, data: ReviewData) -> Markup:
        """Return the whole part of the page."""
        figure, sentence = self.figure(data), self.sentence(data)
        picture = page.picture(figure, f"{title_of(figure)}. {sentence}" if figure else "")
        return page.section(self.heading(data), sentence, [picture, *self.body(data)])

    def heading(self, data: ReviewData) -> str:
        """Return the title with the organisation's words for leads."""
        title = self.title
        for lead, word in data.words.items():
            title = title.replace(f"{{{lead}}}", word)
        return title


def lines(data: ReviewData, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return contributions with the words of a page: kind, activity, thread, person and local day."""
    return [
        row
        | {
            "kind_word": Kind(row["kind"]).word,
            "activity_word": Activity(row["activity"]).word,
            "who": data.members.get(row["actor"], row["actor"]),
            "happened_at": row["happened_at"] and row["happened_at"].tz_convert(data.period.timezone),
        }
        for row in page.dicts(rows)
    ]


def row_details(data: ReviewData, rows: pd.DataFrame, before: str = "", settles: bool = False) -> Markup:
    """Return contributions that unfold, each with its reasons."""
    each = "each " if len(rows) > 1 else ""
    caption = f"{before}the {pluralise(len(rows), 'contribution')}, {each}with its reasons"
    table = page.macro("rows", lines(data, rows), data.words, not data.without_names, settles) if len(rows) else ""
    return page.details(caption, Markup(table))


def line_details(data: ReviewData, rows: pd.DataFrame, caption: str) -> Markup:
    """Return contributions that unfold, as a list without reasons."""
    table = page.macro("lines", lines(data, rows), not data.without_names) if len(rows) else ""
    return page.details(caption, Markup(table))


def led_by(data: ReviewData, lead: Lead) -> pd.DataFrame:
    """Return the contributions of a lead, as they may be shown."""
    return data.rows[data.rows["lead"] == lead]


def each(table: str, column: str, filters: list[Filter]) -> dict[str, Filter]:
    """Return the filter of each row of a table in the summary."""
    return {f"/{table}/{number}/{column}": chosen for number, chosen in enumerate(filters)}


DEFINITIONS: dict[str, Schema] = {
    "count": {"type": "integer", "minimum": 0},
    "perhaps": {"type": ["integer", "null"], "minimum": 0},
    "fraction": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "name": {"type": ["string", "null"]},
    "lead": {"enum": [str(lead) for lead in Lead]},
}


def of(kind: str, description: str = "") -> Schema:
    """Return the schema of a value that is defined once, such as ``count`` or ``share``."""
    return _described({"$ref": f"#/$defs/{kind}"}, description)


def obj(description: str = "", **properties: Schema) -> Schema:
    """Return the schema of an object with exactly these properties; ``from_`` stands for ``from``."""
    named = {name.rstrip("_"): schema for name, schema in properties.items()}
    return _described(
        {"type": "object", "additionalProperties": False, "required": list(named), "properties": named}, description
    )


def array(description: str = "", **properties: Schema) -> Schema:
    """Return the schema of a table: a list of objects with exactly these properties."""
    return _described({"type": "array", "items": obj("", **properties)}, description)


def _described(schema: Schema, description: str) -> Schema:
    return schema | {"description": description} if description else schema


DEFINITIONS["share"] = obj(
    "A part of a whole, with Wilson's 95 % interval; null where the whole is empty.",
    part=of("count"), whole=of("count"), share=of("fraction"), low=of("fraction"), high=of("fraction"),
)  # fmt: skip
