"""The `perceval` source: items that perceval wrote as JSON lines, of forums, chats, mailing lists, GitLab and Gerrit.

Perceval is under the GPL: its files are read, and it is never imported.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import Field

from contribkit.config.models import Place, Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, linked_refs, parse_place, unidentified
from contribkit.io import read_jsonl, report_problem
from contribkit.loaders.perceval.items import Item, Person, Post, read_item, text_for_links
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths
from contribkit.period import Period
from contribkit.tables import ACTS, THREADS, conform, grouped
from contribkit.text import pluralise

_SUBJECT = "sources.perceval"


class Settings(Table):
    """``[sources.perceval]``: files, or patterns of files, relative to contribkit.toml."""

    files: list[str] = Field(min_length=1)
    private: list[Place] = []  # places whose words are in no output
    chat_words: bool = False  # whether the words of chats are kept


class Done(NamedTuple):
    """A post, and who that was: a member's login, a name with its host, or None."""

    post: Post
    actor: str | None


def check(organisation: Organisation) -> None:
    """Read every item, so that a broken one is known before any work starts."""
    _items(organisation, None)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read all items, whatever the period, since earlier ones are wanted too."""
    answer = Loaded()
    settings, (items, left_out) = _settings(organisation), _items(organisation, answer.broken)
    private = [casefold_id(parse_place(place)) for place in settings.private]
    threads, acts = list[dict[str, Any]](), list[dict[str, Any]]()
    for of_thread in grouped((casefold_id(item.ref) for item in items), items).values():
        done = _done(of_thread, organisation)
        if not done:
            continue
        threads.append(_thread(of_thread, done, settings.chat_words))
        place = f"{casefold_id(of_thread[0].place)}/"
        threads[-1]["private"] |= any(place.startswith(f"{name}/") for name in private)
        acts += _acts(of_thread[0], done, organisation, settings.chat_words)
    answer.threads = conform(pd.DataFrame(threads), THREADS)
    answer.acts = conform(pd.DataFrame(acts), ACTS)
    answer.notes = [*_unnamed(items, answer.acts, organisation)]
    if left_out:
        answer.notes.append(f"{pluralise(left_out, 'private message')} left out")
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report every item that is wrong, and where no member is named."""
    return file_findings(_SUBJECT, load(organisation, None))


def has_references(organisation: Organisation) -> bool:
    """Return false: the items say nothing from the organisation's own side."""
    return False


def _settings(organisation: Organisation) -> Settings:
    return validate_settings(Settings, "perceval", organisation.sources["perceval"])


def _items(organisation: Organisation, broken: list[str] | None) -> tuple[list[Item], int]:
    """Return the items of all files, each as it was fetched last, and how many were left out as private."""
    latest = dict[tuple[str, str], tuple[float, Item | None]]()
    for path in matching_paths(organisation, "perceval", _settings(organisation).files):
        for line, row in _lines(path, broken):
            try:
                uuid, fetched = row.get("uuid"), row.get("updated_on")
                if not isinstance(uuid, str):
                    raise ValueError('"uuid" is missing: this is no item that perceval wrote')
                if isinstance(fetched, bool) or not isinstance(fetched, int | float):
                    raise ValueError('"updated_on" is missing or not a number')
                key, item = (uuid, str(row.get("category"))), read_item(row)
            except ValueError as error:
                report_problem(f"{path}:{line}: {error}", broken)
                continue
            if key not in latest or latest[key][0] <= fetched:
                latest[key] = fetched, item
    items = [item for _, item in latest.values() if item is not None]
    return list(_in_threads(items)), len(latest) - len(items)


