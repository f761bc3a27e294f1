"""Write the records, references, needs and labels of the sample organisation: the same bytes at every run.

``python -m tests.sample.generate [FOLDER]`` writes into contribkit/sample, or FOLDER. It reads contribkit.toml there,
and stories.psv and waiting.psv beside this script. A story is one line; a title with ``{a~b~c}`` in it happens once
in each quarter. A line of waiting.psv is one need. Every choice is made by a hash of what it is about, not by a
sequence of random numbers, so that a new story leaves all others as they are.
"""

import csv
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "contribkit" / "sample"
SEED = "contribkit sample 1"
Row = dict[str, Any]
Thing = TypeVar("Thing")

STARTS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 4, 7)]
EXPORTED = datetime(2026, 9, 30, tzinfo=UTC)
RENAMED = datetime(2026, 2, 16, tzinfo=UTC)
NO_WORK = "Queue jobs from a notebook"
PLATFORM, PLANS, BLOG = (f"example-collective/{name}" for name in ("platform", "upstream-plans", "blog"))

# Who works where, the more often the likelier. Bela stays in the list after leaving: people do go on.
AUTHORS = {
    "wicketlamp": "ada ada goran dara bela jun fenna chidi",
    "quirefold": "chidi chidi hana hana ines goran ines",
    "tarngrid": "Emil Emil fenna hana dara",
    "spoolrun": "dara bela Emil chidi",
    "elsewhere": "jun",
}
# Ines and Jun have never reviewed: somebody could pair with them.
REVIEWERS = {
    "wicketlamp": "ada ada goran fenna dara",
    "quirefold": "hana hana chidi goran",
    "tarngrid": "Emil goran ada",
    "spoolrun": "chidi Emil dara",
    "elsewhere": "ada",
}
OUTSIDERS = [
    "dunlin", "heron", "plover", "avocet", "curlew", "godwit", "knot", "ruff", "sandpiper", "turnstone", "whimbrel",
]  # fmt: skip
NEWCOMERS = [
    "oriole", "pipit", "siskin", "linotte", "bunting", "dipper",
    "wheatear", "firecrest", "nuthatch", "goldcrest", "redpoll", "twite",
]  # fmt: skip

WELCOMES = [
    "Thank you for this! Two suggestions inline; shout if they are unclear.",
    "Please do not worry about the failing job, it is ours and fails on main too.",
    "Welcome! It works for me. If you like, I show you how to write the test for it.",
    "Nice. I pushed a small commit on top and merge when it is green; what would you like to do next?",
    "Just what we needed. One line for the changelog, then it can go in.",
    "I like it. Could the option have a longer name? We read it more often than we type it.",
    "Tested on my machine and merged, thanks! Your name goes into the list of contributors.",
]
REMARKS = [
    "Works for me, thank you. One question about the name, else ready.",
    "Nice and small. Could you add a test for the empty case?",
    "I tried it on two machines. Please put a line into the changelog, then I merge.",
    "The error message is much better now. Merged.",
    "Looks right. I would rather not add an option for it; shall we make it the default?",
    "Rebased and ran the slow tests: all green.",
    "Read it twice; I could not break it.",
    "Could the docs say when one wants this?",
    "Good find. It has been like this for years.",
    "Let us split the second commit off, it deserves a pull request of its own.",
]

LABELS = {
    "bugfix": ["bug"], "feature": ["enhancement"], "docs": ["documentation"], "ci": ["ci"],
    "maintenance": ["maintenance"], "triage": ["needs triage"], "onboarding": ["good first issue"],
    "review": ["waiting for review"],
}  # fmt: skip
THANKS = " Thanks to the Pellworth Fund and the Saltreed Network, who support our work."

# The evidence for a lead goes round, so that a review finds all of it: both ways, only ours, only theirs, none.
EVIDENCE = {
    "stakeholder": [
        "both", "commit", "asked", "roadmap", "ticket", "post", "person", "label", "roadmap", "filed", "none",
    ],
    "upstream": ["none", "plan", "none", "grant", "none", "planned", "none", "none"],
}  # fmt: skip
SOFT = {"stakeholder": "unclear", "upstream": "unclear", "individual": "unclear", "unclear": "upstream"}
NOTES = {
    "stakeholder": "I see no link from our side.",
    "upstream": "Who asked for this? I could not find out.",
    "individual": "Hard to say without asking them.",
    "unclear": "Everyday upkeep, I think.",
}


