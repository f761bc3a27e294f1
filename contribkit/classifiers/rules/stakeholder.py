"""Rules that speak for stakeholder-led: what ties a contribution to a stakeholder or the roadmap."""

import re
from collections.abc import Iterator

from contribkit.classifiers.context import Context
from contribkit.classifiers.stakeholder_mentions import ASKED
from contribkit.classifiers.votes import Reason
from contribkit.config.patterns import matches
from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.vocabulary import Activity, Kind, Lead

# How organisations file posts about what they do for those whom they serve.
_SERVICE = re.compile(r"\b(?:service|customer|client|member|case[ -]stud)\w*\b", re.IGNORECASE)
_OUR_USE = re.compile(
    r"\b(?:our|one of our|2 of our|on our) (?:hubs?|deployments?|communit\w+|customers?|clients?)\b", re.IGNORECASE
)
# One of these is in every match: to look for them first takes a tenth of the time.
_OUR_USE_WORDS = ("our hub", "our deployment", "our communit", "our customer", "our client")
_PAID = re.compile(r"\b(?:fund(?:s|ed|ing)|pays?|paid|sponsor\w*)\b", re.IGNORECASE)
_CLIENT = re.compile(
    r"\b(?:(?:a|our|the|one of our) (?:clients?|customers?) (?:wants?|needs?|asks|asked|requested|would like)|"
    r"(?:let|lets|allow|enable|for) (?:a|our|one of our|another) (?:clients?|customers?)\b(?!-|(?:[ -]side)))",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"(?<![\w/-])@?([A-Za-z0-9][A-Za-z0-9-]{2,38})")
_PATHS = 30  # of a change
_ADDRESS = re.compile(r"https?://([^\s)\]>\"']{1,500})|\b((?:[\w-]{1,63}\.){1,5}[a-z]{2,10}/[^\s)\]>\"']{1,400})")


def initiative(context: Context) -> Iterator[Reason]:
    """An initiative of the roadmap links to the thread, or the thread to it."""
    for name, refs in context.index.initiatives.items():
        for mention in context.mentions:
            if casefold_id(mention.ref) in refs:
                yield mention.reason(Lead.STAKEHOLDER, 3.5, f'the initiative "{name}" is tied to it')


def stakeholder_label(context: Context) -> Iterator[Reason]:
    """An own thread with a label that means stakeholder-led links to it."""
    meant = {known.casefold() for known in context.organisation.signals.stakeholder_labels}
    for mention in context.mentions:
        for label in mention.labels:
            if label.casefold() in meant:
                yield mention.reason(Lead.STAKEHOLDER, 3.0, f'our thread has the label "{label}"')


def stakeholder_repository(context: Context) -> Iterator[Reason]:
    """It happened in a repository that a stakeholder owns."""
    repo = context.text("repo")
    page = f"https://github.com/{repo}"
    if owner := context.index.owner_of(repo):
        yield Reason(Lead.STAKEHOLDER, 3.0, f"{owner.name} owns {repo}", repo, page)
    elif whose := context.index.upstream_owner(repo):
        sentence = f"{whose.name} owns {repo}, which is no key community"
        yield Reason(Lead.STAKEHOLDER, 1.8, sentence, repo, page)


def tracker(context: Context) -> Iterator[Reason]:
    """It is tied to a repository that a stakeholder owns, or that is kept for them."""
    for ref in dict.fromkeys(context.linked_refs):
        repo = repository_of(ref)
        if repo is None:
            continue
        if owner := context.index.kept_for(repo):
            whose = f"which is there for {owner.name}"
        elif matches(context.organisation.signals.stakeholder_trackers, repo):
            whose = "where stakeholders file what they need"
        else:
            continue
        yield Reason(Lead.STAKEHOLDER, 2.8, f"it is linked with {repo}, {whose}", ref, thread_url(ref))


