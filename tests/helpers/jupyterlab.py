"""A real JupyterLab in a real Chromium, for tests: nothing of the person who runs them is read or written.

    with chromium() as browser, serve(folder) as server:
        with notebook(browser, server, "start.ipynb") as shown:
            shown.run_all()
            assert shown.errors() == []
            assert shown.visitor.foreign == []

Playwright's synchronous interface keeps an event loop in the thread: leave `chromium` before running anything else
that wants one, such as papermill.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.helpers import npm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # What slips past the interception below finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
STARTS_IN = 120  # seconds; 2.4 measured
RUNS_IN = 120_000  # milliseconds; a kernel is idle after 8 s
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Dark where the visitor prefers it: `visitor(…, color_scheme="dark")`.
    "apputils-extension/themes": {"adaptive-theme": True},
    # All cells are in the page, not only those in sight: a test looks at all of them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    # No checkpoint turns up while a test compares files.
    "docmanager-extension/plugin": {"autosave": False},
}
_DONE = """() => {
  const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')];
  const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent.trim());
  const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
  const waiting = prompts.some(prompt => prompt.includes('*'));
  return cells.length > 0 && !waiting && (failed !== null || prompts.every(prompt => /\\d/.test(prompt)));
}"""


def not_here(what: str) -> NoReturn:
    """Skip a test with a word; in CI, where everything has to be there, fail."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"{what} (in CI it has to be there)", pytrace=False)
    pytest.skip(what)


def from_npm(package: str, version: str, member: str) -> bytes:
    """Return one file of an npm package; where it cannot be had, the test ends as `not_here` says."""
    try:
        return npm.read(package, version, member)
    except npm.NotFetchedError as error:
        not_here(str(error))


def chromium_path() -> str:
    """Return where the machine's own Chromium is; without it or playwright the test ends here, before any slow work."""
    if find_spec("playwright") is None:
        not_here("no playwright: pip install -e '.[dev]' to run the browser tests")
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not found:
        not_here("no Chromium: install Debian's chromium to run the browser tests")
    return found[0]


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Start Chromium without a window, with a new profile."""
    found = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # launch() makes a new profile folder and takes it away again.
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """A browser window that reaches this machine only, and remembers what else was asked for."""

    context: "BrowserContext"
    foreign: list[str] = field(default_factory=list)

    def page(self) -> "Page":
        """Open an empty tab."""
        page = self.context.new_page()
        # Web sockets pass the interception; the resolver rule stops them, this records them.
        page.on("websocket", lambda opened: self._record(opened.url))
        return page

    def _record(self, url: str) -> bool:
        parts = urlsplit(url)
        here = parts.scheme in ("data", "blob", "file", "about") or parts.hostname in _LOOPBACK
        if not here:
            self.foreign.append(url)
        return here

    def _route(self, route: Any) -> None:
        if self._record(route.request.url):
            route.continue_()
        else:
            route.abort()


@contextmanager
def visitor(browser: "Browser", width: int = 1280, height: int = 900, **options: Any) -> Iterator[Visitor]:
    """Open a window of a size; further options are those of playwright's `new_context`, such as ``color_scheme``."""
    # A service worker would fetch past the interception.
    context = browser.new_context(viewport={"width": width, "height": height}, service_workers="block", **options)
    visits = Visitor(context)
    context.route("**/*", visits._route)
    context.set_default_timeout(RUNS_IN)
    try:
        yield visits
    finally:
        context.close()


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    port: int
    token: str

    def url(self, path: str) -> str:
        """Return the address of a path such as ``lab/tree/notebooks/start.ipynb``, in a fresh workspace."""
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}&reset"

    def api(self, path: str, method: str = "GET") -> bytes:
        """Ask the server's own interface, such as ``api/kernels``; again while a kernel that starts is in the way."""
        address = f"http://127.0.0.1:{self.port}/{path}"
        asked = Request(address, method=method, headers={"Authorization": f"token {self.token}"})
        until = time.monotonic() + STARTS_IN
        while True:
            try:
                with urlopen(asked, timeout=STARTS_IN) as answer:
                    return bytes(answer.read())
            except HTTPError as error:
                if method == "DELETE" and error.code == 404:  # it ended by itself
                    return b""
                # A kernel is listed before its state is noted, and the list fails on it until then.
                if error.code != 500 or time.monotonic() > until:
                    raise
            time.sleep(0.1)

    def kernels(self) -> list[dict[str, Any]]:
        """Return the kernels with their ``execution_state``."""
        return list(json.loads(self.api("api/kernels")))

    def stop_kernels(self) -> None:
        """End every kernel: JupyterLab would give a notebook that is opened again the old one."""
        while kernels := self.kernels():
            for kernel in kernels:
                self.api(f"api/kernels/{kernel['id']}", "DELETE")