@dataclass
class Thread:
    """One story as it happened: a thread, the evidence around it, and the truth about its lead."""

    lead: str
    kind: str
    repo: str
    activity: str
    stakeholder: str
    title: str
    body: str
    files: list[str]
    said: str
    special: dict[str, str]
    quarter: int
    key: str
    opened: datetime
    author: str = ""
    association: str = ""
    reviewers: list[str] = field(default_factory=list)
    merged: datetime | None = None
    number: int | None = None
    links_out: list[str] = field(default_factory=list)
    links_in: list[Row] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    references: list[Row] = field(default_factory=list)

    @property
    def project(self) -> str:
        """The first word of the owner."""
        return self.repo.split("-")[0]

    @property
    def ref(self) -> str:
        """The thread's name, ``owner/repo#n`` or ``owner/repo@tag``."""
        if self.kind == "release":
            return f"{self.repo}@{self.special['tag']}"
        return self.repo if self.kind == "repository" else f"{self.repo}#{self.number}"

    @property
    def is_pull(self) -> bool:
        """Whether it is a pull request."""
        return self.kind in ("pull_request", "newcomer") or "bot" in self.special

    @property
    def url(self) -> str:
        """The thread's page."""
        places = {"release": f"/releases/tag/{self.special.get('tag')}", "repository": ""}
        place = "pull" if self.is_pull else "discussions" if self.kind == "discussion" else "issues"
        return f"https://github.com/{self.repo}" + places.get(self.kind, f"/{place}/{self.number}")


def number(low: int, high: int, *about: str) -> int:
    """Return a whole number from low to high, always the same for the same words."""
    digest = sha256("\n".join([SEED, *about]).encode()).hexdigest()
    return low + int(digest, 16) % (high - low + 1)


def pick(options: list[Thing], *about: str) -> Thing:
    """Return one of the options, always the same for the same words."""
    return options[number(0, len(options) - 1, *about)]


def person(names: str, *about: str) -> str:
    """Return the login of one of the people named, as contribkit.toml has it."""
    name = pick(names.split(), *about)
    return "Emil-Example" if name == "Emil" else f"{name}-example"


