"""Errors as GitHub words them in a GraphQL answer: beside `message` they have a `type`."""

from typing import Any

from graphql import GraphQLError


class GitHubError(Exception):
    """What GitHub refuses, with its own word for the kind of refusal; some errors have none."""

    def __init__(self, kind: str | None, message: str, extensions: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.kind, self.extensions = kind, extensions


def not_found(what: str) -> GitHubError:
    """Return the error for something that is not there, or that this token may not see."""
    return GitHubError("NOT_FOUND", f"Could not resolve to {what}")


def formatted(error: GraphQLError) -> dict[str, Any]:
    """Return one error as it stands in an answer."""
    told = dict(error.formatted)
    original = error.original_error
    if isinstance(original, GitHubError):
        told = ({"type": original.kind} if original.kind else {}) | told
        if original.extensions:
            told["extensions"] = original.extensions
    return told
