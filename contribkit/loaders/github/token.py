"""The token: from the environment, from GitHub's own command line, or asked for without showing it."""

import os
import subprocess
import sys
from getpass import getpass
from typing import Any

from contribkit.errors import ContribkitError

_FIX = (
    "set GITHUB_TOKEN, or run: gh auth login "
    "(a token without any scope reads what is public; private repositories need the scope repo)"
)
_DOTCOM = ("github.com", "localhost", "127.0.0.1", "::1")  # and an emulator on this machine


class Token:
    """A token that shows in no error, log or notebook.

    Examples
    --------
    >>> Token("secret")
    Token(***)
    >>> f"{Token('secret')}"
    'Token(***)'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Token(***)"

    def __reduce__(self) -> Any:
        raise TypeError("a token is not written anywhere")

    def header(self) -> str:
        """Return the value of the header that goes with a request."""
        return f"bearer {self._text}"


def no_token(host: str) -> str:
    """Return that there is no token, and the ways to one."""
    return f"there is no token: {token_fix(host)}"


def token_fix(host: str) -> str:
    """Return how to get a token for a host."""
    return _FIX if host in _DOTCOM else f"set GH_ENTERPRISE_TOKEN, or run: gh auth login --hostname {host}"


def find_token(host: str) -> Token | None:
    """Return the token for a host, else None: from the environment, or the one that ``gh auth token`` prints.

    A token of github.com goes only there (``GITHUB_TOKEN``, ``GH_TOKEN``); other hosts get ``GH_ENTERPRISE_TOKEN`` or
    ``GITHUB_ENTERPRISE_TOKEN``, as GitHub's own command line has it.

    Raises
    ------
    ContribkitError
        For one that cannot be a token.
    """
    names = ("GITHUB_TOKEN", "GH_TOKEN") if host in _DOTCOM else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    found = next((name for name in names if os.environ.get(name)), None)
    text = os.environ[found] if found else _of_gh(host)
    return _checked(text, found or "the token of gh") if text else None


def ask_for_token(host: str) -> Token | None:
    """Ask a person at a terminal or notebook, without showing what they type; None where nobody sits there."""
    if not can_ask():
        return None
    text = getpass(f"Token for {host} (it is not shown and not kept): ").strip()
    return _checked(text, "what was typed") if text else None


def can_ask() -> bool:
    """Say whether somebody sits there who could be asked: a notebook that is being rendered has nobody."""
    if "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        kernel = getattr(shell, "kernel", None)
        if kernel is not None:
            return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def _of_gh(host: str) -> str:
    try:
        command = ["gh", "auth", "token", "--hostname", host]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _checked(text: str, name: str) -> Token:
    if not text.strip().isascii() or not text.strip().isprintable() or " " in text.strip():
        raise ContribkitError(f"{name} holds what cannot be a token (spaces or other signs); copy it anew")
    return Token(text.strip())