def iso(moment: datetime | None) -> str | None:
    """Return a time as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a file beside this one, with a bar between two cells."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


# ---- Threads --------------------------------------------------------------------------------------------------------


def threads(stakeholders: list[str]) -> list[Thread]:
    """Return every thread, with its evidence, in the order in which they were opened."""
    stories = table("stories.psv")
    made = [thread for index, story in enumerate(stories) for thread in happenings(story, index, stakeholders)]
    made.sort(key=lambda thread: (thread.opened, thread.key))
    counts: dict[str, int] = {}
    seen: set[str] = set()
    for thread in made:
        before = counts.setdefault(thread.repo, number(80, 900, thread.repo))
        counts[thread.repo] = thread.number = before + number(1, 6, thread.key, "number")
        people(thread, seen)
    return made


def happenings(story: dict[str, str], index: int, stakeholders: list[str]) -> Iterator[Thread]:
    """Yield a story once for each part that its title names, a quarter apart, or else once."""
    special = dict(pair.split("=", 1) for pair in story["set"].split())
    named = re.search(r"\{([^}]*~[^}]*)\}", story["title"])
    for place, part in enumerate(named[1].split("~") if named else [""]):
        quarter = place if named else int(special.get("q", index % 3 + 1)) - 1
        key = f"{story['title']} {part}"
        yield Thread(
            lead=story["lead"],
            kind=story["kind"],
            repo=story["repo"].replace("/", "-example/", 1),
            activity=story["activity"],
            stakeholder=next((name for name in stakeholders if name.startswith(story["for"])), ""),
            title=story["title"].replace(named[0], part) if named else story["title"],
            body=story["body"].replace("{part}", part),
            files=story["files"].split(),
            said=story["said"].replace("{part}", part),
            special={name: value.replace("{part}", part) for name, value in special.items()},
            quarter=quarter,
            key=key,
            opened=opening(special, quarter, key),
        )


def opening(special: dict[str, str], quarter: int, key: str) -> datetime:
    """Return when a thread was opened: on a weekday, by day."""
    if "opened" in special:
        return datetime.fromisoformat(special["opened"])
    after = int(special.get("day", number(1, 83, key, "day")))
    day = STARTS[quarter] + timedelta(days=after, minutes=number(400, 1100, key, "minute"))
    return day - timedelta(days=max(0, day.weekday() - 4))


def people(thread: Thread, seen: set[str]) -> None:
    """Say who opened a thread, who reviewed it, and when it was merged."""
    authors = AUTHORS[thread.project].replace("fenna", "Emil" if thread.quarter == 0 else "fenna")
    thread.author = thread.special.get("who") or person(authors, thread.key, "author")
    thread.association = "MEMBER" if thread.author in ("ada-example", "goran-example") else "CONTRIBUTOR"
    if thread.kind == "newcomer":
        thread.author = f"{pick(NEWCOMERS, thread.key)}-example"
        thread.association = "CONTRIBUTOR" if thread.author in seen else "FIRST_TIME_CONTRIBUTOR"
        seen.add(thread.author)
    reviewers = REVIEWERS[thread.project]
    first, second = (person(reviewers, thread.key, place) for place in ("first", "second"))
    chance = number(0, 8, thread.key, "reviewed")
    if thread.kind == "newcomer":
        thread.reviewers = list(dict.fromkeys([first, second] if chance < 3 else [first]))
    elif thread.kind == "pull_request" and chance < 3 and first != thread.author:
        thread.reviewers = [first]
    if thread.quarter == 0:
        thread.reviewers = [login for login in thread.reviewers if login != "fenna-example"]
    thread.others = [f"{name}-example" for name in OUTSIDERS if number(0, 9, thread.key, name) == 0]
    if thread.is_pull and number(0, 9, thread.key, "merged") < 8:
        merged = thread.opened + timedelta(hours=number(30, 230, thread.key, "merged"))
        thread.merged = merged if merged < EXPORTED else None
    if "merged" in thread.special:
        thread.merged = datetime.fromisoformat(thread.special["merged"])


# ---- Evidence -------------------------------------------------------------------------------------------------------


def reference(thread: Thread, source: str, kind: str, title: str, text: str, labels: tuple[str, ...] = ()) -> None:
    """Let a place on the organisation's own side point at a thread."""
    digest = sha256(f"{SEED} {thread.key} {title}".encode()).hexdigest()
    made_at = thread.opened + timedelta(days=number(0, 4, thread.key, kind), minutes=17)
    place = {"commit": digest[:9], "document": f"posts/2026/{digest[:4]}.md"}
    identifier = place.get(kind, f"{source}#{number(300, 700, title)}")
    path = {"commit": f"commit/{identifier}", "document": f"blob/HEAD/{identifier}"}
    url = f"https://github.com/{source}/" + path.get(kind, f"issues/{identifier.split('#')[-1]}")
    thread.references.append(
        {
            "ref": thread.ref, "source": source, "kind": kind, "id": identifier, "url": url, "date": iso(made_at),
            "by": person("ada chidi hana dara", title), "title": title, "labels": list(labels), "text": text,
            "private": "hidden" in thread.special,
        }
    )  # fmt: skip


def link_in(thread: Thread, ref: str, title: str) -> None:
    """Let a thread of the organisation point at an upstream thread."""
    thread.links_in.append({"ref": ref, "title": title, "by": person("ada chidi hana dara", title)})


def roadmap(thread: Thread, planned: Row) -> None:
    """Link from the initiative that the thread serves, or from what the organisation keeps for the stakeholder."""
    short = thread.stakeholder.split()[0]
    if thread.stakeholder in planned["initiatives"]:
        link_in(thread, *planned["initiatives"][thread.stakeholder])
    elif short == "Tarnbeck":
        link_in(thread, "example-collective/tarnbeck-hub#23", "Upgrade before the field season")
    else:
        link_in(thread, f"{PLATFORM}#{number(260, 300, short)}", f"[{short}] What they need from the next releases")


def both(thread: Thread, planned: Row) -> None:
    """Link both ways: the organisation's thread here, and this thread back; a commit of ours waits for it."""
    roadmap(thread, planned)
    thread.links_out.append(thread.links_in[-1]["ref"])
    thread.body += f" Tracked in {thread.links_in[-1]['ref']}."
    commit(thread, planned)


