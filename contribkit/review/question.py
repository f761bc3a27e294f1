"""A question of the review: its part of the page, and the JSON schema of what it adds to the summary."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.review_data import ReviewData
from contribkit.tables import records
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Schema = dict[str, Any]
Filter = dict[str, Any]

DEFINITIONS: dict[str, Schema] = {
    "count": {"type": "integer", "minimum": 0},
    "perhaps": {"type": ["integer", "null"], "minimum": 0},
    "fraction": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "name": {"type": ["string", "null"]},
    "lead": {"enum": [str(lead) for lead in Lead]},
}
"""Values that the schema of summaries defines once."""
_VALUES: dict[str, Schema] = {
    "text": {"type": "string"},
    "text or null": {"type": ["string", "null"]},
    "number": {"type": ["number", "null"]},
    "positive": {"type": ["number", "null"], "minimum": 0},
}


def of(kind: str, description: str = "") -> Schema:
    """Return the schema of a value: ``text``, ``number``, or one of `DEFINITIONS`, such as ``count`` or ``share``."""
    return _described(_VALUES.get(kind) or {"$ref": f"#/$defs/{kind}"}, description)


def obj(description: str = "", **properties: Any) -> Schema:
    """Return the schema of an object with exactly these properties, as schemas or as what `of` takes."""
    named = {name: of(value) if isinstance(value, str) else value for name, value in properties.items()}
    schema = {"type": "object", "additionalProperties": False, "required": list(named), "properties": named}
    return _described(schema, description)


def array(description: str = "", **columns: Any) -> Schema:
    """Return the schema of a table with exactly these columns; `frame` makes such a table."""
    return _described({"type": "array", "items": obj("", **columns)}, description)


def _described(schema: Schema, description: str) -> Schema:
    return schema | {"description": description} if description else schema


DEFINITIONS["share"] = obj(
    "A part of a whole, with Wilson's 95 % interval; null where the whole is empty.",
    part="count", whole="count", share="fraction", low="fraction", high="fraction",
)  # fmt: skip


def frame(schema: Schema, rows: Any) -> pd.DataFrame:
    """Return rows as a table with the columns of a schema and their types; the rest of a table is left out."""
    columns = schema["items"]["properties"]
    table = pd.DataFrame(rows, columns=list(columns)).reset_index(drop=True)
    return table.astype({name: _dtype(column) for name, column in columns.items()})


def _dtype(column: Schema) -> str:
    known = DEFINITIONS[column["$ref"].rpartition("/")[2]] if "$ref" in column else column
    kind = known.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    return {"integer": "Int64", "number": "Float64", "string": "str"}.get(kind, "object")


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

    def figure(self, data: ReviewData) -> "Figure | None":
        """Return a plot of the finding, None where there is nothing to show."""
        return None

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        """Return of each contribution whether a number counts it: columns of the CSV and marks in the summary."""
        return {}

    def columns(self, data: ReviewData) -> dict[str, pd.Series]:
        """Return further columns of the CSV, with the index of the rows that have a cell in them."""
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
            yield page.table(table)
        for name, chosen in self.rows(data).items():
            caption = f"{name}: {pluralise(int(chosen.sum()), 'contribution')}"
            yield line_details(data, chosen, caption, {mark_column(name): "true"})

    def html(self, data: ReviewData) -> Markup:
        """Return the whole part of the page."""
        figure, sentence = self.figure(data), self.sentence(data)
        title = " ".join(figure.get_suptitle().split()) if figure else ""  # it may be broken into lines
        picture = page.picture(figure, f"{title}. {sentence}")
        return page.section(self.heading(data), sentence, [picture, *self.body(data)])

    def heading(self, data: ReviewData) -> str:
        """Return the title with the organisation's words for leads."""
        return re.sub(r"\{(\w+)\}", lambda match: data.words.get(match[1], match[0]), self.title)


