"""Rules that speak for stakeholder-led: what ties a contribution to a stakeholder or the roadmap."""

import re
from collections.abc import Iterator

from contribkit.classifiers.attribution import PATHS
from contribkit.classifiers.context import Context, needs
from contribkit.classifiers.stakeholder_mentions import ASKED
from contribkit.classifiers.votes import Reason
from contribkit.config.patterns import matches
from contribkit.ids import casefold_id, repository_of, thread_url
from contribkit.vocabulary import Activity, Kind, Lead

# How organisations file posts about what they do for those whom they serve.
_SERVICE = re.compile(r"\b(?:service|customer|client|member|case[ -]stud)\w*\b", re.IGNORECASE)
# "our hub", "on our hubs", "one of our clients". First stand the signs with which they can begin, so that a text is
# searched for these alone, in a tenth of the time.
_OUR_USE = re.compile(
    r"[oO2](?<!\w.)(?i:(?:(?<=2) of o|(?<=o)(?:ne of o|n o)?)ur "
    r"(?:hubs?|deployments?|communit\w+|customers?|clients?)\b)"
)
_PAID = re.compile(r"\b(?:fund(?:s|ed|ing)|pays?|paid|sponsor\w*)\b", re.IGNORECASE)
_CLIENT = re.compile(
    r"(?i)\b(?:(?:a|our|the|one of our) (?:clients?|customers?) (?:wants?|needs?|asks|asked|requested|would like)|"
    r"(?:let|lets|allow|enable|for) (?:a|our|one of our|another) (?:clients?|customers?)\b(?!-|(?:[ -]side)))"
)
_ADDRESS = re.compile(r"https?://([^\s)\]>\"']{1,500})|\b((?:[\w-]{1,63}\.){1,5}[a-z]{2,10}/[^\s)\]>\"']{1,400})")


@needs("mentions")
def initiative(context: Context) -> Iterator[Reason]:
    """An initiative of the roadmap links to the thread, or the thread to it."""
    for name, refs in context.lookups.initiatives.items():
        for mention in context.mentions:
            if casefold_id(mention.ref) in refs:
                yield mention.reason(Lead.STAKEHOLDER, "tied", f'the initiative "{name}" is tied to it')


@needs("mentions")
def stakeholder_label(context: Context) -> Iterator[Reason]:
    """An own thread with a label that means stakeholder-led links to it."""
    for mention in context.mentions:
        for label in mention.labels:
            if label.casefold() in context.lookups.stakeholder_labels:
                yield mention.reason(Lead.STAKEHOLDER, "labelled", f'our thread has the label "{label}"')


def stakeholder_repository(context: Context) -> Iterator[Reason]:
    """It happened in a repository that a stakeholder owns."""
    repo = context.repo
    if owner := context.lookups.owner_of(repo):
        yield Reason(Lead.STAKEHOLDER, "theirs", f"{owner.name} owns {repo}", repo, f"https://github.com/{repo}")


@needs("linked_refs")
def tracker(context: Context) -> Iterator[Reason]:
    """It is tied to a repository that a stakeholder owns, or that is kept for them."""
    for ref in dict.fromkeys(context.linked_refs):
        repo = repository_of(ref) or ""
        if owner := context.lookups.kept_for(repo):
            whose = f"which is there for {owner.name}"
        elif matches(context.organisation.signals.stakeholder_trackers, repo):
            whose = "where stakeholders file what they need"
        else:
            continue
        yield Reason(Lead.STAKEHOLDER, "linked", f"it is linked with {repo}, {whose}", ref, thread_url(ref))


def ticket(context: Context) -> Iterator[Reason]:
    """It, or what links to it, cites a support ticket."""
    # Where every piece of work has a ticket, the thread's own says little: it adds to a name, and decides nothing.
    inward = ((mention.words, mention.url, mention.private, "from our side") for mention in context.inward)
    for words, url, private, strength in (*inward, (context.own_words, context.url, False, "its own")):
        for match in _ADDRESS.finditer(words) if "ticket" in context.signs(words) else ():
            address = (match[1] or match[2]).rstrip(".,;:")
            if matches(context.organisation.signals.tickets, address):
                yield Reason(Lead.STAKEHOLDER, strength, "a support ticket is behind it", address, url, private)
                return