def asked(thread: Thread, planned: Row) -> None:
    """Say in the thread itself who asked for it."""
    word = pick(["Requested by {}.", "{} sponsored this.", "This came out of a call with {}."], thread.key)
    thread.body += " " + word.format(thread.stakeholder)


def commit(thread: Thread, planned: Row) -> None:
    """Let a commit in the organisation's own repository wait for it."""
    short = thread.stakeholder.split()[0]
    title = f"{short}: use a build with the change from {thread.repo.split('/')[1]}"
    reference(thread, PLATFORM, "commit", title, f"The hub of {short} needs {thread.url} until it is released.")


def post(thread: Thread, planned: Row) -> None:
    """Let a post of the organisation tell of it."""
    title = f"What we built with {thread.stakeholder}"
    text = f"Together with {thread.stakeholder} we worked on [{thread.title}]({thread.url}); all have it now."
    reference(thread, BLOG, "document", title, text)


def label(thread: Thread, planned: Row) -> None:
    """Let a thread with the label of a contract point at it."""
    title = f"Deliverable: {thread.title[:1].lower()}{thread.title[1:]}"
    text = f"Upstream: {thread.url}. For {thread.stakeholder}."
    reference(thread, PLATFORM, "issue", title, text, ("contract-deliverable",))


def ticket(thread: Thread, planned: Row) -> None:
    """Point at a support ticket."""
    url = f"https://desk.collective.example/tickets/{number(1200, 1900, thread.key)}"
    thread.links_out.append(url)
    thread.body += f" See {url} for how it was found."


def somebody(thread: Thread, planned: Row) -> None:
    """Let somebody who speaks for the stakeholder take part."""
    if not planned["people"].get(thread.stakeholder):
        return asked(thread, planned)
    login = planned["people"][thread.stakeholder]
    thread.others.append(login)
    thread.body += f" @{login} ran into this and described it to us."


def filed(thread: Thread, planned: Row) -> None:
    """Point at the tracker in which the stakeholder files what it needs."""
    if not thread.stakeholder.startswith("Saltreed"):
        return ticket(thread, planned)
    thread.links_out.append(f"saltreed-example/hub-requests#{number(10, 60, thread.key)}")
    thread.body += f" Closes {thread.links_out[-1]}."


def plan(thread: Thread, planned: Row) -> None:
    """Link from the goal that plans such work: the organisation's own side speaks for upstream here."""
    goals = planned["goals"]
    link_in(thread, *goals.get(thread.activity, (f"{PLANS}#9", "Upstream plan 2026: everyday upkeep")))


def planned_issue(thread: Thread, planned: Row) -> None:
    """Let an issue with the label of planned work point at it, in the tracker that else serves stakeholders."""
    title = f"Give back: {thread.activity} for {thread.repo.split('/')[1]} in quarter {thread.quarter + 1}"
    reference(thread, PLATFORM, "issue", title, f"On our list for the project: {thread.url}", ("upstream-plan",))


def grant(thread: Thread, planned: Row) -> None:
    """Name a grant for the project's own health, in the thread and in a post."""
    thread.body += " Funded by the Pellworth Fund, for the health of the project."
    text = f"The fund pays for upkeep that nobody sees, such as [{thread.title}]({thread.url})."
    reference(thread, BLOG, "document", "What the Pellworth Fund made possible", text)


KINDS: dict[str, Callable[[Thread, Row], None]] = {
    "both": both, "roadmap": roadmap, "asked": asked, "commit": commit, "ticket": ticket, "post": post,
    "person": somebody, "label": label, "filed": filed, "plan": plan, "planned": planned_issue, "grant": grant,
}  # fmt: skip


def add_evidence(made: list[Thread], planned: Row) -> None:
    """Give each thread its evidence, in turns; releases thank everybody, which says nothing."""
    turns = {lead: 0 for lead in EVIDENCE}
    for thread in made:
        kind = thread.special.get("evidence")
        if kind is None and thread.lead in EVIDENCE and thread.kind != "release":
            kind = EVIDENCE[thread.lead][turns[thread.lead] % len(EVIDENCE[thread.lead])]
            turns[thread.lead] += 1
        if kind in KINDS:
            KINDS[kind](thread, planned)
        if thread.kind == "release":
            thread.body += THANKS
            text = f"[{thread.title}]({thread.url}) is out.{THANKS}"
            reference(thread, BLOG, "document", "Releases of this month", text)


