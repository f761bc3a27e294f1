"""Rules that speak for stakeholder-led: what ties a contribution to a stakeholder or the roadmap."""

import re
from collections.abc import Iterator

from contribkit.classifiers.case import Case
from contribkit.classifiers.mention import Mention
from contribkit.classifiers.naming import ASKED, stakeholder_of_repository
from contribkit.classifiers.reason import Reason
from contribkit.config.patterns import matches, may_hold
from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.vocabulary import Kind, Lead

# How organisations file posts about what they do for those whom they serve.
_SERVICE = re.compile(r"\b(?:service|customer|client|member|case[ -]stud)\w*\b", re.IGNORECASE)
SILENT = "own side is silent"
"""Name of the rule whose reason tells absence of evidence from absence of a source."""
_OUR_USE = re.compile(
    r"\b(?:our|one of our|2 of our|on our) (?:hubs?|deployments?|communit\w+|customers?|clients?)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://([^\s)\]>\"']{1,500})|\b((?:[\w-]{1,63}\.){1,5}[a-z]{2,10}/[^\s)\]>\"']{1,400})")


def initiative(case: Case) -> Iterator[Reason]:
    """An initiative of the roadmap points at the thread, or the thread at it."""
    for planned in case.organisation.initiatives:
        for mention in case.mentions:
            if casefold_id(mention.ref) in {casefold_id(ref) for ref in planned.refs}:
                yield mention.reason(
                    "initiative", Lead.STAKEHOLDER, 3.5, f'the initiative "{planned.name}" is tied to it'
                )


def own_side_names(case: Case) -> Iterator[Reason]:
    """A thread, commit or document of the organisation that points at it names a stakeholder."""
    for mention in case.inward:
        for words, weight, where in (
            (mention.passage, 2.4, "names"),
            (mention.title, 2.2, "names"),
            (mention.text, 1.3, "names, a little off,"),
            (mention.context, 1.45, "names, in the paragraphs around,"),
        ):
            named = [name for name in case.named(words) if name.stakeholder.kind != "grant"]
            if named:
                name = min(named, key=lambda name: name.is_common)
                because = f"our own {_noun(mention)} that points at it {where} {name.stakeholder.name}"
                yield mention.reason(
                    "own side names a stakeholder", Lead.STAKEHOLDER, weight - name.is_common * 1.0, because
                )
                break


def stakeholder_label(case: Case) -> Iterator[Reason]:
    """An own thread with a label that means stakeholder-led points at it."""
    for mention in case.mentions:
        for label in mention.labels:
            if label.casefold() in {known.casefold() for known in case.organisation.signals.stakeholder_labels}:
                yield mention.reason(
                    "label of an own thread", Lead.STAKEHOLDER, 3.0, f'our own thread bears the label "{label}"'
                )


def ticket(case: Case) -> Iterator[Reason]:
    """It, or what points at it, links to a support ticket."""
    places = [(case.own_words, case.text("url"), False), *((m.words, m.url, m.private) for m in case.inward)]
    for words, where, private in places:
        if not may_hold(case.organisation.signals.tickets, words):
            continue
        for match in _ADDRESS.finditer(words):
            address = (match[1] or match[2]).rstrip(".,;:")
            if matches(case.organisation.signals.tickets, address):
                because = "a support ticket is behind it"
                yield Reason("support ticket", Lead.STAKEHOLDER, 2.5, because, address, where or None, private)
                return


def tracker(case: Case) -> Iterator[Reason]:
    """It is tied to a repository that a stakeholder owns, or that is kept for them."""
    refs = [*case.row["links_out"], *(link.get("ref") or "" for link in case.row["links_in"])]
    for ref in dict.fromkeys(refs):
        repo = repository_of(ref)
        if repo is None:
            continue
        owner = stakeholder_of_repository(repo, case.organisation)
        if owner is not None and owner.kind != "grant":
            yield _said("tracker", 2.8, f"it is linked with {repo}, which is there for {owner.name}", ref)
        elif matches(case.organisation.signals.stakeholder_trackers, repo):
            yield _said("tracker", 2.8, f"it is linked with {repo}, where stakeholders file what they need", ref)


def stakeholder_repository(case: Case) -> Iterator[Reason]:
    """It happened in a repository that a stakeholder owns."""
    owner = stakeholder_of_repository(case.text("repo"), case.organisation) if case.text("repo") else None
    if owner is not None and owner.kind != "grant":
        yield Reason(
            "stakeholder's repository", Lead.STAKEHOLDER, 3.0,
            f"{owner.name} owns {case.text('repo')}", case.text("repo"), f"https://github.com/{case.text('repo')}",
        )  # fmt: skip


