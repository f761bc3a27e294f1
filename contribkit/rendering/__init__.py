"""Rendering: papermill runs the notebook, nbconvert makes the page, and a folder appears whole or not at all."""

from contribkit.rendering.reviews import Rendered, render, render_project

__all__ = ["Rendered", "render", "render_project"]