# ---- Records --------------------------------------------------------------------------------------------------------


def spelled(login: str, thread: Thread) -> str:
    """Return a login as a record has it: before a renaming, or in other case."""
    if login == "chidi-example" and thread.opened < RENAMED:
        return "chidi-old-example"
    return login.lower() if number(0, 2, thread.key, "case") == 0 else login


def rows(thread: Thread) -> Iterator[tuple[str, Row]]:
    """Yield what each member did in a thread, with the login as configured."""
    if thread.kind in ("comment", "triage"):
        hours = number(2, 60, thread.key, "answer")
        login = thread.author
        thread.author = thread.special.get("bot") or f"{pick(OUTSIDERS, thread.key)}-example"
        thread.association = "NONE"
        at = thread.merged or thread.opened + timedelta(hours=hours)
        yield login, row(thread, login, thread.kind, at, at, [thread.said] if thread.said else [])
        return
    if thread.kind != "newcomer":
        yield from opened(thread)
    words = WELCOMES if thread.kind == "newcomer" else REMARKS
    for place, login in enumerate(thread.reviewers):
        at = thread.opened + timedelta(hours=number(3, 28, thread.key, login))
        last = thread.merged if thread.merged and place == 0 else at
        yield login, row(thread, login, "review", at, last, [pick(words, thread.key, login)])


def opened(thread: Thread) -> Iterator[tuple[str, Row]]:
    """Yield the row of the person who opened a thread; one pull request was exported twice, before and after."""
    if "twice" in thread.special:
        merged, thread.merged = thread.merged, None
        yield thread.author, row(thread, thread.author, thread.kind, thread.opened, thread.opened, [])
        thread.merged = merged
        yield thread.author, row(thread, thread.author, thread.kind, merged or thread.opened, merged, [])
    else:
        yield thread.author, row(thread, thread.author, thread.kind, thread.opened, thread.merged, [])


def row(thread: Thread, login: str, kind: str, at: datetime, last: datetime | None, remarks: list[str]) -> Row:
    """Return one contribution in the columns of the table, without those that are empty."""
    actor, author = spelled(login, thread), spelled(thread.author, thread)
    merger = (thread.reviewers or [login if "bot" in thread.special else thread.author])[0]
    open_now = number(0, 1, thread.key, "open") and not thread.merged
    state = "merged" if thread.merged else "open" if open_now or thread.is_pull else "closed"
    others = dict.fromkeys([author, *(spelled(name, thread) for name in thread.reviewers), *thread.others])
    size = 1500 if thread.title.startswith(("A new ", "Support ")) else 4
    columns: Row = {
        "id": f"{thread.ref}@{actor}:{kind}", "kind": kind, "repo": thread.repo,
        "number": thread.number if "#" in thread.ref else None, "url": thread.url,
        "actor": actor, "author": author, "author_association": thread.association,
        "happened_at": iso(at), "last_at": iso(last if last and last > at else at),
        "acts": 1 if kind in ("release", "repository") else number(1, 4, thread.key, kind) + (at != last),
        "state": None if thread.kind in ("release", "repository") else state,
        "opened_at": iso(thread.opened) if thread.is_pull else None, "merged_at": iso(thread.merged),
        "merged_by": spelled(merger, thread) if thread.merged else None,
        "labels": LABELS.get(thread.activity, []), "files": thread.files,
        "additions": number(size, size * 40, thread.key, "added") if thread.is_pull else None,
        "deletions": number(0, 60, thread.key, "removed") if thread.is_pull else None,
        "links_out": thread.links_out, "links_in": thread.links_in, "title": thread.title, "body": thread.body,
        "remarks": remarks, "participants": [name for name in others if name != actor],
        "private": True if "private" in thread.special else None,
    }  # fmt: skip
    if "undated" in thread.special:
        columns |= dict.fromkeys(("happened_at", "last_at", "opened_at", "merged_at", "merged_by"))
        columns["state"] = "closed"
    elif kind == "comment" and number(0, 3, thread.key, "day") == 0:
        columns |= {"happened_at": columns["happened_at"][:10], "last_at": None}  # an export that knows days alone
    return {name: value for name, value in columns.items() if value is not None and value != []}


