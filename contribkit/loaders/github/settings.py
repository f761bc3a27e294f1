"""``[sources.github]`` of contribkit.toml."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Settings(Table):
    """Where GitHub is, where what it said is kept, and how long to wait for it.

    Attributes
    ----------
    api_url
        ``https://api.github.com``, or ``https://HOST/api/v3`` of a GitHub Enterprise server.
    store
        The SQLite file, relative to contribkit.toml.
    triage_only
        Whether to look for threads in which a member only labelled, assigned or closed.
    timeout
        Seconds after which an answer is given up.
    longest_wait
        Minutes to wait at most for a new budget; where it takes longer, the load stops and goes on another time.
    """

    api_url: str = "https://api.github.com"
    store: str = "github.sqlite"
    triage_only: bool = True
    timeout: float = Field(60, gt=0)
    longest_wait: float = Field(65, ge=0)

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
    def is_enterprise(self) -> bool:
        """Whether this is a GitHub Enterprise server, which may know less than github.com."""
        return self.api_url.endswith("/v3")

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is answered."""
        return self.api_url.removesuffix("/v3") + "/graphql"


def settings_of(organisation: Organisation) -> Settings:
    """Return the checked settings of an organisation's source."""
    return validate_settings(Settings, "github", organisation.sources["github"])


def store_path(organisation: Organisation) -> Path:
    """Return where the store lies, or will."""
    return organisation.root / Path(settings_of(organisation).store).expanduser()
