"""Rendering: papermill runs the notebook, nbconvert makes the page, and a folder appears whole or not at all."""

from contribkit.rendering.jobs import Rendered, RenderOptions, render, render_plans

__all__ = ["RenderOptions", "Rendered", "render", "render_plans"]
