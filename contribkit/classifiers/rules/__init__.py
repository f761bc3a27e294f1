"""The ordered list of rules, ours and those of plug-ins, and what happens where one fails."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from contribkit.classifiers.context import Context
from contribkit.classifiers.rules import individual, stakeholder, upstream
from contribkit.classifiers.votes import Reason
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

Rule = Callable[[Context], Iterator[Reason]]
_KNOWN = frozenset(map(str, Lead))

# The order of the guideline: what ties a contribution to a stakeholder comes first, then what plans it as upstream
# work or serves the project, then what makes it one person's. Among equals, reasons are shown in this order.
RULES: list[Rule] = [
    individual.not_a_member_then,
    individual.stated_lead,
    stakeholder.initiative,
    stakeholder.stakeholder_label,
    stakeholder.stakeholder_repository,
    stakeholder.tracker,
    stakeholder.ticket,
    stakeholder.own_side_names,
    stakeholder.title_names,
    stakeholder.thread_names,
    stakeholder.unnamed_client,
    stakeholder.persons_repository,
    stakeholder.paths_name,
    stakeholder.thread_label,
    stakeholder.filed_for_stakeholders,
    stakeholder.stakeholder_person,
    stakeholder.own_side_links,
    stakeholder.our_use,
    stakeholder.own_side_is_silent,
    upstream.planned,
    upstream.coded_goal,
    upstream.grant,
    upstream.called_upstream,
    upstream.filed_for_upstream,
    upstream.guides_others,
    upstream.review_of_an_outsider,
    upstream.project_affairs,
    upstream.kind_of_act,
    upstream.upkeep,
    upstream.everyday_fix,
    individual.new_project,
    individual.own_itch,
    individual.own_tools,
    individual.own_project,
    individual.outside_the_projects,
    individual.drive_by,
    individual.reactive,
    individual.major_feature,
]


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Return our rules and those of plug-ins (entry points ``contribkit.rules``), by name: that of the function."""
    plugged = [_load(point) for point in entry_points(group="contribkit.rules")]
    rules = {rule.__name__: rule for rule in RULES}
    for rule in plugged:
        name = _short_name(rule)
        rules[f"{rule.__module__}.{name}" if name in rules else name] = rule
    return rules


def _short_name(rule: Rule) -> str:
    return getattr(rule, "__name__", type(rule).__name__)


def _load(point: EntryPoint) -> Rule:
    """Return the rule of a plug-in; one that cannot be loaded fails like any other, and is named in the same way."""
    try:
        rule: Rule = point.load()
    except Exception as error:
        return _not_there(point, error)
    return rule


def _not_there(point: EntryPoint, error: Exception) -> Rule:
    sentence = f"{point.value} cannot be loaded: {error}"

    def rule(context: Context) -> Iterator[Reason]:
        raise ImportError(sentence)

    rule.__module__, rule.__name__ = point.module, point.name
    return rule


class Failures(Counter[tuple[str, str]]):
    """How often which rule failed with which error.

    Examples
    --------
    >>> Failures({("plugin.rule", "KeyError"): 2}).sentences
    ['the rule plugin.rule failed (KeyError) on 2 contributions and was passed over there; the log has the details']
    """

    def note(self, rule: Rule, error: Exception) -> None:
        """Count a failure; the first of each sort goes into the log, with all that the error says."""
        name = f"{getattr(rule, '__module__', '?')}.{_short_name(rule)}"
        failure = (name, type(error).__name__)
        if failure not in self:
            logging.getLogger(__name__).error("the rule %s failed and was passed over", name, exc_info=error)
        self[failure] += 1

    @property
    def sentences(self) -> list[str]:
        """What a review says: never the words of an error, which may hold those of a private thread."""
        return [
            f"the rule {name} failed ({error}) on {pluralise(count, 'contribution')} and was passed over there; "
            "the log has the details"
            for (name, error), count in self.items()
        ]


def reasons_for(context: Context, failures: Failures | None = None) -> list[Reason]:
    """Return every rule's reasons, the strongest first; a rule that fails is noted and passed over as a whole."""
    failures = Failures() if failures is None else failures
    found: list[Reason] = []
    for name, rule in all_rules().items():
        try:
            found.extend([_checked(reason, name) for reason in rule(context)])
        except Exception as error:
            failures.note(rule, error)
    return sorted(found, key=Reason.strength)


def _checked(reason: Reason, rule: str) -> Reason:
    """Return a reason with its rule's name; what a plug-in yields must add up with the others."""
    if not isinstance(reason, Reason) or reason.lead not in _KNOWN or not math.isfinite(reason.weight):
        raise TypeError(f"{reason!r} is no Reason for a lead, with a finite weight")
    return reason._replace(rule=rule)
