"""What waits upstream, as GitHub has it now: open pull requests, untriaged issues, releases due, red branches."""

from contribkit.loaders.github.needs.needs import needs

__all__ = ["needs"]
