"""A history: its main line, and what each merge brought to it."""

from contribkit.loaders.git.log import Commit


class History:
    """The commits of a default branch: its main line, and what each merge brought to it."""

    def __init__(self, commits: list[Commit]) -> None:
        self._by_sha = {commit.sha: commit for commit in commits}
        self._order = {commit.sha: place for place, commit in enumerate(commits)}
        self._all = commits
        line = []
        place = commits[0] if commits else None
        while place is not None:
            line.append(place)
            place = self._by_sha.get(place.parents[0]) if place.parents else None
        self.main_line = {commit.sha for commit in line}
        self._brought = self._walk(line)
        self._came_with = {own.sha: self._by_sha[sha] for sha, branch in self._brought.items() for own in branch}

    def most_believed_first(self) -> list[Commit]:
        """Return all commits as their numbers are believed: the main line's, of these merges, of these older ones."""
        oldest_first = reversed(self._all)
        return sorted(oldest_first, key=lambda commit: (commit.sha not in self.main_line, len(commit.parents) < 2))

    def came_with(self, commit: Commit) -> Commit | None:
        """Return the merge of the main line that brought a commit, None for one of the main line itself."""
        return self._came_with.get(commit.sha)

    def branch(self, merge: Commit) -> list[Commit]:
        """Return what a merge brought that was not there before it, children before parents."""
        if merge.sha in self._brought:
            return self._brought[merge.sha]
        before = self._ancestors(merge.parents[:1], set())
        return self._in_order(self._ancestors(merge.parents[1:], before))

    def _walk(self, line: list[Commit]) -> dict[str, list[Commit]]:
        """Give every commit to the merge of the main line that brought it; one pass, oldest first."""
        seen: set[str] = set()
        brought = {}
        for commit in reversed(line):
            if len(commit.parents) > 1:
                own = self._ancestors(commit.parents[1:], seen)
                seen |= own
                brought[commit.sha] = self._in_order(own)
            seen.add(commit.sha)
        return brought

    def _ancestors(self, shas: list[str], without: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(shas)
        while waiting:
            sha = waiting.pop()
            if sha not in found and sha not in without and sha in self._by_sha:
                found.add(sha)
                waiting.extend(self._by_sha[sha].parents)
        return found

    def _in_order(self, shas: set[str]) -> list[Commit]:
        return [self._by_sha[sha] for sha in sorted(shas, key=self._order.__getitem__)]
