"""Rendering: papermill runs the notebook, nbconvert makes the page, and a folder appears whole or not at all."""

from contribkit.rendering.jobs import RenderOptions, render, render_plans
from contribkit.rendering.overview import Rendered

__all__ = ["RenderOptions", "Rendered", "render", "render_plans"]