@needs("mentions")
def own_side_names(context: Context) -> Iterator[Reason]:
    """A thread, commit or document of the organisation that links to it names a stakeholder."""
    for mention in context.mentions:
        inward = mention.direction == "in"
        for words, strength, where in (
            (mention.passage if inward else "", "beside the link", "names"),
            (mention.title, "in its title", "names"),
            (mention.text, "further away" if inward else "in what it cites", "names, further away from the link,"),
            (mention.context, "around it", "names, in the paragraphs around,"),
        ):
            if named := [name for name in context.named(words) if not name.is_grant]:
                name = min(named, key=lambda name: name.is_common)
                strength = "a common word" if name.is_common else strength
                tie = "links to it" if inward else "it links to"
                noun = mention.kind.replace("_", " ") or "thread"
                sentence = f"our {noun} that {tie} {where} {name.stakeholder.name}"
                yield mention.reason(Lead.STAKEHOLDER, strength, sentence)
                break


def title_names(context: Context) -> Iterator[Reason]:
    """The title, or a code in it, names a stakeholder."""
    title = context.title
    for name in (*context.lookups.coded_in(title), *context.title_named):
        if not name.is_grant and not name.is_common:
            strength = "code or payment" if name.is_code or _PAID.search(title) else "name"
            yield Reason(Lead.STAKEHOLDER, strength, f"its title names {name.stakeholder.name}", name.word, context.url)
            return


@needs("own_named")
def thread_names(context: Context) -> Iterator[Reason]:
    """The thread's own words name a stakeholder."""
    title = {name.stakeholder.name for name in context.title_named if not name.is_common}
    for name in context.own_named[:2]:
        if name.is_grant or name.stakeholder.name in title:
            continue
        asked = ASKED.search(context.own_words)
        strength = "asked" if asked else "a common word" if name.is_common else "name"
        sentence = f"its own words name {name.stakeholder.name}" + (" as those who asked" if asked else "")
        yield Reason(Lead.STAKEHOLDER, strength, sentence, name.word, context.url)


def unnamed_client(context: Context) -> Iterator[Reason]:
    """It says that a client wants it, without a name."""
    is_near = context.lookups.has_clients and "client" in context.own_signs
    if is_near and (match := _CLIENT.search(context.own_words)):
        yield Reason(Lead.STAKEHOLDER, "wanted", "it says that a client wants it", match[0], context.url)


@needs("links_out")
def persons_repository(context: Context) -> Iterator[Reason]:
    """It links to a repository of somebody who speaks for a stakeholder."""
    for ref in context.row["links_out"]:
        owner = casefold_id((repository_of(ref) or "").split("/")[0])
        if owner in context.organisation.speakers and context.organisation.member(owner) is None:
            whom = context.lookups.name_by_person.get(owner, "a stakeholder")
            sentence = f"it links to a repository of {owner} of {whom}"
            yield Reason(Lead.STAKEHOLDER, "linked", sentence, ref, thread_url(ref))
            return


@needs("files")
def paths_name(context: Context) -> Iterator[Reason]:
    """A file that it changes bears the name of a stakeholder, and the project does not."""
    for path in context.row["files"][:PATHS]:
        owner = context.lookups.named_by_path(path)
        if owner is not None and context.lookups.named_by_path(context.repo) is not owner:
            sentence = f"a file that it changes is named after {owner.name}"
            yield Reason(Lead.STAKEHOLDER, "named", sentence, path, context.url)
            return