def ticket(context: Context) -> Iterator[Reason]:
    """It, or what links to it, cites a support ticket."""
    tickets = context.organisation.signals.tickets
    # Where every piece of work has a ticket, the thread's own says little: it adds to a name, and decides nothing.
    inward = ((mention.words, mention.url, mention.private, 2.5) for mention in context.inward)
    for words, url, private, weight in (*inward, (context.own_words, context.url, False, 0.7)):
        for match in _ADDRESS.finditer(words) if tickets and "/" in words else ():
            address = (match[1] or match[2]).rstrip(".,;:")
            if matches(tickets, address):
                yield Reason(Lead.STAKEHOLDER, weight, "a support ticket is behind it", address, url, private)
                return


def own_side_names(context: Context) -> Iterator[Reason]:
    """A thread, commit or document of the organisation that links to it names a stakeholder."""
    for mention in context.mentions:
        inward = mention.direction == "in"
        for words, weight, where in (
            (mention.passage if inward else "", 2.4, "names"),
            (mention.title, 2.2, "names"),
            (mention.text, 1.3 if inward else 1.6, "names, further away from the link,"),
            (mention.context, 1.45, "names, in the paragraphs around,"),
        ):
            if named := [name for name in context.named(words) if not name.is_grant]:
                name = min(named, key=lambda name: name.is_common)
                tie = "links to it" if inward else "it links to"
                noun = mention.kind.replace("_", " ") or "thread"
                sentence = f"our {noun} that {tie} {where} {name.stakeholder.name}"
                yield mention.reason(Lead.STAKEHOLDER, weight - name.is_common * 1.0, sentence)
                break


def title_names(context: Context) -> Iterator[Reason]:
    """The title, or a code in it, names a stakeholder."""
    title = context.text("title")
    for name in (*context.index.coded_in(title), *context.index.named_in(title)):
        if not name.is_grant and not name.is_common:
            weight = 2.8 if name.is_code or _PAID.search(title) else 2.2
            yield Reason(Lead.STAKEHOLDER, weight, f"its title names {name.stakeholder.name}", name.word, context.url)
            return


def thread_names(context: Context) -> Iterator[Reason]:
    """The thread's own words name a stakeholder."""
    title = {name.stakeholder.name for name in context.index.named_in(context.text("title")) if not name.is_common}
    for name in context.own_named[:2]:
        if name.is_grant or name.stakeholder.name in title:
            continue
        asked = ASKED.search(context.own_words)
        weight = 2.2 if asked else 0.4 if name.is_common else 1.5
        sentence = f"its own words name {name.stakeholder.name}" + (" as those who asked" if asked else "")
        yield Reason(Lead.STAKEHOLDER, weight, sentence, name.word, context.url)


def unnamed_client(context: Context) -> Iterator[Reason]:
    """It says that a client wants it, without a name."""
    has_clients = any(stakeholder.kind == "client" for stakeholder in context.organisation.stakeholders)
    if has_clients and (match := _CLIENT.search(context.own_words)):
        yield Reason(Lead.STAKEHOLDER, 2.2, "it says that a client wants it", match[0], context.url)


def persons_repository(context: Context) -> Iterator[Reason]:
    """It links to a repository of somebody who speaks for a stakeholder."""
    for ref in context.row["links_out"]:
        owner = casefold_id((repository_of(ref) or "").split("/")[0])
        if owner in context.organisation.speakers and context.organisation.member(owner) is None:
            whom = context.index.name_by_person.get(owner, "a stakeholder")
            yield Reason(Lead.STAKEHOLDER, 2.2, f"it links to a repository of {owner} of {whom}", ref, thread_url(ref))
            return


def paths_name(context: Context) -> Iterator[Reason]:
    """A file that it changes bears the name of a stakeholder, and the project does not."""
    for path in context.row["files"][:_PATHS]:
        owner = context.index.named_by_path(path)
        if owner is not None and context.index.named_by_path(context.text("repo")) is not owner:
            sentence = f"a file that it changes is named after {owner.name}"
            yield Reason(Lead.STAKEHOLDER, 1.3, sentence, path, context.url)
            return


