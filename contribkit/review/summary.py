"""What a review leaves: ``summary.json`` for other programs and the next review, a CSV, and a table to sort."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape
from pydantic import BaseModel, ValidationError

from contribkit.period import Period
from contribkit.review import page
from contribkit.review.question import DEFINITIONS, Question, Schema, mark_column
from contribkit.review.review_data import ReviewData, Summaries
from contribkit.tables import cells_of, records
from contribkit.text import MISSING, csv_of
from contribkit.vocabulary import Activity, Kind, Lead

VERSION = 1  # version of the schema; it grows when a program that reads a summary would have to change

HEAD = (
    "schema_version", "contribkit", "as_of", "organisation", "sample", "team", "period", "words", "without_names",
    "rows", "counted",
)  # fmt: skip
"""Keys beside those of the questions."""

_COLUMNS = ["id", "ref", "kind", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal"]
UNCOVERED = "no source of our own side covers it"
SCHEMA = Path(__file__).parent / "summary.schema.json"


def schema_of(required: Sequence[Question], optional: Sequence[Question | type[Question]]) -> Schema:
    """Return the JSON schema of summaries, in which what is said of the keys of `HEAD` is written by hand."""
    schema: Schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    needed = {name: schema["properties"][name] for name in HEAD}
    needed |= {key: value for question in required for key, value in question.schema.items()}
    further = {key: value for question in optional for key, value in question.schema.items()}
    plug_ins = {"plug_ins": schema["properties"]["plug_ins"]}
    return schema | {"required": list(needed), "$defs": DEFINITIONS, "properties": needed | further | plug_ins}


def marks(data: ReviewData, questions: Sequence[Question]) -> dict[str, pd.Series]:
    """Return, by name, which contributions each number counts: `rows` of all questions."""
    return {name: mask for question in questions for name, mask in question.rows(data).items()}


def summarise(
    data: ReviewData, questions: Sequence[Question], marks: Mapping[str, pd.Series], plug_ins: Collection[str] = ()
) -> dict[str, Any]:
    """Return every number of a review; those of the questions named in `plug_ins` below that key."""
    from contribkit import __version__

    org, period = data.organisation, data.period
    numbers = {question.name: question.numbers(data) for question in questions}
    further = {name: found.get(name, found) for name, found in numbers.items() if name in plug_ins}
    rows = records(data.rows[_COLUMNS])
    for row in rows:
        row["counts_for"] = []
    for name, mask in marks.items():
        for place in mask.to_numpy(dtype=bool).nonzero()[0]:
            rows[place]["counts_for"].append(name)
    return {
        "schema_version": VERSION, "contribkit": __version__,
        "as_of": data.as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "organisation": org.name, "sample": org.sample,
        "team": {"name": data.team.name, "slug": data.team.slug, "members": len(data.members)},
        "period": {name: str(getattr(period, name)) for name in ("name", "first_day", "last_day", "timezone")},
        "words": data.words, "without_names": data.without_names,
        **{key: value for name, found in numbers.items() if name not in plug_ins for key, value in found.items()},
        **({"plug_ins": further} if further else {}),
        "rows": rows,
        "counted": {key: value for question in questions for key, value in question.filters(data).items()},
    }  # fmt: skip


def to_json(summary: dict[str, Any]) -> str:
    """Return a summary as JSON, in which numbers that JSON does not know, such as infinite hours, are missing."""
    finite, to_line = summary | {"rows": []}, json.JSONEncoder(ensure_ascii=False).encode
    finite = json.loads(json.dumps(finite), parse_constant=lambda _: None)
    lines = ",\n".join(f"  {to_line(row)}" for row in summary["rows"])  # a line a row: there may be 100,000
    text = json.dumps(finite, indent=1, ensure_ascii=False) + "\n"
    return text.replace('\n "rows": []', f'\n "rows": [\n{lines}\n ]') if lines else text


class _Row(BaseModel):
    id: str
    lead: Lead
    decided_by: str
    counts_for: list[str] | None = None


class _Headline(BaseModel, extra="allow"):
    period: str
    __pydantic_extra__: dict[str, str | int | float | None]


class _Headlines(BaseModel):
    """What an overview reads of a summary; one of an older version may hold less."""

    as_of: datetime
    history: list[_Headline] = []
    sources: list[dict[str, Any]] = []


class _Summary(_Headlines):
    """What a later review reads of a summary."""

    rows: list[_Row]


def headline_of(summary: Mapping[str, Any], period: str) -> dict[str, Any] | None:
    """Return the numbers of a period that its own summary holds; a share of what no source covered is missing."""
    history: list[dict[str, Any]] = summary.get("history", [])
    entry = next((entry for entry in history if entry["period"] == period), None)
    is_seen = not summary.get("sources") or any(source.get("references") for source in summary["sources"])
    if entry and "no_share" not in entry and not is_seen:  # older summaries hold shares that nothing covers
        return entry | dict.fromkeys(("upstream_share", "low", "high")) | {"no_share": UNCOVERED}
    return entry


def read_headline(path: Path, period: str) -> dict[str, Any]:
    """Return the numbers of a period that its summary holds, without a look at its rows; nothing of a damaged one."""
    try:
        return headline_of(_Headlines.model_validate_json(path.read_bytes()).model_dump(), period) or {}
    except (ValueError, OSError):
        return {}


def read_summaries(reviews: str | Path, slug: str, periods: Iterable[Period]) -> Summaries:
    """Return the summaries that earlier renderings left in a folder of reviews, by period; notes name damaged ones.

    Parameters
    ----------
    reviews
        The folder that holds ``2026-Q3/<slug>/summary.json`` and the like.
    slug, periods
        Whose reviews, and of which periods; those without a summary are left out.
    """
    found = Summaries()
    for period in map(str, periods):
        path = Path(reviews) / period / slug / "summary.json"
        try:
            text = path.read_text(encoding="utf-8")
            _Summary.model_validate_json(text)
            found[period] = json.loads(text)
        except FileNotFoundError:
            continue
        except (ValueError, OSError, RecursionError) as error:
            reason: object = error
            if isinstance(error, ValidationError):
                first = error.errors(include_url=False)[0]
                reason = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
            found.notes.append(
                f"what an earlier rendering found for {period} is left out: {path}: is no summary of a review "
                f"({reason}); remove it, or restore it"
            )
    return found


_CSV_COLUMNS = (
    "id", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal", "kind", "repo",
    "number", "url", "title", "actor", "author", "happened_at", "last_at", "merged_at", "acts", "state", "labels",
    "hours", "source", "why",
)  # fmt: skip


def to_csv(
    rows: pd.DataFrame, without_names: bool = False, marks: Mapping[str, pd.Series] | None = None,
    further: Mapping[str, pd.Series] | None = None,
) -> str:  # fmt: skip
    """Return judged contributions as CSV, without bodies; `marks` are what each row counts for beside its lead."""
    why = ["; ".join(f"{r['lead']} {r['weight']:+.1f}: {r['sentence']}" for r in cell) for cell in rows["reasons"]]
    table = rows.assign(why=pd.Series(why, index=rows.index, dtype="str"))[[*_CSV_COLUMNS]]
    table = table.drop(columns=["actor", "author"] if without_names else [])
    for name, mask in (marks or {}).items():
        table[mark_column(name)] = pd.Categorical.from_codes(mask.astype(int), pd.Index(["false", "true"]))
    return csv_of(table.assign(evidence=_evidence(rows), **(further or {})))


def _evidence(rows: pd.DataFrame) -> list[str]:
    """Return of each row what its reasons saw, a line a reason in the order of ``why``: rule, address, and title.

    What is the row's own title is left out, as it is on the page.
    """
    cells = zip(cells_of(rows["title"]), cells_of(rows["url"]), rows["reasons"], strict=True)
    return ["\n".join(_saw(reason, title, url) for reason in reasons) for title, url, reasons in cells]


def _saw(reason: Mapping[str, Any], title: Any, url: Any) -> str:
    saw = reason["evidence"]
    if not saw or saw == title:
        return str(reason["rule"])
    address = "" if reason["url"] == url else "%20".join((reason["url"] or "").split())
    return f"{reason['rule']} {address} {' '.join(saw.split())}"


class Sortable:
    """Contributions to sort and search: a live notebook shows them with itables, everything else as a plain table."""

    def __init__(self, data: ReviewData) -> None:
        rows = data.rows
        days = rows["happened_at"].dt.tz_convert(data.period.timezone).dt.strftime("%Y-%m-%d")
        table = pd.DataFrame({
            "who led": rows["lead"].map(data.words), "title": rows["title"].fillna(rows["ref"]),
            "kind": rows["kind"].map({kind.value: kind.word for kind in Kind}),
            "activity": rows["activity"].map({activity.value: activity.word for activity in Activity}),
            "for": rows["stakeholder"], "initiative or goal": rows["initiative"].fillna(rows["goal"]),
            "who": rows["actor"].map(data.members).fillna(rows["actor"]),
            "day": days, "thread": rows["ref"],
        })  # fmt: skip
        self.table = table.drop(columns="who" if data.without_names else []).reset_index(drop=True)
        self._urls = rows["url"].tolist()

    def _html(self, count: int) -> dict[str, list[Markup]]:
        """Return the first cells by column, as HTML: no table of pandas, which with pyarrow makes plain text of it."""
        table = self.table.head(count)
        links = [page.macro("link", *cells) for cells in zip(table["title"], self._urls[:count], strict=True)]
        cells = table.astype(object).where(table.notna(), MISSING)
        columns = {str(name): cells[name].tolist() for name in cells} | {"title": links}
        return {name: [*map(escape, column)] for name, column in columns.items()}  # titles come from strangers

    def _repr_html_(self) -> str:
        shown, more = self._html(page.MOST_ROWS), len(self.table) - page.MOST_ROWS
        note = f"And {more} more: run the notebook, or see contributions.csv." if more > 0 else ""
        return page.html("table.html", table=page.table(shown) + page.paragraph(note, quiet=True))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = {} if page.is_rendered() else self._live()
        return {**live, "text/html": self._repr_html_(), "text/plain": repr(self.table)}

    def _live(self) -> dict[str, Any]:
        from itables.widget import ITable  # slow to import, and needed only where a person sees the widget

        rows, classes = pd.DataFrame(self._html(len(self.table))), "display compact jp-RenderedHTMLCommon"
        left = [{"targets": "_all", "className": "dt-left"}]
        live = ITable(rows, allow_html=True, classes=classes, columnDefs=left, maxBytes=0)._repr_mimebundle_()
        bundle = live[0] if isinstance(live, tuple) else live
        return bundle or {}
