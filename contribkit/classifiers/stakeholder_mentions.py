"""Stakeholders in texts and repositories: who is mentioned, and in which words; and what else rules look up."""

import re
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

from contribkit.config.models import Goal, Stakeholder
from contribkit.config.organisation import Organisation
from contribkit.config.patterns import Signs, any_of, matches
from contribkit.ids import casefold_id

# What people write of one piece of work that was asked for; "thanks" and "funded by" alone say nothing.
ASKED = re.compile(
    r"(?i)\b(?:request(?:ed)? (?:by|from)|reported by|asked (?:for )?by|sponsor(?:ed|s) this|needed (?:by|for)|"
    r"(?:our|their) users?|users? (?:of|at|from|reported)|report(?:ed|s) it)\b"
)
_THANKS = re.compile(
    r"(?i)\b(?:thank(?:s| you)|(?:fund|support|sponsor)(?:ed|ing) (?:by|from)|support from|acknowledg\w*|our funders?|"
    # An afterthought names who benefits as well, not who asked for it.
    r"also (?:be )?(?:useful|support\w*|benefit\w*|helps?))\b"
)
# Who could be hurt by a change did not ask for it.
_AFFECTED = re.compile(r"\b(?:risks?:|(?:low|high|some) risk|only users?)", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{2,10}-\d{1,6}")
_SLUG = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"\[[^\]]{1,30}\]|[\w-]{2,30}")
_PARTS = 4  # words of a name at most
_SHORTEST = 3  # letters of a name that is looked for in a repository's name
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def without_thanks(words: str) -> str:
    """Return a text without the sentences that only thank somebody: they stand in every release and post.

    >>> without_thanks("Adds quotas. Thanks to Reef for the funding. Requested by Reef, thanks!")
    'Adds quotas. Requested by Reef, thanks!'
    """
    kept = (part for part in _SENTENCE.split(words) if not _THANKS.search(part) or ASKED.search(part))
    return " ".join(sentence for sentence in kept if not _AFFECTED.search(sentence))


def codes_in(title: str, codes: list[str]) -> list[str]:
    """Return the words of a title, and what is in brackets as one word with them, that fit patterns of codes."""
    return [word for word in _WORD.findall(title) if matches(codes, word)] if codes else []


class Named(NamedTuple):
    """A stakeholder named in a text, the word that named it, and whether that word could mean anything else."""

    stakeholder: Stakeholder
    word: str
    is_common: bool

    @property
    def is_grant(self) -> bool:
        """Whether it is money for a project's own health, and so no stakeholder whom work is for."""
        return self.stakeholder.kind == "grant"

    @property
    def is_code(self) -> bool:
        """Whether the word is the code of a contract, such as ``FC-0062``."""
        return bool(_CODE.fullmatch(self.word)) or self.word in self.stakeholder.codes


