"""Each way in which GitHub goes wrong, alone: a load is complete in the end, or says in a sentence what is missing."""

import ssl
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import Data
from contribkit.loaders import load as load_all
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.queries import Request
from contribkit.loaders.github.settings import Settings, Token
from tests.github.completeness import completeness
from tests.github.emulator import Emulator
from tests.github.traps import TRAPS
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

# What a load says where not all can be had, by trap; the others end complete.
SAID = {
    "saml": "/sso?authorization_request=",
    "policy": "GitHub forbids",
    "fine_grained": 'GitHub forbids "reviews"',
    "reads_nothing": "Resource not accessible by personal access token",
    "busy_second": "threads that were created in one second; the rest is missing",
}
# Values at which a trap bites on the small workload, where that is not its default.
VALUES = {
    "work": 2, "outage": 5, "late_reference": 2, "resource_limits": 1, "resource_limits_each": 1,
    "resource_limits_no_path": 1, "resource_limits_data_null": 1,
}  # fmt: skip
# The world or the index changes meanwhile, which only a later load can see.
LATER = {"transferred", "deleted", "late_reference", "search_lag"}
# Which nulls come is chance at each load: it may stay one in part, and says so.
CHANCE = {"nulls", "silent_nulls", "search_short"}
# What happens once and is over: all of it in one load.
ACCIDENTS = {name: number for number, name in enumerate((one for one in TRAPS if TRAPS[one].spring), 1)}
RULES = [name for name in TRAPS if name not in ACCIDENTS or name in LATER]
HOUR = 3600


def loads(github: Emulator, org: Organisation) -> list[Data]:
    """Load until a load is complete, an hour after the other, and once more where the world changes meanwhile."""
    found: list[Data] = []
    for _ in range(3):
        found.append(load_all(org, github.workload.period, keep_going=True))
        github.clock.advance(HOUR)
        if found[-1].sources[0].status == "ok" and LATER.isdisjoint(github.traps):
            break
    return found


@pytest.fixture
def _asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN"):
        monkeypatch.setenv(name, Emulator.token)


@pytest.mark.usefixtures("_asked")
@pytest.mark.parametrize("trap", RULES)
def test_a_load_is_complete_or_says_what_is_missing(trap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(Workload.small(), {trap: VALUES.get(trap, 0)}) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        url = github.enterprise_url if trap == "enterprise" else github.url
        found = loads(github, github.workload.organisation(tmp_path, url, timeout=60))
        said, is_whole = " ".join(found[-1].sources[0].notes), found[-1].sources[0].status == "ok"
        assert github.hurried == []
        assert SAID.get(trap, "") in said
        assert is_whole is (trap not in SAID) or trap in CHANCE
        if trap == "reads_nothing":
            return
        first, last = (completeness(one.acts, github.workload, github.readable) for one in (found[0], found[-1]))
        assert last.invented.empty
        assert last.missing.empty or (trap in CHANCE and not is_whole)
        assert trap in LATER or first.missing.empty or found[0].sources[0].status != "ok"


@pytest.mark.usefixtures("_asked")
def test_whatever_happens_once_on_the_way_the_load_ends_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traps = {name: number for name, number in ACCIDENTS.items() if name not in {*LATER, "slow"}}
    with Emulator(Workload.small(), traps) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        found = loads(github, github.workload.organisation(tmp_path, github.url, timeout=60))
        told = completeness(found[-1].acts, github.workload)
        assert found[-1].sources[0].status == "ok"
        assert told.missing.empty
        assert told.invented.empty
        assert github.hurried == []
        assert len(github.sprung) >= 10


@pytest.mark.usefixtures("_asked")
def test_a_github_that_is_down_is_said_to_be_after_a_few_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(Workload.small(), {"outage": 24 * HOUR}) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        org = github.workload.organisation(tmp_path, github.url)
        said = load_all(org, github.workload.period, keep_going=True).sources[0].notes
        assert any("GitHub did not answer 8 times" in one for one in said)
        assert len(github.requests) <= 12
        assert github.hurried == []


@pytest.fixture
def inspected(tmp_path: Path) -> Iterator[HTTPServer]:
    """A server whose certificate nobody signed, as that of a proxy that inspects TLS."""
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "proxy.pem")]
    subprocess.run([*made.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "proxy.pem", tmp_path / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_proxy_that_inspects_tls_is_told_at_once_with_what_to_set(inspected: HTTPServer) -> None:
    settings = Settings(api_url=f"https://localhost:{inspected.server_port}")
    with Client(settings, Token("secret")) as client, pytest.raises(ContribkitError) as caught:
        client.ask(Request("query { viewer { login } }", {}, []))
    assert "the certificate that localhost shows is not trusted (self-signed certificate" in str(caught.value)
    assert "set SSL_CERT_FILE to a file that holds the proxy's certificate" in str(caught.value)
