"""The token is asked for where somebody sits, without showing it: a real kernel answers its notebook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from contribkit.config.organisation import Organisation
from contribkit.loaders import github as source
from contribkit.loaders.github.client import Client
from contribkit.period import Period
from tests.github.emulator import Emulator
from tests.github.stopping import by_hand, stopped_after
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

LOAD = """
import contribkit as ck
org = ck.Organisation.read("contribkit.toml")
try:
    print(len(ck.load(org, ck.Period("2026-Q3", org.timezone)).acts), "acts")
except ck.ContribkitError as error:
    print(error)
"""


class Notebook:
    """A kernel, and what it asked and said; a person answers what is asked."""

    def __init__(self, client: BlockingKernelClient, answer: str) -> None:
        self._client = client
        self._answer = answer
        self.asked: list[dict[str, Any]] = []
        self.said = ""

    def run(self, code: str, somebody: bool = True) -> None:
        """Run a cell."""
        self._client.execute_interactive(
            code, allow_stdin=somebody, stdin_hook=self._asked, output_hook=self._told, timeout=300
        )

    def _asked(self, message: dict[str, Any]) -> None:
        self.asked.append(message["content"])
        self._client.input(self._answer)

    def _told(self, message: dict[str, Any]) -> None:
        self.said += str(message["content"])


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GH_CONFIG_DIR", str(tmp_path))  # nor does GitHub's own command line know one
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=300)
    yield Notebook(client, Emulator.token)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_notebook_without_a_token_asks_for_it_hidden_once_and_keeps_it_nowhere(
    notebook: Notebook, tmp_path: Path
) -> None:
    small = Workload.small()
    with Emulator(small) as github:
        small.organisation(tmp_path, github.url)
        notebook.run(LOAD)
        notebook.run(LOAD)  # the store answers
    assert [question["password"] for question in notebook.asked] == [True]
    assert "it is not shown and not kept" in notebook.asked[0]["prompt"]
    assert notebook.said.count(" acts") == 2
    assert Emulator.token not in notebook.said
    assert all(Emulator.token.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_notebook_asks_for_a_token_where_the_store_does_not_hold_all(notebook: Notebook, tmp_path: Path) -> None:
    small = Workload.small()
    with Emulator(small) as github:
        small.organisation(tmp_path, github.url)
        _load_a_part(tmp_path)
        notebook.run(LOAD)
    assert len(notebook.asked) == 1
    assert notebook.said.count(" acts") == 1


def test_a_notebook_that_is_rendered_asks_nobody(notebook: Notebook, tmp_path: Path) -> None:
    small = Workload.small()
    with Emulator(small) as github:
        small.organisation(tmp_path, github.url)
        notebook.run(LOAD, somebody=False)
    assert not notebook.asked
    assert "there is no token: set GITHUB_TOKEN" in notebook.said


def _load_a_part(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", Emulator.token)
        patch.setattr(Client, "ask", stopped_after(2, by_hand))
        organisation = Organisation.read(folder / "contribkit.toml")
        source.load(organisation, Period("2026-Q3", organisation.timezone))
