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


def sso_address(organisation: str) -> str:
    """Return the address at which a token is let into an organisation."""
    return f"https://github.com/orgs/{organisation}/sso?authorization_request=EMULATED"


def saml_message(organisation: str) -> str:
    """Return what GitHub says of an organisation that wants single sign-on."""
    return (
        "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this "
        f"organization: {sso_address(organisation)}"
    )


def policy_message(organisation: str) -> str:
    """Return what GitHub says of an organisation whose policy keeps applications out."""
    return (
        f"Although you appear to have the correct authorization credentials, the `{organisation}` organization has "
        "enabled OAuth App access restrictions, meaning that data access to third-parties is limited. For more "
        "information on these restrictions, including how to enable this app, visit "
        "https://docs.github.com/articles/restricting-access-to-your-organization-s-data/"
    )


def formatted(error: GraphQLError) -> dict[str, Any]:
    """Return one error as it stands in an answer."""
    told = dict(error.formatted)
    original = error.original_error
    if isinstance(original, GitHubError):
        told = ({"type": original.kind} if original.kind else {}) | told
        if original.extensions:
            told["extensions"] = original.extensions
    return told
