"""The folder that stands first in PYTHONPATH of a tool that has GitHub's address in its code."""