# ---- Needs ----------------------------------------------------------------------------------------------------------


def need(line: dict[str, str]) -> Row:
    """Return what waits upstream in the columns of the table, without those that are empty."""
    special = dict(pair.partition("=")[::2] for pair in line["set"].split())
    repo, title = line["repo"].replace("/", "-example/", 1), line["title"]
    where = {"release": f"@{title}", "branch": f"@{title}"}.get(line["kind"], f"#{number(900, 1400, repo, title)}")
    columns: Row = {
        "kind": line["kind"], "ref": f"{repo}{where}", "title": title, "url": need_page(line["kind"], repo, where[1:]),
        "labels": line["labels"].split(), "draft": "draft" in special or None, "private": "private" in special or None,
        "checks": special.get("checks"), "review_state": special.get("state"),
        "comments": int(special["comments"]) if "comments" in special else None,
        "commits": int(special["commits"]) if "commits" in special else None,
        "mergeable": False if "conflict" in special else None, "seen_at": iso(EXPORTED),
    }  # fmt: skip
    if line["kind"] == "release":
        columns["released_at"] = days_before(line["opened"], title)
    elif line["kind"] != "branch":
        columns |= {"opened_at": days_before(line["opened"], title), "updated_at": days_before(line["touched"], title)}
        columns |= author_of(line)
    if "lines" in special:
        lines = int(special["lines"])
        removed = number(0, lines // 3, title, "removed")
        columns |= {"additions": lines - removed, "deletions": removed}
    return {name: value for name, value in columns.items() if value is not None and value != []}


def need_page(kind: str, repo: str, name: str) -> str:
    """Return the page of a need."""
    place = {"pull_request": "pull/", "issue": "issues/", "release": "releases/tag/", "branch": "tree/"}[kind]
    return f"https://github.com/{repo}/{place}{name}"


def days_before(count: str, about: str) -> str | None:
    """Return a time so many days before the export; the hour is always the same for the same words."""
    return iso(EXPORTED - timedelta(days=int(count), minutes=number(0, 600, about, "hour")))


def author_of(line: dict[str, str]) -> Row:
    """Return who opened a need, and GitHub's word for their standing."""
    if line["by"] == "bot":
        return {"author": "deps-example[bot]", "author_is_bot": True, "author_association": "NONE"}
    groups = {"newcomer": (NEWCOMERS, "FIRST_TIME_CONTRIBUTOR"), "outsider": (OUTSIDERS, "CONTRIBUTOR")}
    names, association = groups.get(line["by"], ([line["by"]], "MEMBER"))
    association = "NONE" if line["kind"] == "issue" and line["by"] == "newcomer" else association
    return {"author": f"{pick(names, line['title'])}-example", "author_association": association}


# ---- Labels ---------------------------------------------------------------------------------------------------------


def label_files(judged: list[list[Row]]) -> dict[str, list[Row]]:
    """Return the label events of three people by file: mostly of one mind, with an undo, a skip and a verdict."""
    files: dict[str, list[Row]] = {}
    disputed = ""
    for quarter, (items, many) in enumerate(zip(judged, (17, 15, 4), strict=True)):
        chosen = sorted(items, key=lambda item: number(0, 10**9, item["item"]))[:many]
        for place, item in enumerate(chosen):
            for who in ("ada", "dara", "hana")[: 3 if place % 2 == 0 else 2]:
                differs = place % 4 == 1 and who == "dara"
                disputed = item["item"] if differs and quarter == 1 else disputed
                write_label(files, quarter, who, item, SOFT[item["lead"]] if differs else item["lead"])
        extra = next(item for item in items if item not in chosen)
        if quarter == 0:
            write_label(files, quarter, "hana", extra, "individual")
            write_label(files, quarter, "hana", extra, None, "undo")
            write_label(files, quarter, "hana", extra, extra["lead"])
        if quarter == 1:
            write_label(files, quarter, "dara", extra, None, "skip")
            item = next(item for item in items if item["item"] == disputed)
            write_label(files, quarter, "ada", item, item["lead"], "adjudicate", "Talked it over in the team call.")
    return files


def write_label(
    files: dict[str, list[Row]], quarter: int, who: str, item: Row, lead: str | None, op: str = "label", note: str = ""
) -> None:
    """Append one event of one person to the file of their session."""
    session = sha256(f"{SEED} {who} {quarter}".encode()).hexdigest()[:8]
    events = files.setdefault(f"labels/2026-Q{quarter + 1}/{who}-example.{session}.jsonl", [])
    start = datetime(2026, 3 * quarter + 4, 2, 8 + len(who), tzinfo=UTC)
    at = start + timedelta(seconds=37 * len(events) + number(0, 20, item["item"], who))
    mine = [event["lead"] for event in events if event["item"] == item["item"]]
    sure = number(45, 95, item["item"], "sure")
    differs = lead not in (None, item["lead"])
    right = number(0, 3, item["item"], "right") > 0
    events.append(
        {
            "v": 1, "id": ulid(at, f"{who} {item['item']} {len(events)}"), "at": iso(at), "by": f"{who}-example",
            "op": op, "item": item["item"], "lead": lead,
            "stakeholder": item["stakeholder"] or None if lead == "stakeholder" else None,
            "activity": item["activity"] if lead else None, "was": mine[-1] if mine else None,
            "seen": {
                "lead": item["lead"] if right else "unclear", "confidence": sure / 100 if right else 0.4,
                "decided_by": "rules", "blind": len(events) % 5 == 4,
            },
            "note": note or (NOTES[item["lead"]] if differs else None),
        }
    )  # fmt: skip


def ulid(at: datetime, about: str) -> str:
    """Return a ULID: 48 bits of time and 80 of a hash."""
    value = int(at.timestamp() * 1000) << 80 | int(sha256(f"{SEED} {about}".encode()).hexdigest()[:20], 16)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value >> 5 * place & 31] for place in reversed(range(26)))


