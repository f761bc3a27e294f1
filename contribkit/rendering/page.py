"""Pages in one file that load nothing: of a notebook, and of the index over several reviews."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from contribkit.io import write_whole
from contribkit.review import page
from contribkit.review.summary import count_leads

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period
    from contribkit.rendering.jobs import Rendered


def write_page(source: Path, output: Path, title: str, failure: str | None) -> None:
    """Make the page of a notebook that ran: outputs only, everything in one file."""
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import TagRemovePreprocessor
    from traitlets.config import Config

    config = Config()
    # A widget's view would ask other hosts for its code; its static HTML says the same.
    config.NbConvertBase.display_data_priority = [
        "text/html",
        "image/svg+xml",
        "image/png",
        "text/markdown",
        "text/plain",
    ]
    exporter = HTMLExporter(config=config, template_name="basic", exclude_input=True, exclude_output_prompt=True)
    exporter.register_preprocessor(TagRemovePreprocessor(remove_cell_tags={"not-on-the-page"}), enabled=True)
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        # What a failure printed names files of this machine; the page says what failed.
        cell["outputs"] = [o for o in cell.get("outputs", []) if o.output_type not in ("error", "stream")]
        if cell.cell_type != "code":
            cell.pop("outputs")
    notebook.cells = [
        cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    body, _ = exporter.from_notebook_node(notebook)
    text = page.html("page.html", title=title, style=page.style(), body=Markup(body), failure=failure)
    write_whole(output, text)


def write_print(source: Path, output: Path, title: str) -> None:
    """Make the page to print of a page: everything unfolded, and its title and page numbers on each sheet."""
    # Whatever strangers wrote is escaped: what is left of tags is ours.
    text = source.read_text(encoding="utf-8").replace("<details>", "<details open>")
    sheet = page.html("print.css", title=Markup(css_text(title)))
    write_whole(output, text.replace("</head>", f"<style>{sheet}</style>\n</head>", 1))


def css_text(text: str) -> str:
    """Return a text as a string of CSS, in which nothing can end it.

    Examples
    --------
    >>> css_text('Q "3"')
    '"\\\\51 \\\\20 \\\\22 \\\\33 \\\\22 "'
    """
    return '"' + "".join(f"\\{ord(sign):x} " for sign in text) + '"'


def write_index(organisation: "Organisation", period: "Period", folder: Path, results: "list[Rendered]") -> None:
    """Write ``index.html`` over the reviews of all teams; what two teams share counts once."""
    teams: list[dict[str, Any]] = []
    unique: dict[str, dict[str, Any]] = {}
    for result in results:
        rows = None
        if result.failure is None:
            rows = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))["rows"]
            unique |= {row["id"].casefold(): row for row in rows}
        teams.append(
            {
                "name": result.team,
                "href": f"{result.folder.name}/{result.page.name}",
                "leads": count_leads(rows) if rows is not None else None,
                "rows": len(rows or []),
                "failure": result.failure,
            }
        )
    together = count_leads(list(unique.values()))
    words = {lead: organisation.word(lead) for lead in together}
    counted = "; ".join(f"{count} {words[lead]}" for lead, count in together.items())
    body = page.html(
        "index.html", organisation=organisation.name, period=str(period), sample=organisation.sample, words=words,
        teams=teams, together=together, rows=len(unique), sentence=f"{len(unique)} contributions: {counted}.",
    )  # fmt: skip
    title = f"{organisation.name} · {period}"
    text = page.html("page.html", title=title, style=page.style(), body=body, failure=None)
    write_whole(folder / "index.html", text)
