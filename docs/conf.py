"""How Sphinx builds these pages: ``make docs``; pages say what is written once elsewhere, by reading it there."""

import re
from importlib import resources
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import contribkit
from contribkit.config.models import Configuration

project, author, copyright = "contribkit", "The contribkit developers", "The contribkit developers"
version = release = contribkit.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "examples"]

# The guide's pages are notebooks: each is run while the pages are built, and an error in a cell fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

autodoc_member_order = "alphabetical"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"contribkit {version}"
html_theme_options = {"navigation_with_keys": True}


class Keys(SphinxDirective):
    """``{contribkit-keys}``: the tables of contribkit.toml, types from the models, words from the starter file."""

    def run(self) -> list[nodes.Node]:
        """Return a section a table."""
        starter = (resources.files(contribkit) / "starter_files" / "contribkit.toml").read_text()
        said = comments(starter)
        schema = Configuration.model_json_schema()
        text = []
        for path, table in tables(schema):
            text += [f"## `{path}`", "", "| key | holds | default | |", "|---|---|---|---|"]
            for key, field in table["properties"].items():
                words = said.get((path.strip("[]"), key), "")
                text.append(
                    f"| `{key}` | {kind(field)} | {default(key, field, table)} | {words} |".replace("||", "| |")
                )
            text.append("")
        holder = nodes.section()
        self.state.nested_parse(StringList(text, "contribkit.toml"), 0, holder, match_titles=True)
        return holder.children


def tables(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return each table of the file with its model, in the order of the file."""
    found = []

    def visit(path: str, field: dict[str, Any]) -> None:
        many = "items" in field
        target = field["items"] if many else field
        model = schema["$defs"].get(target.get("$ref", "").rpartition("/")[2])
        if model is None:
            return
        found.append((f"[[{path}]]" if many else f"[{path}]", model))
        for key, inner in list(model["properties"].items()):
            before = len(found)
            visit(f"{path}.{key}", inner)
            if len(found) > before:
                del model["properties"][key]

    for key, field in schema["properties"].items():
        visit(key, field)
    return found


def kind(field: dict[str, Any]) -> str:
    """Return in words what a key holds."""
    options = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
    words = {"string": "text", "boolean": "true or false", "integer": "a whole number", "number": "a number"}
    option = options[0]
    if "enum" in option:
        return " or ".join(f"`{value}`" for value in option["enum"])
    if option.get("format") == "date":
        return "a day"
    return "a list" if option.get("type") == "array" else words.get(str(option.get("type")), "text")


def default(key: str, field: dict[str, Any], table: dict[str, Any]) -> str:
    """Return what holds where a key is left out."""
    if key in table.get("required", []):
        return "needed"
    value = field.get("default")
    return "" if value in (None, "", []) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def comments(starter: str) -> dict[tuple[str, str], str]:
    """Return the comment beside each key of the starter file."""
    found, table = {}, ""
    for line in starter.splitlines():
        if header := re.match(r"#?\[+([a-z_.]+)\]+", line):
            table = header[1]
        elif match := re.match(r"#?([a-z_]+) = .*?\s#\s(.+)$", line):
            found[table, match[1]] = match[2].replace("|", "\\|")
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("contribkit-keys", Keys)
    return {"parallel_read_safe": True}
