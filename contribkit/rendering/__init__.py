"""Rendering: papermill runs the notebook, nbconvert makes the page, and a folder appears whole or not at all."""

from contribkit.rendering.jobs import Rendered
from contribkit.rendering.plans import render_plans
from contribkit.rendering.reviews import RenderOptions, render

__all__ = ["RenderOptions", "Rendered", "render", "render_plans"]