class Lookups:
    """What rules look up of an organisation: stakeholders by their words, repositories and people, goals, labels, bots.

    It is made once for a table, and remembers what it has found.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        # Contributions change the same files and link to the same repositories over and over.
        self.owner_of = cache(self._owner_of)
        self.is_bot = cache(organisation.is_bot)
        self.is_in_scope = cache(organisation.is_in_scope)
        self.is_member_on = cache(organisation.is_member_on)
        self.upstream_of = cache(organisation.upstream_of)
        self.named_by_path = cache(self._named_by_path)
        self.goals_on = cache(self._goals_on)

    def named_in(self, words: str) -> list[Named]:
        """Return the stakeholders that a text names as whole words, in the case given and the order of the file."""
        known, hits = self.organisation.stakeholder_by_word, [*self._pattern.finditer(words)]
        found: dict[str, Named] = {}
        longer = [other.span() for other in self._projects.finditer(words)] if hits else []
        for match in hits:
            start, end = match.span()
            if any(a <= start and end <= b and b - a > end - start for a, b in longer):
                continue  # "edX" in "Open edX" is no client
            word = " ".join(match[0].split())  # a line may end within a name
            word = word if word in known else word[:-1]
            named = Named(known[word], word, word.isalpha() and word.islower())
            before = found.get(named.stakeholder.name)
            if before is None or (before.is_common and not named.is_common):
                found[named.stakeholder.name] = named
        return [found[known.name] for known in self.organisation.stakeholders if known.name in found] if found else []

    def coded_in(self, title: str) -> list[Named]:
        """Return the stakeholders whose codes a title bears, by the patterns of contribkit.toml."""
        return [Named(whose, word, False) for whose in self._coded for word in codes_in(title, whose.codes)]

    @cached_property
    def _coded(self) -> list[Stakeholder]:
        return [known for known in self.organisation.stakeholders if known.codes]

    @cached_property
    def signs(self) -> Signs:
        """What stands in each text in which a rule finds something.

        ``name`` is part of a stakeholder's name, ``person`` the login of one of its people, ``ticket`` part of the
        address of a ticket, ``ours`` of words about what the organisation runs, ``client`` of words about a client, and
        ``thanks`` of what `without_thanks` leaves out.
        """
        names = [max(word.split(), key=len) for word in self.organisation.stakeholder_by_word]
        tickets = [max(re.split(r"[*?]", address), key=len) for address in self.organisation.signals.tickets]
        return Signs(
            {
                "name": any_of(names),
                "person": rf"(?i)(?:^|[^a-z0-9_/-])(?:{any_of(sorted(self.speaking))})(?:[^a-z0-9-]|$)",
                "ticket": f"(?i){any_of(tickets)}",
                "ours": "(?i)our (?:hub|deployment|communit|customer|client)",
                "client": "(?i)client|customer",
                "thanks": "(?i)thank|fund|support|sponsor|acknowledg|also|risk|only user",
            }
        )

    @cached_property
    def coded_goals(self) -> list[Goal]:
        """The goals that have codes."""
        return [goal for goal in self.organisation.goals if goal.codes]

    def _goals_on(self, day: date | None) -> list[tuple[Goal, frozenset[str]]]:
        """Return the goals that hold on a day, or all, with the case-folded threads and places that plan them."""
        goals = (goal for goal in self.organisation.goals if day is None or goal.holds_between(day, day))
        return [(goal, frozenset(map(casefold_id, goal.refs))) for goal in goals]

    @cached_property
    def planned_labels(self) -> frozenset[str]:
        """The case-folded labels of own threads that mean upstream-led."""
        return frozenset(label.casefold() for label in self.organisation.signals.planned_labels)

    @cached_property
    def stakeholder_labels(self) -> frozenset[str]:
        """The case-folded labels of own threads that mean stakeholder-led."""
        return frozenset(label.casefold() for label in self.organisation.signals.stakeholder_labels)

    @cached_property
    def has_clients(self) -> bool:
        """Whether some stakeholders are clients."""
        return any(known.kind == "client" for known in self.organisation.stakeholders)

    @cached_property
    def by_label(self) -> dict[str, Stakeholder]:
        """Stakeholders by the case-folded labels that mean them; of two with the same one, the first in the file."""
        known = reversed(self.organisation.stakeholders)
        return {label.casefold(): stakeholder for stakeholder in known for label in stakeholder.labels}

    def _owner_of(self, repo: str) -> Stakeholder | None:
        """Return whose repository or tracker it is; that of a grant is no stakeholder's."""
        owner = self.organisation.owner_of(repo) if repo else None
        return owner if owner is not None and owner.kind != "grant" else None

    def kept_for(self, repo: str) -> Stakeholder | None:
        """Return whose repository it is, or whose name an own one bears."""
        owner = self.owner_of(repo)
        own = owner is None and self.organisation.is_own(repo)
        return self.named_by_path(repo.split("/")[1]) if own else owner

    def _named_by_path(self, path: str) -> Stakeholder | None:
        """Return the stakeholder whose name is part of the name of a repository or file."""
        parts = _SLUG.split(path.casefold())
        runs = ("-".join(parts[at : at + n]) for n in range(_PARTS, 0, -1) for at in range(len(parts) - n + 1))
        return next((self._slugs[run] for run in runs if run in self._slugs), None)

    @cached_property
    def _slugs(self) -> dict[str, Stakeholder]:
        words = sorted(self.organisation.stakeholder_by_word.items(), key=lambda item: -len(item[0]))
        slugs = ((_SLUG.sub("-", word.casefold()).strip("-"), known) for word, known in words if known.kind != "grant")
        return {slug: known for slug, known in slugs if len(slug) >= _SHORTEST}

    @cached_property
    def _projects(self) -> re.Pattern[str]:
        """The names of upstream projects of two words, in which a stakeholder's may lie."""
        names = [upstream.name.split() for upstream in self.organisation.upstream]
        spelled = [r"\s+".join(map(re.escape, words)) for words in names if len(words) > 1]
        return re.compile("|".join(rf"\b{name}\b" for name in spelled) or r"(?!)")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: "North Reef" is not "Reef". First letters stand in front, so that a text is searched for
        # these alone, in a tenth of the time.
        rests: dict[str, list[str]] = {}
        for word in sorted(self.organisation.stakeholder_by_word, key=len, reverse=True):
            # A name of several words may stand in the plural: "reef hubs".
            spelled = r"\s+".join(map(re.escape, word[1:].split(" "))) + ("s?" if " " in word else "")
            rests.setdefault(re.escape(word[:1]), []).append(spelled)
        parts = "|".join(rf"{first}(?<![\w/-]{first})(?:{'|'.join(rest)})" for first, rest in rests.items())
        return re.compile(rf"(?:{parts})(?![\w/-])" if parts else r"(?!)")

    @cached_property
    def name_by_person(self) -> dict[str, str]:
        """The stakeholder for whom somebody speaks, by case-folded login; the first where it is several."""
        known = reversed(self.organisation.stakeholders)
        return {casefold_id(login): stakeholder.name for stakeholder in known for login in stakeholder.people}

    @cached_property
    def speaking(self) -> frozenset[str]:
        """Case-folded logins of all who speak for a stakeholder that is no grant."""
        real = (known for known in self.organisation.stakeholders if known.kind != "grant")
        return frozenset(casefold_id(login) for known in real for login in known.people)

    @cached_property
    def initiatives(self) -> dict[str, frozenset[str]]:
        """Case-folded threads by initiative, in the order of the file."""
        return {planned.name: frozenset(map(casefold_id, planned.refs)) for planned in self.organisation.initiatives}