@contextmanager
def serve(root: Path, home: Path, python: str | Path = sys.executable) -> Iterator[Server]:
    """Run JupyterLab over a folder until the block ends.

    Parameters
    ----------
    root
        The folder that it shows. Copy notebooks there: people's own must not change under a test.
    home
        An empty folder for its settings, its log and what else it would keep in the home folder.
    python
        The interpreter whose JupyterLab it is.
    """
    log = home / "server.log"
    environment = _environment(home, Path(python))
    with log.open("wb") as out:
        for _ in range(3):  # another process may take the port before the server does
            server = Server(_free_port(), secrets.token_hex(16))
            command = [
                str(python), "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                f"--port={server.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={server.token}",
                f"--ServerApp.root_dir={root}",
            ]  # fmt: skip
            process = subprocess.Popen(
                command, cwd=root, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
            if _started(server, process):
                break
            process.kill()
        else:
            pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)
        try:
            yield server
        finally:
            # It ends its kernels with it.
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(home: Path, python: Path) -> dict[str, str]:
    folders = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
    }  # fmt: skip
    for name in folders.values():
        (home / name).mkdir(parents=True, exist_ok=True)
    for name, values in _SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return kept | {name: str(home / folder) for name, folder in folders.items()} | {"PATH": path}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until and process.poll() is None:
        try:
            server.api("api/status")
            return True
        except OSError:
            time.sleep(0.1)
    return False


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in JupyterLab with an idle kernel."""

    visitor: Visitor
    page: "Page"

    def run_all(self) -> None:
        """Run all cells by the menu as a person does, and wait until they are done or one failed."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator('[data-command="runmenu:run-all"]').click()
        self.page.wait_for_function(_DONE)

    @property
    def outputs(self) -> "Locator":
        """Everything that cells put out; look for text here, as it may stand in a source cell too."""
        return self.page.locator(".jp-Notebook .jp-OutputArea-output")

    def text(self) -> str:
        """Return the words of all outputs."""
        return "\n".join(self.outputs.all_inner_texts())

    def errors(self) -> list[str]:
        """Return what cells put out as an error, or on standard error."""
        kinds = ("error", "stderr")
        places = ", ".join(f'.jp-Notebook [data-mime-type="application/vnd.jupyter.{kind}"]' for kind in kinds)
        return self.page.locator(places).all_inner_texts()

    def screenshot(self, path: Path, whole: bool = False) -> Path:
        """Save what a person sees, or the whole notebook by a window as high as it; say where."""
        size = self.page.viewport_size or {"width": 1280, "height": 900}
        if whole:
            # The notebook scrolls inside the page: a full-page picture would show one window of it.
            last = self.page.locator(".jp-Notebook .jp-Cell").last.bounding_box()
            first = self.page.locator(".jp-Notebook .jp-Cell").first.bounding_box()
            if first and last:
                height = int(last["y"] + last["height"] - first["y"]) + 200
                self.page.set_viewport_size({"width": size["width"], "height": height})
                self.page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
                self.page.wait_for_timeout(500)  # JupyterLab lays itself out anew after a moment
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)
        print(f"screenshot: {path}")
        return path


@contextmanager
def notebook(browser: "Browser", server: Server, path: str, **options: Any) -> Iterator[Notebook]:
    """Open a notebook and wait for its kernel, which ends with the block.

    Parameters
    ----------
    browser
        From `chromium`.
    server
        From `serve`.
    path
        The notebook in the folder that is served, or a whole path such as ``lab/tree/notebooks/start.ipynb``.
    options
        Those of `visitor`.
    """
    with visitor(browser, **options) as visits:
        page = visits.page()
        page.goto(server.url(path if path.startswith("lab/") else f"lab/tree/{path}"))
        # The toolbar says idle too early: Run All would then ask for a kernel.
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
        try:
            yield Notebook(visits, page)
        finally:
            server.stop_kernels()