def thread_label(context: Context) -> Iterator[Reason]:
    """A label of the thread itself names a stakeholder, such as ``project: NAME``."""
    for label in context.row["labels"]:
        for known in context.organisation.stakeholders:
            if label.casefold() in map(str.casefold, known.labels):
                yield Reason(Lead.STAKEHOLDER, 2.6, f"its label means {known.name}", label, context.url)
                return
        if named := [name for name in context.named(label.replace(":", " ")) if not name.is_grant]:
            yield Reason(Lead.STAKEHOLDER, 1.6, f"its label names {named[0].stakeholder.name}", label, context.url)
            return


def filed_for_stakeholders(context: Context) -> Iterator[Reason]:
    """A post of the organisation that links to it is filed under what it does for those whom it serves."""
    for mention, label in context.filed_under(_SERVICE):
        yield mention.reason(Lead.STAKEHOLDER, 1.0, f'our post is filed under "{label}"')
        return


def stakeholder_person(context: Context) -> Iterator[Reason]:
    """People who speak for stakeholders opened it, take part, or are asked; one who maintains the project is weak."""
    author, actor = casefold_id(context.text("author")), casefold_id(context.text("actor"))
    speakers, organisation = context.index.speaking, context.organisation
    present = [login for login in (author, *map(casefold_id, context.row["participants"])) if login in speakers]
    asked = [login for login in map(str.casefold, _LOGIN.findall(context.actor_words)) if login in speakers]
    people = list(dict.fromkeys([*present, *asked]))
    outside = [login for login in people if organisation.member(login) is None]
    if not outside:
        return
    first = author if author in outside else outside[0]
    maintains = first in context.stakeholder_maintainers
    if first == author:
        # To answer somebody is less than to take up, review or merge what they did.
        weight, what = (0.9 if context.text("kind") == Kind.COMMENT else 2.0), "opened it"
        weight = 0.7 if maintains else weight
    else:
        weight, what = (0.4 if maintains else 0.8), "takes part" if first in present else "is asked"
    weight += 0.7 * (len(people) > 1) + 0.6 * bool(set(asked) - {actor})
    sentence = f"{first} of {context.index.name_by_person[first]} {what}"
    yield Reason(Lead.STAKEHOLDER, weight, sentence, sentence, context.url)


def own_side_links(context: Context) -> Iterator[Reason]:
    """The organisation's own side links to it, or it to ours, without a name."""
    mentions = [mention for mention in context.mentions if not mention.plans_upstream]
    inward = [mention for mention in mentions if mention.direction == "in"]
    outward = [mention for mention in mentions if mention.direction == "out"]
    commits = [mention for mention in inward if mention.kind == "commit"]
    threads = [mention for mention in inward if mention.kind in ("issue", "pull_request")]
    wanted = 1.2 if context.activity in (Activity.FEATURE, Activity.BUGFIX) else 0.75
    for found, weight, sentence in (
        (threads, 1.2, "linked from our tracker"),
        (commits, 0.9, "a commit in our repository waits for it or uses it"),
        (outward, wanted + 0.3 * (len(outward) > 1), "it links to our tracker"),
    ):
        for mention in found[:1]:
            yield mention.reason(Lead.STAKEHOLDER, weight, sentence)


def our_use(context: Context) -> Iterator[Reason]:
    """It, or a thread of ours that is tied to it, speaks of hubs or communities that the organisation serves."""
    threads = (m for m in context.mentions if m.kind != "document" and not m.plans_upstream)
    own = (context.own_words, context.url, False)
    for words, url, private in (own, *((mention.words, mention.url, mention.private) for mention in threads)):
        folded = words.casefold()
        if any(word in folded for word in _OUR_USE_WORDS) and (match := _OUR_USE.search(words)):
            yield Reason(Lead.STAKEHOLDER, 0.7, "it speaks of what we run for others", match[0], url, private)
            return


def own_side_is_silent(context: Context) -> Iterator[Reason]:
    """The organisation's own trackers were read for these days and do not mention the thread."""
    if context.covered and not context.mentions:
        sentence = "our trackers, commits and posts cover these days and do not mention it"
        yield Reason(Lead.STAKEHOLDER, -0.3, sentence)