@needs("labels")
def thread_label(context: Context) -> Iterator[Reason]:
    """A label of the thread itself names a stakeholder, such as ``project: NAME``."""
    for label in context.row["labels"]:
        if known := context.lookups.by_label.get(label.casefold()):
            yield Reason(Lead.STAKEHOLDER, "configured", f"its label means {known.name}", label, context.url)
            return
        if named := [name for name in context.named(label.replace(":", " ")) if not name.is_grant]:
            yield Reason(Lead.STAKEHOLDER, "named", f"its label names {named[0].stakeholder.name}", label, context.url)
            return


@needs("posts")
def filed_for_stakeholders(context: Context) -> Iterator[Reason]:
    """A post of the organisation that links to it is filed under what it does for those whom it serves."""
    for mention, label in context.filed_under(_SERVICE):
        yield mention.reason(Lead.STAKEHOLDER, "filed", f'our post is filed under "{label}"')
        return


def stakeholder_person(context: Context) -> Iterator[Reason]:
    """People who speak for stakeholders opened it, take part, or are asked; one who maintains the project is weak."""
    author = casefold_id(context.author)
    present = [author, *map(casefold_id, context.row["participants"])]
    if context.lookups.speaking.isdisjoint(present) and not context.asked:
        return
    people = [login for login in dict.fromkeys([*present, *context.asked]) if login in context.lookups.speaking]
    outside = [login for login in people if context.organisation.member(login) is None]
    if not outside:
        return
    first = author if author in outside else outside[0]
    maintains = first in context.stakeholder_maintainers
    answers = context.kind == Kind.COMMENT  # which is less than to take up, review or merge what they did
    strengths = {
        "opened": first == author and not maintains and not answers,
        "several people": len(people) > 1,
        "maintains it": maintains,
        "opened and answered": first == author,
    }
    strength = next((name for name, applies in strengths.items() if applies), "takes part")
    what = "opened it" if first == author else "takes part" if first in present else "is asked"
    sentence = f"{first} of {context.lookups.name_by_person[first]} {what}"
    yield Reason(Lead.STAKEHOLDER, strength, sentence, sentence, context.url)


@needs("asked")
def asks_a_stakeholder(context: Context) -> Iterator[Reason]:
    """The actor turns to somebody who speaks for a stakeholder."""
    for login in context.asked:
        if login != casefold_id(context.actor):
            sentence = f"it turns to {login} of {context.lookups.name_by_person[login]}"
            yield Reason(Lead.STAKEHOLDER, "asked", sentence, login, context.url)
            return


@needs("mentions")
def own_side_links(context: Context) -> Iterator[Reason]:
    """The organisation's own side links to it, or it to ours, without a name."""
    changes_what_users_see = context.activity in (Activity.FEATURE, Activity.BUGFIX)
    cites = "cited by feature or fix" if changes_what_users_see else "cited"
    for mention in context.mentions:
        if mention.plans_upstream or mention.kind == "document":
            continue
        if mention.direction == "out":
            yield mention.reason(Lead.STAKEHOLDER, cites, "it links to our tracker")
        elif mention.kind == "commit":
            yield mention.reason(Lead.STAKEHOLDER, "commit", "a commit in our repository waits for it or uses it")
        else:
            yield mention.reason(Lead.STAKEHOLDER, "thread", "linked from our tracker")


def our_use(context: Context) -> Iterator[Reason]:
    """It, or a thread of ours that is tied to it, speaks of hubs or communities that the organisation serves."""
    threads = (m for m in context.mentions if m.kind != "document" and not m.plans_upstream)
    own = (context.own_words, context.url, False)
    for words, url, private in (own, *((mention.words, mention.url, mention.private) for mention in threads)):
        if "ours" in context.signs(words) and (match := _OUR_USE.search(words)):
            yield Reason(Lead.STAKEHOLDER, "ours", "it speaks of what we run for others", match[0], url, private)
            return


def own_side_is_silent(context: Context) -> Iterator[Reason]:
    """The organisation's own trackers were read for these days and do not mention the thread."""
    if context.covered and not context.mentions:
        sentence = "our trackers, commits and posts cover these days and do not mention it"
        yield Reason(Lead.STAKEHOLDER, "silent", sentence)
