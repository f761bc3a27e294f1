"""The look of a widget: what all have in common, then its own."""

from pathlib import Path

_THEME = Path(__file__).parent / "theme.css"


def style(own: Path) -> str:
    """Return the style sheet of a widget, whose root element has the class ``contribkit-widget`` beside its own.

    Parameters
    ----------
    own
        The file of what only this widget needs; it may say otherwise than the theme, as it comes after it.
    """
    return "\n".join(path.read_text(encoding="utf-8") for path in (_THEME, own))