def thread_names(case: Case) -> Iterator[Reason]:
    """The thread's own words name a stakeholder."""
    for name in case.own_named[:2]:
        if name.stakeholder.kind == "grant":
            continue
        asked = ASKED.search(case.own_words)
        weight = 2.2 if asked else 0.4 if name.is_common else 1.5
        because = f"its own words name {name.stakeholder.name}" + (" as those who asked" if asked else "")
        yield Reason(
            "thread names a stakeholder", Lead.STAKEHOLDER, weight, because, name.word, case.text("url") or None
        )


def filed_for_stakeholders(case: Case) -> Iterator[Reason]:
    """A post of the organisation that points at it is filed under what it does for those whom it serves."""
    for mention in case.inward:
        filed = [label for label in mention.labels if mention.kind == "document" and _SERVICE.search(label)]
        if filed:
            yield mention.reason("filed under", Lead.STAKEHOLDER, 1.0, f'our post is filed under "{filed[0]}"')
            return


def thread_label(case: Case) -> Iterator[Reason]:
    """A label of the thread itself names a stakeholder, such as ``project: NAME``."""
    for label in case.row["labels"]:
        named = [name for name in case.named(label.replace(":", " ")) if name.stakeholder.kind != "grant"]
        if named:
            because = f"its label names {named[0].stakeholder.name}"
            yield Reason("label of the thread", Lead.STAKEHOLDER, 1.6, because, label, case.text("url") or None)
            return


def stakeholder_person(case: Case) -> Iterator[Reason]:
    """A person who speaks for a stakeholder opened it, or took part."""
    if case.organisation.speakers.isdisjoint(map(casefold_id, (case.text("author"), *case.row["participants"]))):
        return
    for stakeholder in case.organisation.stakeholders:
        people = {casefold_id(login) for login in stakeholder.people if case.organisation.member(login) is None}
        if stakeholder.kind == "grant" or not people:
            continue
        if casefold_id(case.text("author")) in people:
            # To answer somebody is less than to take up, review or merge what they did.
            weight = 0.9 if case.text("kind") == Kind.COMMENT else 2.0
            yield _person(weight, f"{case.text('author')} of {stakeholder.name} opened it", case)
        elif present := [login for login in case.row["participants"] if casefold_id(login) in people]:
            yield _person(0.9, f"{present[0]} of {stakeholder.name} takes part", case)


def own_side_points(case: Case) -> Iterator[Reason]:
    """The organisation's own side points at it, or it at ours, without a name."""
    inward = [mention for mention in case.inward if not mention.plans_upstream]
    commits = [mention for mention in inward if mention.kind == "commit"]
    threads = [mention for mention in inward if mention.kind in ("issue", "pull_request")]
    outward = [mention for mention in case.mentions if mention.points == "out"]
    several = 0.3 * (len(outward) > 1)
    for mention, weight, because in (
        *((m, 1.2, "our own thread points at it") for m in threads[:1]),
        *((m, 0.9, "a commit in our own repository waits for it or uses it") for m in commits[:1]),
        *((m, 0.75 + several, "it points at a thread of our own") for m in outward[:1]),
    ):
        yield mention.reason("own side points", Lead.STAKEHOLDER, weight, because)


def own_side_is_silent(case: Case) -> Iterator[Reason]:
    """The organisation's own side was read for these days, and says nothing of it."""
    if case.covered and not case.mentions:
        yield Reason(SILENT, Lead.STAKEHOLDER, -0.6, "our own side was read for these days, and says nothing of it")


def our_use(case: Case) -> Iterator[Reason]:
    """The actor speaks of hubs, deployments or communities that the organisation serves."""
    if match := _OUR_USE.search(case.own_words):
        yield Reason(
            "our own use",
            Lead.STAKEHOLDER,
            0.7,
            "it speaks of what we run for others",
            match[0],
            case.text("url") or None,
        )


def _noun(mention: Mention) -> str:
    return {"pull_request": "pull request", "": "thread"}.get(mention.kind, mention.kind)


def _said(rule: str, weight: float, because: str, ref: str) -> Reason:
    return Reason(rule, Lead.STAKEHOLDER, weight, because, ref, thread_url(ref))


def _person(weight: float, because: str, case: Case) -> Reason:
    return Reason("stakeholder's person", Lead.STAKEHOLDER, weight, because, because, case.text("url") or None)
