"""Rules that speak for stakeholder-led: what ties a contribution to a stakeholder or the roadmap."""

import re
from collections.abc import Iterator

from contribkit.classifiers.context import Context, Mention
from contribkit.classifiers.stakeholder_mentions import ASKED
from contribkit.classifiers.votes import Reason
from contribkit.config.patterns import matches, may_hold
from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.vocabulary import Kind, Lead

# How organisations file posts about what they do for those whom they serve.
_SERVICE = re.compile(r"\b(?:service|customer|client|member|case[ -]stud)\w*\b", re.IGNORECASE)
_OUR_USE = re.compile(
    r"\b(?:our|one of our|2 of our|on our) (?:hubs?|deployments?|communit\w+|customers?|clients?)\b", re.IGNORECASE
)
# One of these is in every match: to look for them first takes a tenth of the time.
_OUR_USE_WORDS = ("our hub", "our deployment", "our communit", "our customer", "our client")
_ADDRESS = re.compile(r"https?://([^\s)\]>\"']{1,500})|\b((?:[\w-]{1,63}\.){1,5}[a-z]{2,10}/[^\s)\]>\"']{1,400})")


def initiative(context: Context) -> Iterator[Reason]:
    """An initiative of the roadmap links to the thread, or the thread to it."""
    for name, refs in context.index.initiatives.items():
        for mention in context.mentions:
            if casefold_id(mention.ref) in refs:
                yield mention.reason(Lead.STAKEHOLDER, 3.5, f'the initiative "{name}" is tied to it')


def own_side_names(context: Context) -> Iterator[Reason]:
    """A thread, commit or document of the organisation that links to it names a stakeholder."""
    for mention in context.inward:
        for words, weight, where in (
            (mention.passage, 2.4, "names"),
            (mention.title, 2.2, "names"),
            (mention.text, 1.3, "names, further away from the link,"),
            (mention.context, 1.45, "names, in the paragraphs around,"),
        ):
            named = [name for name in context.named(words) if not name.is_grant]
            if named:
                name = min(named, key=lambda name: name.is_common)
                sentence = f"our {_noun(mention)} that links to it {where} {name.stakeholder.name}"
                yield mention.reason(Lead.STAKEHOLDER, weight - name.is_common * 1.0, sentence)
                break


def stakeholder_label(context: Context) -> Iterator[Reason]:
    """An own thread with a label that means stakeholder-led links to it."""
    meant = {known.casefold() for known in context.organisation.signals.stakeholder_labels}
    for mention in context.mentions:
        for label in mention.labels:
            if label.casefold() in meant:
                yield mention.reason(Lead.STAKEHOLDER, 3.0, f'our thread has the label "{label}"')


def ticket(context: Context) -> Iterator[Reason]:
    """It, or what links to it, cites a support ticket."""
    tickets = context.organisation.signals.tickets
    places = [(context.own_words, context.url, False), *((m.words, m.url, m.private) for m in context.inward)]
    for words, url, private in places:
        if not may_hold(tickets, words):
            continue
        for match in _ADDRESS.finditer(words):
            address = (match[1] or match[2]).rstrip(".,;:")
            if matches(tickets, address):
                yield Reason(Lead.STAKEHOLDER, 2.5, "a support ticket is behind it", address, url, private)
                return


def tracker(context: Context) -> Iterator[Reason]:
    """It is tied to a repository that a stakeholder owns, or that is kept for them."""
    for ref in dict.fromkeys(context.linked_refs):
        repo = repository_of(ref)
        if repo is None:
            continue
        owner = context.index.owner_of(repo)
        if owner is not None:
            whose = f"which is there for {owner.name}"
        elif matches(context.organisation.signals.stakeholder_trackers, repo):
            whose = "where stakeholders file what they need"
        else:
            continue
        yield Reason(Lead.STAKEHOLDER, 2.8, f"it is linked with {repo}, {whose}", ref, thread_url(ref))


def stakeholder_repository(context: Context) -> Iterator[Reason]:
    """It happened in a repository that a stakeholder owns."""
    repo = context.text("repo")
    owner = context.index.owner_of(repo) if repo else None
    if owner is not None:
        yield Reason(Lead.STAKEHOLDER, 3.0, f"{owner.name} owns {repo}", repo, f"https://github.com/{repo}")


