"""Real git repositories for tests: the eight of the real set, and small invented ones."""

import gzip
import os
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.loaders import Data, load
from contribkit.period import Period

REALSET = Path(os.environ.get("CONTRIBKIT_REALSET") or Path(__file__).parents[3] / "shared" / "realset")
NO_REALSET = "the real set is not there: set CONTRIBKIT_REALSET"

Person = tuple[str, str]
ADA: Person = ("Ada Example", "12345+ada-example@users.noreply.github.com")
BOB: Person = ("Bob Example", "bob-example@users.noreply.github.com")
STRANGER: Person = ("Sam Stranger", "sam@elsewhere.example")
GITHUB: Person = ("GitHub", "noreply@github.com")
DEPENDABOT: Person = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")

CONFIGURATION = """
[organisation]
name = "Test"
own = ["test-org"]
timezone = "Europe/Berlin"
bots = ["lamp-helper"]
[[teams]]
name = "One"
[[teams.members]]
login = "ada-example"
name = "Ada Example"
aliases = ["ada-old-example", "ada@home.example"]
[[teams.members]]
login = "Bob-Example"
name = "Bob Example"
[[upstream]]
name = "Wicketlamp"
orgs = ["wicketlamp-example"]
[sources.git]
clones = ["clones/*"]
"""


def organisation(folder: Path, configuration: str = CONFIGURATION) -> Organisation:
    """Write a contribkit.toml into a folder, and read it."""
    (folder / "contribkit.toml").write_text(configuration, encoding="utf-8")
    return Organisation.read(folder / "contribkit.toml")


def loaded(folder: Path, configuration: str = CONFIGURATION, keep_going: bool = False) -> Data:
    """Load the clones of a folder for the quarter in which invented repositories begin."""
    org = organisation(folder, configuration)
    return load(org, Period("2023-Q2", org.timezone), keep_going)


