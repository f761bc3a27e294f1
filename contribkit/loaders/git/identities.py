"""Names and addresses in clones that look like a member's: for people to accept as aliases, since nobody is guessed."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from contribkit.config.models import Member
from contribkit.loaders.git.commits import Person
from contribkit.loaders.git.pull_requests import People
from contribkit.loaders.git.repository import Repository

_SHORTEST = 5  # letters of an address before the @ that tell somebody
_WORDS = {
    "address": "the same address",
    "number": "the same number of a GitHub account",
    "name": "the same name, but for accents, spaces and signs",
    "local": "the address is made of the login or the name",
    "first": "a first name alone",
}


class LookAlike(NamedTuple):
    """A name and address that no member has, the member whom it looks like, why, and on how many commits it is."""

    name: str
    mail: str
    login: str
    because: str
    commits: int


def look_alikes(repositories: Iterable[Repository], people: People) -> list[LookAlike]:
    """Return who, among authors and co-authors, looks like one member and is not known as one, most commits first."""
    counts = Counter(person for repository in repositories for person in _persons(repository))
    members = {person: people.organisation.member(people.login(person)) for person in counts}
    owners: dict[tuple[str, str], set[str]] = {}
    for member in people.organisation.members.values():
        for trace in _member_traces(member):
            owners.setdefault(trace, set()).add(member.login)
    for person, login in members.items():
        for trace in _traces(person) if login else ():
            owners.setdefault(trace, set()).add(login or "")
    found = []
    for person, commits in counts.most_common():
        if members[person] or people.is_bot(person):
            continue
        # What two members share tells nothing.
        traces = [trace for trace in _traces(person) if len(owners.get(trace, ())) == 1]
        if traces:
            (login,) = owners[traces[0]]
            found.append(LookAlike(*person, login, _WORDS[traces[0][0]], commits))
    return found


def _persons(repository: Repository) -> Iterator[Person]:
    trailers = "%(trailers:key=Co-authored-by,valueonly,unfold)"
    said = repository.git("log", "--use-mailmap", f"--format=%aN <%aE>%n{trailers}", repository.head or "HEAD")
    for match in re.finditer(r"^([^<\n]{0,200})<([^>\n]{1,200})>$", said.decode(errors="replace"), re.MULTILINE):
        yield match[1].strip(), match[2].strip()


def _traces(person: Person) -> Iterator[tuple[str, str]]:
    """Yield by what a name and address could be recognised, the surest first."""
    name, mail = person
    yield "address", mail.casefold()
    if number := re.match(r"(\d+)\+\S+@users\.noreply\.", mail):
        yield "number", number[1]
    if letters := _letters(name):
        yield "name", letters
    if len(local := _letters(re.sub(r"^\d+\+|@.*$", "", mail))) >= _SHORTEST:
        yield "local", local
    if letters and " " not in name:
        yield "first", letters


def _member_traces(member: Member) -> Iterator[tuple[str, str]]:
    yield "local", _letters(member.login)
    if words := [_letters(word) for word in member.name.split()]:
        yield from (("name", "".join(words)), ("local", "".join(words)), ("first", words[0]))
        yield "local", words[0][:1] + words[-1]


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
