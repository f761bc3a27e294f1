"""The ordered list of rules, and how their reasons add up to a lead."""

import logging
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import entry_points

from contribkit.classifiers import individual, log, stakeholder, upstream
from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.vocabulary import LEADS, Lead

Rule = Callable[[Case], Iterator[Reason]]

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
_THIN = {"upkeep", "closes a thread of the project", "everyday fix", "feature without evidence"}


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Return our rules and those of plug-ins (entry points ``contribkit.rules``)."""
    return (*RULES, *(point.load() for point in entry_points(group="contribkit.rules")))


def reasons_for(case: Case) -> list[Reason]:
    """Return every rule's reasons, the weightiest first; a rule that fails is named in the log and passed over."""
    found: list[Reason] = []
    for rule in all_rules():
        try:
            found.extend(rule(case))
        except Exception:
            logging.getLogger(__name__).exception("the rule %s failed and was passed over", rule.__name__)
    return sorted(found, key=Reason.strength)


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
    if not silent and all(reason.rule in _THIN for reason in reasons if reason.lead == first):
        confidence = min(confidence, _ALONE)
    return first, round(confidence, 2)
