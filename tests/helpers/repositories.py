"""Real git repositories for tests: the eight of the real set, and small invented ones."""

import gzip
import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.loaders import Data, load
from contribkit.period import Period

REALSET = Path(os.environ.get("CONTRIBKIT_REALSET") or Path(__file__).parents[3] / "shared" / "realset")
NO_REALSET = "the real set is not there: set CONTRIBKIT_REALSET"

Person = tuple[str, str]
Files = dict[bytes, tuple[bytes, str]]  # by path: the mode, and the hash
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

    Its objects are written here, as git lays them out: a process of git for each would take most of the tests' time.

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
        self._trees: dict[str, Files] = {}
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
        tree: Files = {}
        for sha in parents:
            tree |= self._files(sha)
        for path, content in (files or {}).items():
            tree[path.encode()] = (b"100644", self._write(b"blob", _bytes(content)))
        lines = [
            b"tree " + self._tree(tree).encode(),
            *(b"parent " + sha.encode() for sha in parents),
            b"author " + self._stamp(author, at),
            b"committer " + self._stamp(committer or author, at, again=True),
            b"",
            _bytes(message),
        ]
        made = self._write(b"commit", b"\n".join(lines))
        self._trees[made] = tree
        return made

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
        path = self.path / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{sha}\n", encoding="ascii")

    def tag(self, name: str, sha: str, tagger: Person, message: str = "A release", at: str = "") -> None:
        """Make an annotated tag."""
        kind = "commit" if sha in self._trees else self.git("cat-file", "-t", sha)
        head = f"object {sha}\ntype {kind}\ntag {name}\n".encode() + b"tagger " + self._stamp(tagger, at)
        self.point(f"refs/tags/{name}", self._write(b"tag", b"%s\n\n%s" % (head, message.encode())))

    def raw_commit(self, text: bytes) -> str:
        """Write a commit as it stands, which git itself would not make, on top of nothing; ``%TREE`` is its tree."""
        tree = self.git("mktree", stdin=b"").encode()
        text = text.replace(b"%TREE", tree)
        return self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)

    def _files(self, sha: str) -> Files:
        if sha not in self._trees:  # git made it
            entries = run_git("-C", self.path, "ls-tree", "-r", "-z", sha).split(b"\0")
            facts = [entry.partition(b"\t") for entry in entries if entry]
            self._trees[sha] = {path: (fact.split()[0], fact.split()[2].decode()) for fact, _, path in facts}
        return self._trees[sha]

    def _tree(self, files: Files) -> str:
        """Write the tree of some files, and those of the folders in it."""
        entries: Files = {path: entry for path, entry in files.items() if b"/" not in path}
        folders: dict[bytes, Files] = {}
        for path, entry in files.items():
            folder, inside, rest = path.partition(b"/")
            if inside:
                folders.setdefault(folder, {})[rest] = entry
        entries |= {folder: (b"40000", self._tree(inside)) for folder, inside in folders.items()}
        # As git sorts them: a folder as if its name ended with a slash.
        ordered = sorted(entries.items(), key=lambda one: one[0] + (b"/" if one[0] in folders else b""))
        return self._write(
            b"tree", b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(sha)) for name, (mode, sha) in ordered)
        )

    def _write(self, kind: bytes, content: bytes) -> str:
        """Write an object, and return its hash."""
        whole = b"%s %d\0%s" % (kind, len(content), content)
        sha = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        path = self.path / "objects" / sha[:2] / sha[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return sha

    def _stamp(self, person: Person, at: str, again: bool = False) -> bytes:
        if not at and not again:
            self._now += timedelta(hours=1)
        when = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else self._now
        return f"{person[0]} <{person[1]}> {int(when.timestamp())} +0000".encode()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
