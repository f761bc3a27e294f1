"""The ordered list of rules, and how their reasons add up to a lead."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from contribkit.classifiers import individual, log, stakeholder, upstream
from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.vocabulary import LEADS, Lead

Rule = Callable[[Case], Iterator[Reason]]
_KNOWN = frozenset(map(str, Lead))

# The order of the guideline: what ties a contribution to a stakeholder comes first, then what plans it as upstream
# work or serves the project, then what makes it one person's. Among equals, reasons are shown in this order.
RULES: list[Rule] = [
    individual.not_a_member_then,
    log.said_in_the_log,
    stakeholder.initiative,
    stakeholder.stakeholder_label,
    stakeholder.stakeholder_repository,
    stakeholder.tracker,
    stakeholder.ticket,
    stakeholder.own_side_names,
    stakeholder.thread_names,
    stakeholder.thread_label,
    stakeholder.filed_for_stakeholders,
    stakeholder.stakeholder_person,
    stakeholder.own_side_points,
    stakeholder.our_use,
    stakeholder.own_side_is_silent,
    upstream.planned,
    upstream.grant,
    upstream.own_side_calls_it_upstream,
    upstream.filed_for_upstream,
    upstream.guides_others,
    upstream.review_of_an_outsider,
    upstream.upkeep,
    upstream.closes_upstream_issue,
    upstream.everyday_fix,
    individual.new_project,
    individual.own_itch,
    individual.own_tools,
    individual.own_project,
    individual.reactive,
    individual.major_feature,
]

ENOUGH = 0.9
"""The sum of weights below which nothing decides."""
MARGIN = 0.4
"""How far the first lead must be before the second."""
_HIGHEST = 0.97
_BASE = 0.6  # the log-odds of an answer that is only just given; where it was checked, four in five of these were right
_ALONE = 0.6  # confidence of what a title and paths alone tell
THIN = {"upkeep", "closes a thread of the project", "everyday fix", "feature without evidence"}


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Return our rules and those of plug-ins (entry points ``contribkit.rules``)."""
    return (*RULES, *(_load(point) for point in entry_points(group="contribkit.rules")))


def _load(point: EntryPoint) -> Rule:
    """Return the rule of a plug-in; one that cannot be loaded fails like any other, and is named in the same way."""
    try:
        rule: Rule = point.load()
    except Exception as error:
        return _not_there(point, error)
    return rule


def _not_there(point: EntryPoint, error: Exception) -> Rule:
    said = f"{point.value} cannot be loaded: {error}"

    def rule(case: Case) -> Iterator[Reason]:
        raise ImportError(said)

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
        name = f"{getattr(rule, '__module__', '?')}.{getattr(rule, '__name__', type(rule).__name__)}"
        failure = (name, type(error).__name__)
        if failure not in self:
            logging.getLogger(__name__).error("the rule %s failed and was passed over", name, exc_info=error)
        self[failure] += 1

    @property
    def sentences(self) -> list[str]:
        """What a review says: never the words of an error, which may hold those of a private thread."""
        return [
            f"the rule {name} failed ({error}) on {count} contribution{'s' * (count > 1)} and was passed over there; "
            "the log has the details"
            for (name, error), count in self.items()
        ]


def reasons_for(case: Case, failures: Failures | None = None) -> list[Reason]:
    """Return every rule's reasons, the weightiest first; a rule that fails is noted and passed over as a whole."""
    failures = Failures() if failures is None else failures
    found: list[Reason] = []
    for rule in all_rules():
        try:
            found.extend([_checked(reason) for reason in rule(case)])
        except Exception as error:
            failures.note(rule, error)
    return sorted(found, key=Reason.strength)


def _checked(reason: Reason) -> Reason:
    """Return a reason that is one: what a plug-in yields must add up with the others."""
    if not isinstance(reason, Reason) or reason.lead not in _KNOWN or not math.isfinite(reason.weight):
        raise TypeError(f"{reason!r} is no Reason for a lead, with a finite weight")
    return reason


def decide(reasons: list[Reason]) -> tuple[Lead, float]:
    """Return the lead that the reasons add up to, and how sure that is.

    A rule counts once for a lead, with its strongest reason, so that ten links from one place weigh no more than
    one. The confidence is the logistic function of the distance to the second lead.

    Examples
    --------
    >>> decide([Reason("initiative", "stakeholder", 3.5, "…"), Reason("upkeep", "upstream", 1.2, "…")])
    (<Lead.STAKEHOLDER: 'stakeholder'>, 0.95)
    >>> decide([])
    (<Lead.UNCLEAR: 'unclear'>, 0.5)
    """
    strongest: dict[tuple[str, str], float] = {}
    for reason in reasons:
        place = (reason.rule, reason.lead)
        strongest[place] = max(strongest.get(place, reason.weight), reason.weight, key=abs)
    totals = {lead: sum(weight for (_, spoken), weight in strongest.items() if spoken == lead) for lead in LEADS}
    (first, best), (_, second), *_ = sorted(totals.items(), key=lambda item: -item[1])
    margin = best - max(second, 0.0)
    if best < ENOUGH or margin < MARGIN:
        return Lead.UNCLEAR, 0.5
    confidence = min(_HIGHEST, 1 / (1 + math.exp(-(_BASE + margin))))
    silent = any(reason.rule == stakeholder.SILENT for reason in reasons)
    if not silent and all(reason.rule in THIN for reason in reasons if reason.lead == first):
        confidence = min(confidence, _ALONE)
    return first, round(confidence, 2)