def lines(data: ReviewData, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return contributions with the words of a page: kind, activity, thread, person and local day."""
    days = rows["happened_at"].dt.tz_convert(data.period.timezone)
    who = rows["actor"].map(data.members).fillna(rows["actor"])  # `replace` looks at every row for each member
    words = {"kind_word": rows["kind"].map(lambda kind: Kind(kind).word), "who": who}
    activities = rows["activity"].map(lambda activity: Activity(activity).word)
    return page.dicts(rows.assign(**words, activity_word=activities, happened_at=days))


def row_details(data: ReviewData, lead: Lead, before: str = "", queue: pd.DataFrame | None = None) -> Markup:
    """Return the contributions of a lead, which unfold, each with its reasons; a `queue` has them in another order."""
    rows, count = _first_of(data, data.rows["lead"] == lead) if queue is None else (queue, len(queue))
    each, all_of_them = "each " if count > 1 else "", pluralise(count, "contribution")
    caption = f"{before}the {all_of_them}, {each}with its reasons"
    return _details(data, rows, count, caption, {"lead": str(lead)}, "rows", queue is not None)


def line_details(data: ReviewData, chosen: pd.Series, caption: str, where: Mapping[str, str]) -> Markup:
    """Return the chosen of `data.rows`, which unfold, without reasons; `where` chooses them by cells of the CSV."""
    return _details(data, *_first_of(data, chosen), caption, where, "lines")


def _first_of(data: ReviewData, chosen: pd.Series) -> tuple[pd.DataFrame, int]:
    """Return those of the chosen contributions that a list shows, and how many are chosen."""
    places = chosen.to_numpy(dtype=bool).nonzero()[0]
    return data.rows.iloc[places[: page.MOST_ROWS]], len(places)


def _details(
    data: ReviewData, rows: pd.DataFrame, count: int, caption: str, where: Mapping[str, str], name: str,
    settles: bool = False,
) -> Markup:  # fmt: skip
    if not count:
        return Markup("")
    options = [settles] if settles else []
    body = page.macro(name, lines(data, rows.head(page.MOST_ROWS)), data.words, not data.without_names, *options)
    told = {"list": name, "settles": settles, "count": count, "where": where} | _words(data)
    return page.details(caption, body, count, told)


def _words(data: ReviewData) -> dict[str, Any]:
    """Return in which words a page tells what the CSV holds: leads, kinds, activities and people; its zone too."""
    words = {str(one): one.word for one in (*Kind, *Activity)}
    return {
        "zone": str(data.period.timezone),
        "leads": {str(lead): [lead.shape, data.words[lead]] for lead in Lead},
        "words": {value: word for value, word in words.items() if value != word},
        "who": None if data.without_names else {who: name for who, name in data.members.items() if who != name},
    }  # fmt: skip


def mark_column(name: str) -> str:
    """Return the column of the CSV that says whether a number counts a row, by its name in `Question.rows`."""
    return f"counts_for_{name.replace(' ', '_').replace('-', '_')}"


def led_by(data: ReviewData, lead: Lead) -> pd.DataFrame:
    """Return those of `data.named_rows` that have a lead, without their long texts: for counting, never shown."""
    rows = data.named_rows.drop(columns=["body", "remarks", "reasons"])
    return rows[rows["lead"] == lead]


def share_columns(table: pd.DataFrame, heading: str) -> dict[str, Any]:
    """Return the columns of a table of shares, the shares below a heading, and their intervals."""
    intervals = map(page.between, table["low"], table["high"])
    return {heading: page.numbers(table["share"], page.percent), "95 % interval": page.numbers(intervals)}


def each(table: str, rows: Iterable[Filter], /, **columns: Filter) -> dict[str, Filter]:
    """Return the filters of columns of a table in the summary: what its rows and its columns name together."""
    numbered = enumerate(rows)
    return {f"/{table}/{n}/{column}": row | further for n, row in numbered for column, further in columns.items()}


PEOPLE: Filter = {"of": "people"}
THREADS: Filter = {"of": "ref"}