def _lines(path: Path, broken: list[str] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with their lines; one that was written for people has them over several."""
    try:
        with path.open("rb") as file:
            is_indented = file.readline().strip() == b"{"
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error
    if is_indented:
        report_problem(f"{path}:1: its items have many lines; write it anew with perceval's --json-line", broken)
        return
    yield from read_jsonl(path, broken)


def _in_threads(items: list[Item]) -> Iterator[Item]:
    """Yield items with the messages of mailing lists in their threads, which are named by their first message."""
    parents = {item.message: item.answers[0] for item in items if item.message and item.answers}
    for item in items:
        if item.message is None:
            yield item
            continue
        root, seen = item.message, {item.message}
        while (parent := parents.get(root)) is not None and parent not in seen:
            seen.add(parent)
            root = parent
        yield item.in_thread(sha256(root.encode()).hexdigest()[:12], root == item.message)


def _done(items: list[Item], organisation: Organisation) -> list[Done]:
    """Return what was done in a thread, in the order of time; where nothing else opens it, its first message does."""
    posts = [(post, item) for item in items for post in item.posts]
    done = [Done(post, _actor(post.by, item, organisation)) for post, item in sorted(posts, key=lambda one: one[0].at)]
    if done and items[0].first_opens:
        done[0] = done[0]._replace(post=done[0].post._replace(act="opened"))
    return done


def _actor(person: Person | None, item: Item, organisation: Organisation) -> str | None:
    """Return who a person is: a member where the file names them so; a login of the same name is somebody else."""
    if person is None:
        return None
    named = [organisation.member_named(space, name) for space in (item.host, item.scheme) for name in person.names]
    known = [organisation.member_named("email", mail) or organisation.member(mail) for mail in person.mails]
    if member := next(filter(None, (*named, *known)), None):
        return member
    if not person.names:
        return unidentified(person.shown, person.mails[0]) + ("[bot]" if person.is_bot else "")
    is_bot = person.is_bot or organisation.is_bot(person.shown)
    return f"{item.host}:{person.shown}" + ("[bot]" if is_bot and not person.shown.endswith("[bot]") else "")


def _thread(items: list[Item], done: list[Done], chat_words: bool) -> dict[str, Any]:
    """Return the row of a thread, from its items and from what was done there."""
    first = min((item for item in items if item.posts), key=lambda item: item.posts[0].at)
    opened, merged, closed = ([one for one in done if one.post.act == act] for act in ("opened", "merged", "closed"))
    author = opened[0].actor if opened else None
    answers = [one for one in done if one.actor and author and one.actor != author and not one.actor.endswith("[bot]")]
    linking = done if first.is_chat else opened
    links = [ref for one in linking for ref in linked_refs(text_for_links(one.post.text or "", first))]
    return first.thread | {
        "author": author, "author_is_bot": author.endswith("[bot]") if author else None,
        "body": opened[0].post.text if opened and (chat_words or not first.is_chat) else None,
        "opened_at": opened[0].post.at if opened else None,
        "merged_at": merged[0].post.at if merged else None, "merged_by": merged[0].actor if merged else None,
        "closed_at": closed[-1].post.at if closed and first.thread["state"] in ("closed", None) else None,
        "participants": list(dict.fromkeys(one.actor for one in done if one.actor)),
        "first_response_at": answers[0].post.at if answers else None,
        "links_out": [ref for ref in dict.fromkeys(links) if casefold_id(ref) != casefold_id(first.ref)],
        "private": any(item.thread["private"] for item in items),
    }  # fmt: skip


def _acts(item: Item, done: list[Done], organisation: Organisation, chat_words: bool) -> Iterator[dict[str, Any]]:
    """Yield the acts of a thread; of a chat one a person and day, which says how many messages those were."""
    author = next((one.actor for one in done if one.post.act == "opened"), None)
    known = [one for one in done if one.actor]
    zone = ZoneInfo(organisation.timezone)
    days = (one.post.at.astimezone(zone).date() if item.is_chat else number for number, one in enumerate(known))
    for same in grouped(((one.actor, one.post.act, day) for one, day in zip(known, days, strict=True)), known).values():
        post, actor = same[0].post, same[0].actor
        # Nobody reviews their own change.
        act = "commented" if post.act == "reviewed" and actor == author else post.act
        words = [one.post.text for one in same if one.post.text and act != "opened"]
        is_kept = organisation.member(actor) and (chat_words or not item.is_chat)
        yield {
            "ref": item.ref, "actor": actor, "act": act, "at": post.at, "state": post.state, "count": len(same),
            "text": "\n\n".join(words) or None if is_kept else None, "source": "perceval", "whole_day": False,
        }  # fmt: skip


def _unnamed(items: Iterable[Item], acts: pd.DataFrame, organisation: Organisation) -> Iterator[str]:
    """Yield a sentence for each host on which no act is a member's."""
    hosts = {item.ref: (item.host, item.scheme) for item in items}
    found = {hosts[ref] for ref in acts.loc[acts["actor"].isin(organisation.members), "ref"] if ref in hosts}
    for host, scheme in dict.fromkeys(hosts.values()):
        if (host, scheme) not in found:
            key = "email" if scheme == "mail" else scheme
            yield f'no act on {host} is a member\'s; say who is who there with names = {{ {key} = "…" }}'
