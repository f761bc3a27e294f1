"""Errors as GitHub words them in a GraphQL answer: beside `message` they have a `type`."""

from typing import Any

from graphql import GraphQLError


class GitHubError(Exception):
    """What GitHub refuses, with its own word for the kind of refusal."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def not_found(what: str) -> GitHubError:
    """Return the error for something that is not there, or that this token may not see."""
    return GitHubError("NOT_FOUND", f"Could not resolve to {what}")


def formatted(error: GraphQLError) -> dict[str, Any]:
    """Return one error as it stands in an answer."""
    told = dict(error.formatted)
    if isinstance(error.original_error, GitHubError):
        told = {"type": error.original_error.kind} | told
    return told