def run_git(*arguments: str | Path, stdin: bytes | None = None) -> bytes:
    """Return what git prints, whatever the user's and the machine's configuration say."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["git", *map(str, arguments)], input=stdin, capture_output=True, check=True, env=environment
    ).stdout


def build_real_clones(folder: Path) -> list[Path]:
    """Build a bare repository from each stream of the real set, HEAD at its one branch."""
    streams = sorted((REALSET / "git").glob("*.stream.gz"))
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda stream: _build(stream, folder), streams))


def _build(stream: Path, folder: Path) -> Path:
    path = folder / stream.name.removesuffix(".stream.gz")
    run_git("init", "--quiet", "--bare", path)
    run_git("-C", path, "fast-import", "--quiet", stdin=gzip.decompress(stream.read_bytes()))
    (branch,) = run_git("-C", path, "for-each-ref", "refs/heads", "--format=%(refname)").decode().split()
    run_git("-C", path, "symbolic-ref", "HEAD", branch)
    return path


class Invented:
    """A small bare repository; every commit is an hour younger than the one made before it.

    Parameters
    ----------
    path
        Where to make it; a folder named OWNER+NAME tells which repository it is.
    start
        The time of its first commit, in UTC.
    """

    def __init__(self, path: Path, start: str = "2023-04-03T10:00") -> None:
        self.path = path
        self.tip: str | None = None
        self._now = datetime.fromisoformat(start).replace(tzinfo=UTC)
        path.parent.mkdir(parents=True, exist_ok=True)
        run_git("init", "--quiet", "--bare", "--initial-branch=main", path)

    def git(self, *arguments: str | Path, stdin: bytes | None = None) -> str:
        """Return what git prints in this repository."""
        return run_git("-C", self.path, *arguments, stdin=stdin).decode(errors="replace").strip()

    def remote(self, url: str, name: str = "origin") -> None:
        """Set the address of a remote."""
        self.git("config", f"remote.{name}.url", url)

    def commit(
        self,
        message: str | bytes,
        *parents: str,
        author: Person = STRANGER,
        committer: Person | None = None,
        at: str = "",
        files: Mapping[str, str | bytes] | None = None,
    ) -> str:
        """Make a commit on no branch and return its hash.

        Parameters
        ----------
        message
            The whole message; bytes as they are.
        parents
            Their files are there already; where they differ, the last one's.
        author, committer
            Names and addresses; the committer is the author by default.
        at
            Its time in UTC, by default the next hour.
        files
            Contents by path, put to those of the first parent.
        """
        words = _bytes(message)
        lines = [
            b"commit refs/made/last\nmark :1",
            b"author " + self._stamp(author, at),
            b"committer " + self._stamp(committer or author, at, again=True),
            b"data %d\n%s" % (len(words), words),
            *(b"%s %s" % (b"merge" if place else b"from", sha.encode()) for place, sha in enumerate(parents)),
        ]
        lines.extend(line for sha in parents[1:] for line in self._files(sha))
        for path, content in (files or {}).items():
            data = _bytes(content)
            lines.append(b"M 100644 inline %s\ndata %d\n%s" % (path.encode(), len(data), data))
        lines.append(b"get-mark :1\n")
        if not parents:
            self.git("update-ref", "-d", "refs/made/last")
        return self.git("fast-import", "--quiet", "--force", stdin=b"\n".join(lines))

    def main(
        self,
        message: str | bytes,
        *merged: str,
        author: Person = STRANGER,
        committer: Person | None = None,
        at: str = "",
        files: Mapping[str, str | bytes] | None = None,
    ) -> str:
        """Make a commit on top of the main line, with what it merges, and return its hash."""
        parents = (self.tip, *merged) if self.tip else merged
        sha = self.commit(message, *parents, author=author, committer=committer, at=at, files=files)
        self.point("refs/heads/main", sha)
        self.tip = sha
        return sha

    def merge(
        self, number: int, head: str, *merged: str, title: str = "A title", body: str = "", author: Person = BOB,
        at: str = "", files: Mapping[str, str | bytes] | None = None,
    ) -> str:  # fmt: skip
        """Merge a pull request into the main line as GitHub's button does; ``head`` is ``login/branch``."""
        message = f"Merge pull request #{number} from {head}\n\n{title}" + (f"\n\n{body}" if body else "")
        return self.main(message, *merged, author=author, committer=GITHUB, at=at, files=files)

    def pull_request(self, number: int, head: str, author: Person = ADA, title: str = "A title") -> str:
        """Make and merge a pull request of one commit, and return the merge's hash."""
        work = self.commit("Work", *([self.tip] if self.tip else []), author=author, files={f"{number}.py": "x\n"})
        return self.merge(number, head, work, title=title)

    def point(self, ref: str, sha: str) -> None:
        """Set a branch, or a lightweight tag, to a commit."""
        self.git("update-ref", ref, sha)

    def tag(self, name: str, sha: str, tagger: Person, message: str = "A release", at: str = "") -> None:
        """Make an annotated tag."""
        words = message.encode()
        head = f"tag {name}\nfrom {sha}\n".encode() + b"tagger " + self._stamp(tagger, at)
        self.git("fast-import", "--quiet", stdin=head + b"\ndata %d\n%s\n" % (len(words), words))

    def raw_commit(self, text: bytes) -> str:
        """Write a commit as it stands, which git itself would not make, on top of nothing; ``%TREE`` is its tree."""
        tree = self.git("mktree", stdin=b"").encode()
        text = text.replace(b"%TREE", tree)
        return self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)

    def _files(self, sha: str) -> Iterator[bytes]:
        for entry in filter(None, run_git("-C", self.path, "ls-tree", "-r", "-z", sha).split(b"\0")):
            facts, _, path = entry.partition(b"\t")
            mode, _, blob = facts.split()
            yield b"M %s %s %s" % (mode, blob, path)

    def _stamp(self, person: Person, at: str, again: bool = False) -> bytes:
        if not at and not again:
            self._now += timedelta(hours=1)
        when = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else self._now
        return f"{person[0]} <{person[1]}> {int(when.timestamp())} +0000".encode()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
