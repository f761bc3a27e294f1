"""Widgets: what people do in a notebook's output, each around a session in plain Python; a folder a widget."""
