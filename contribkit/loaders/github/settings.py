"""``[sources.github]`` of contribkit.toml, and the token: from the environment, GitHub's command line, or a person."""

import os
import subprocess
import sys
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError

DOTCOM = "https://api.github.com"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")  # where an emulator may run


class Settings(Table):
    """Where GitHub is, where what it said is kept, and how long to wait for it."""

    api_url: str = DOTCOM  # or https://HOST/api/v3 of a GitHub Enterprise server
    store: str = "github.sqlite"  # relative to contribkit.toml
    triage_only: bool = True  # whether to look for threads in which a member only labelled, assigned or closed
    timeout: float = Field(60, gt=0)  # seconds after which an answer is given up
    longest_wait: float = Field(65, ge=0)  # minutes to wait for new points; after more the load goes on another time

    @field_validator("api_url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError(f'"{url}" is no https address; a token is sent to no other')
        return url.rstrip("/")

    @property
    def host(self) -> str:
        """The host as a person knows it: ``github.com`` for ``api.github.com``."""
        return (urlsplit(self.api_url).hostname or "").removeprefix("api.")

    @property
    def site(self) -> str:
        """The host that stands in links; what runs on this machine stands in for github.com."""
        return "github.com" if self.host in _LOOPBACK else self.host

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is answered."""
        return self.api_url.removesuffix("/v3") + "/graphql"

    @property
    def token_fix(self) -> str:
        """How to get a token."""
        if self.site != "github.com":
            return f"set GH_ENTERPRISE_TOKEN, or run: gh auth login --hostname {self.host}"
        scopes = "a token without any scope reads what is public; private repositories need the scope repo"
        return f"set GITHUB_TOKEN, or run: gh auth login ({scopes})"

    @property
    def no_token(self) -> str:
        """That there is no token, and the ways to one."""
        return f"there is no token: {self.token_fix}"

    def find_token(self) -> "Token | None":
        """Return the token from the environment, as GitHub's own command line takes it, or from that; else None."""
        enterprise = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")  # a token of github.com goes only there
        for name in ("GITHUB_TOKEN", "GH_TOKEN") if self.site == "github.com" else enterprise:
            if text := os.environ.get(name):
                return Token(text, name)
        command = ["gh", "auth", "token", "--hostname", self.host]
        with suppress(OSError, subprocess.SubprocessError):
            if text := subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip():
                return Token(text, "the token of gh")
        return None

    def ask_for_token(self) -> "Token | None":
        """Ask a person at a terminal or notebook, without showing what they type; None where nobody sits there."""
        if not can_ask():
            return None
        text = getpass(f"Token for {self.host} (it is not shown and not kept): ").strip()
        return Token(text, "what was typed") if text else None


class Token:
    """A token that shows in no error, log or notebook; `source` is named where a text cannot be one."""

    __slots__ = ("_text",)

    def __init__(self, text: str, source: str = "the token") -> None:
        self._text = text.strip()
        if not self._text.isascii() or not self._text.isprintable() or " " in self._text:
            raise ContribkitError(f"{source} holds what cannot be a token (spaces or other signs); copy it anew")

    def __repr__(self) -> str:
        return "Token(***)"

    def __reduce__(self) -> Any:
        raise TypeError("a token is not written anywhere")

    def header(self) -> str:
        """Return the value of the header that goes with a request."""
        return f"bearer {self._text}"


def can_ask() -> bool:
    """Say whether somebody sits there who could be asked: a notebook that is being rendered has nobody."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if (kernel := getattr(shell, "kernel", None)) is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def settings_of(organisation: Organisation, to_load: bool = False) -> Settings:
    """Return the checked settings of an organisation's source; to load there must be something to look into."""
    if to_load and not organisation.upstream and organisation.scope != "everywhere":
        raise ContribkitError("contribkit.toml: [sources.github]: there is no [[upstream]] to look into; add one")
    return validate_settings(Settings, "github", organisation.sources["github"])


def store_path(organisation: Organisation) -> Path:
    """Return where the store lies, or will."""
    return organisation.root / Path(settings_of(organisation).store).expanduser()
