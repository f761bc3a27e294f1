"""Relabelling: one person's session in plain Python, and the widget around it in `relabel`."""