def thread_names(context: Context) -> Iterator[Reason]:
    """The thread's own words name a stakeholder."""
    for name in context.own_named[:2]:
        if name.is_grant:
            continue
        asked = ASKED.search(context.own_words)
        weight = 2.2 if asked else 0.4 if name.is_common else 1.5
        sentence = f"its own words name {name.stakeholder.name}" + (" as those who asked" if asked else "")
        yield Reason(Lead.STAKEHOLDER, weight, sentence, name.word, context.url)


def filed_for_stakeholders(context: Context) -> Iterator[Reason]:
    """A post of the organisation that links to it is filed under what it does for those whom it serves."""
    for mention in context.inward:
        filed = [label for label in mention.labels if mention.kind == "document" and _SERVICE.search(label)]
        if filed:
            yield mention.reason(Lead.STAKEHOLDER, 1.0, f'our post is filed under "{filed[0]}"')
            return


def thread_label(context: Context) -> Iterator[Reason]:
    """A label of the thread itself names a stakeholder, such as ``project: NAME``."""
    for label in context.row["labels"]:
        named = [name for name in context.named(label.replace(":", " ")) if not name.is_grant]
        if named:
            yield Reason(Lead.STAKEHOLDER, 1.6, f"its label names {named[0].stakeholder.name}", label, context.url)
            return


def stakeholder_person(context: Context) -> Iterator[Reason]:
    """A person who speaks for a stakeholder opened it, or took part."""
    author, participants = context.text("author"), context.row["participants"]
    if context.organisation.speakers.isdisjoint(map(casefold_id, (author, *participants))):
        return
    for stakeholder in context.organisation.stakeholders:
        people = {casefold_id(login) for login in stakeholder.people if context.organisation.member(login) is None}
        if stakeholder.kind == "grant" or not people:
            continue
        if casefold_id(author) in people:
            # To answer somebody is less than to take up, review or merge what they did.
            weight = 0.9 if context.text("kind") == Kind.COMMENT else 2.0
            yield _person(weight, f"{author} of {stakeholder.name} opened it", context)
        elif present := [login for login in participants if casefold_id(login) in people]:
            yield _person(0.9, f"{present[0]} of {stakeholder.name} takes part", context)


def _person(weight: float, sentence: str, context: Context) -> Reason:
    return Reason(Lead.STAKEHOLDER, weight, sentence, sentence, context.url)


def own_side_links(context: Context) -> Iterator[Reason]:
    """The organisation's own side links to it, or it to ours, without a name."""
    inward = [mention for mention in context.inward if not mention.plans_upstream]
    commits = [mention for mention in inward if mention.kind == "commit"]
    threads = [mention for mention in inward if mention.kind in ("issue", "pull_request")]
    outward = [mention for mention in context.mentions if mention.direction == "out"]
    several = 0.3 * (len(outward) > 1)
    for mention, weight, sentence in (
        *((m, 1.2, "linked from our tracker") for m in threads[:1]),
        *((m, 0.9, "a commit in our repository waits for it or uses it") for m in commits[:1]),
        *((m, 0.75 + several, "it links to our tracker") for m in outward[:1]),
    ):
        yield mention.reason(Lead.STAKEHOLDER, weight, sentence)


def own_side_is_silent(context: Context) -> Iterator[Reason]:
    """The organisation's own side was read for these days, and says nothing of it."""
    if context.covered and not context.mentions:
        sentence = "our trackers, commits and posts cover these days and do not mention it"
        yield Reason(Lead.STAKEHOLDER, -0.6, sentence)


def our_use(context: Context) -> Iterator[Reason]:
    """The actor speaks of hubs, deployments or communities that the organisation serves."""
    words = context.own_words
    folded = words.casefold()
    if any(word in folded for word in _OUR_USE_WORDS) and (match := _OUR_USE.search(words)):
        yield Reason(Lead.STAKEHOLDER, 0.7, "it speaks of what we run for others", match[0], context.url)


def _noun(mention: Mention) -> str:
    return {"pull_request": "pull request", "": "thread"}.get(mention.kind, mention.kind)
