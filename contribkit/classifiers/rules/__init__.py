"""The rules, ours and those of plug-ins, and what happens where one fails."""

import logging
import math
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from inspect import isfunction

from contribkit.classifiers.context import Context
from contribkit.classifiers.rules import individual, stakeholder, upstream
from contribkit.classifiers.votes import Reason, Weights
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

Rule = Callable[[Context], Iterator[Reason]]
_KNOWN = frozenset(map(str, Lead))
_TOGETHER = 32  # contexts that a rule looks at before the next rule does

# Every public function of these modules is a rule. Their order is that of the guideline: what ties a contribution to a
# stakeholder comes first, then what plans it as upstream work or serves the project, then what makes it one person's.
# Among equals, reasons are shown in this order.
RULES: list[Rule] = [
    rule
    for module in (stakeholder, upstream, individual)
    for name, rule in vars(module).items()
    if isfunction(rule) and rule.__module__ == module.__name__ and not name.startswith("_")
]


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Return our rules and those of plug-ins (entry points ``contribkit.rules``), by name: that of the function."""
    rules = {_name(rule): rule for rule in RULES}
    for rule in map(_load, entry_points(group="contribkit.rules")):
        name = _name(rule)
        rules[f"{rule.__module__}.{name}" if name in rules else name] = rule
    return rules


def _name(rule: Rule) -> str:
    return getattr(rule, "__name__", type(rule).__name__)


def _load(point: EntryPoint) -> Rule:
    """Return the rule of a plug-in; one that cannot be loaded fails like any other, and is named in the same way."""
    try:
        loaded: Rule = point.load()
        return loaded
    except Exception as error:
        sentence = f"{point.value} cannot be loaded: {error}"

    def rule(context: Context) -> Iterator[Reason]:
        raise ImportError(sentence)

    rule.__module__, rule.__name__ = point.module, point.name
    return rule


class Failures(Counter[tuple[str, str]]):
    """How often which rule failed with which error."""

    def note(self, rule: Rule, error: Exception) -> None:
        """Count a failure; the first of each sort goes into the log, without its words, which may be private."""
        failure = (f"{getattr(rule, '__module__', '?')}.{_name(rule)}", type(error).__name__)
        if failure not in self:
            words = f" ({error})" if isinstance(error, ImportError) else ""
            place = "".join(traceback.format_tb(error.__traceback__))
            said = "the rule %s failed and was passed over: %s%s\n%s"
            logging.getLogger(__name__).error(said, *failure, words, place)
        self[failure] += 1

    @classmethod
    def together(cls, parts: Iterable["Failures"]) -> "Failures":
        """Return the failures of several parts as one count."""
        found = cls()
        for part in parts:
            found.update(part)
        return found

    @property
    def sentences(self) -> list[str]:
        """What a review says: never the words of an error, which may hold those of a private thread."""
        return [
            f"the rule {name} failed ({error}) on {pluralise(count, 'contribution')} and was passed over there; "
            "the log has the details"
            for (name, error), count in sorted(self.items())
        ]


def reasons_for(
    contexts: Sequence[Context], failures: Failures, weights: Weights
) -> list[list[tuple[str, str, Reason]]]:
    """Return each rule's reasons on each of some contexts, with the names of rule and strength.

    A rule that fails on one is passed over there as a whole.
    """
    found: list[list[tuple[str, str, Reason]]] = [[] for _ in contexts]
    # A rule looks at some contexts before the next does: all rules for each one after the other take a tenth longer.
    for first in range(0, len(contexts), _TOGETHER):
        some = range(first, min(first + _TOGETHER, len(contexts)))
        for name, rule in all_rules().items():
            needed = getattr(rule, "needs", None)  # see `contribkit.classifiers.context.needs`
            for place in some:
                try:
                    if needed and not contexts[place].has(needed):
                        continue
                    if reasons := [*rule(contexts[place])]:
                        found[place] += [_weighed(reason, name, weights) for reason in reasons]
                except Exception as error:
                    failures.note(rule, error)
    return found


def _weighed(reason: Reason, rule: str, weights: Weights) -> tuple[str, str, Reason]:
    """Return a reason with its weight; what a plug-in yields must add up with the others."""
    if not isinstance(reason, Reason) or reason.lead not in _KNOWN:
        raise TypeError(f"{reason!r} is no Reason for a lead")
    strength = str(reason.weight)
    weight = weights.get((rule, strength), reason.weight)
    if isinstance(weight, str) or not math.isfinite(weight):
        raise TypeError(f"{reason!r} has neither a finite weight nor the name of one")
    return rule, strength, Reason(reason.lead, weight, *reason[2:])
