"""What the doctor finds: one thing, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from contribkit.errors import ContribkitError


class Level(StrEnum):
    """How a thing is, as the sign that stands before it."""

    GOOD = "✓"
    DOUBTFUL = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    level
        Whether it is good, doubtful (a review can be made, and will lack something) or wrong.
    subject
        What was looked at.
    sentence
        How it is.
    fix
        What to do; empty where nothing needs to be done.

    Examples
    --------
    >>> print(Finding(Level.WRONG, "git", "is not installed", "install it"))
    ✗ git: is not installed; install it
    """

    level: Level
    subject: str
    sentence: str
    fix: str = ""

    def __str__(self) -> str:
        said = "; ".join(filter(None, (self.sentence, self.fix)))
        return f"{self.level} {self.subject}: {said}".replace("\n", " ")


def good(subject: str, sentence: str) -> Finding:
    """Return a thing with which nothing is wrong."""
    return Finding(Level.GOOD, subject, sentence)


def doubtful(subject: str, sentence: str, fix: str) -> Finding:
    """Return a thing without which a review lacks something."""
    return Finding(Level.DOUBTFUL, subject, sentence, fix)


def count(number: int, word: str) -> str:
    """Say how many there are.

    Examples
    --------
    >>> count(1, "clone"), count(2, "clone")
    ('1 clone', '2 clones')
    """
    return f"{number} {word}{'' if number == 1 else 's'}"


def wrong(subject: str, said: str | ContribkitError, fix: str) -> list[Finding]:
    """Return what an error says, a thing for each of its lines.

    Parameters
    ----------
    subject
        What was looked at.
    said
        The error; where it names a fix itself, behind a semicolon, that one is better.
    fix
        What to do where it does not.

    Examples
    --------
    >>> for finding in wrong("labels", ContribkitError("a:1: is no JSON; restore it\\na:2: is empty"), "look"):
    ...     print(finding)
    ✗ labels: a:1: is no JSON; restore it
    ✗ labels: a:2: is empty; look
    """
    lines = (line.partition("; ") for line in str(said).split("\n"))
    return [Finding(Level.WRONG, subject, sentence, named or fix) for sentence, _, named in lines]