# ---- Files ----------------------------------------------------------------------------------------------------------


def plans(organisation: Row) -> Row:
    """Return what contribkit.toml says of initiatives, goals and people, by stakeholder and activity."""
    return {
        "initiatives": {
            i["stakeholder"]: (i["refs"][0], i["name"]) for i in organisation["initiatives"] if i["name"] != NO_WORK
        },
        "goals": {a: (g["refs"][0], f"Plan: {g['name']}") for g in organisation["goals"] for a in g["activities"]},
        "people": {s["name"]: s["people"][0] for s in organisation["stakeholders"] if s.get("people")},
    }


def generate() -> dict[str, list[Row]]:
    """Return every file of the sample that is made, as rows by path."""
    organisation = tomllib.loads((SAMPLE / "contribkit.toml").read_text(encoding="utf-8"))
    leaving = {m["login"]: m["to"] for team in organisation["teams"] for m in team["members"] if "to" in m}
    made = threads([stakeholder["name"] for stakeholder in organisation["stakeholders"]])
    add_evidence(made, plans(organisation))
    files: dict[str, list[Row]] = {f"records/2026-Q{quarter}.jsonl": [] for quarter in (1, 2, 3)}
    judged: list[list[Row]] = [[], [], []]
    for thread in made:
        for login, record in rows(thread):
            day = record.get("happened_at", "2026-09-30")[:10]
            quarter = (int(day[5:7]) - 1) // 3
            files[f"records/2026-Q{quarter + 1}.jsonl"].append(record)
            if "elsewhere" not in thread.repo and day <= leaving.get(login, EXPORTED.date()).isoformat():
                item = f"{thread.ref}@{login}:{record['kind']}"
                activity = "review" if record["kind"] == "review" else thread.activity
                named = {"lead": thread.lead, "activity": activity, "stakeholder": thread.stakeholder}
                judged[quarter].append({"item": item, **named})
    for thread in made:
        files.setdefault("references/references.jsonl", []).extend(thread.references)
    files["needs/needs.jsonl"] = [need(line) for line in table("waiting.psv")]
    return files | label_files(judged)


def main(folder: Path = SAMPLE) -> None:
    """Write the files into a folder, by default the one of the package."""
    for name, content in generate().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in content]
        path.write_text("".join(lines), encoding="utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
