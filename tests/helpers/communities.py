"""Servers of an invented community, and the real perceval, run as a program, that asks them.

GitLab, Discourse, Zulip and Mattermost answer over HTTP as their APIs do; Gerrit over a program named ``ssh``; a
mailing list is a file. Everybody in them is invented.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answers = dict[str, Any]

PROJECT = "/api/v4/projects/quill%2Fpress%2Fcore"
TOPICS = {"11": 5, "12": 9, "13": 5, "14": None}


def user(name: str) -> Answers:
    return {"id": len(name), "username": name, "name": name.title(), "state": "active"}


def note(by: str, at: str, body: str, **more: Any) -> Answers:
    return {"id": hash((by, at)) % 10**9, "type": None, "author": user(by), "created_at": at, "body": body,
            "system": False, "internal": False, "confidential": False} | more  # fmt: skip


def merge_request(web: str, iid: int, by: str, at: str, title: str, **more: Any) -> Answers:
    return {
        "id": 100 + iid, "iid": iid, "author": user(by), "created_at": at, "updated_at": "2026-09-01T08:00:00.000Z",
        "title": title, "description": "", "state": "opened", "labels": [], "merged_by": None, "merge_user": None,
        "merged_at": None, "closed_by": None, "closed_at": None,
        "web_url": f"{web}/quill/press/core/-/merge_requests/{iid}",
    } | more  # fmt: skip


def issue(web: str, iid: int, by: str, at: str, title: str, **more: Any) -> Answers:
    return {
        "id": 100 + iid, "iid": iid, "author": user(by), "created_at": at, "updated_at": "2026-09-01T08:00:00.000Z",
        "title": title, "description": None, "state": "opened", "labels": [], "confidential": False, "closed_by": None,
        "closed_at": None, "user_notes_count": 0, "web_url": f"{web}/quill/press/core/-/issues/{iid}",
    } | more  # fmt: skip


def gitlab(web: str) -> Answers:
    """Return a project's threads: a change of a member, one of a newcomer, a bot's, and issues."""
    merged = {"state": "merged", "merge_user": user("mary-core")}
    requests = [
        merge_request(
            web, 1, "ada-gl", "2026-07-02T10:00:00.000Z", "Let readers choose a font", labels=["enhancement"],
            description="Closes #3 and follows quill/press/core!2. Planned in "
            "https://github.com/test-org/plans/issues/7", merged_at="2026-07-05T09:00:00.000+02:00", **merged,
        ),
        merge_request(
            web, 2, "sam-new", "2026-07-20T10:00:00.000Z", "Fix a typo in the manual", state="merged",
            merged_by=user("ada-gl"), merged_at="2026-08-01T09:00:00.000Z",
        ),
        merge_request(
            web, 4, "project_7_bot_1f", "2026-07-21T10:00:00.000Z", "Bump the builder to 2.0", state="merged",
            merge_user=user("ada-gl"), merged_at="2026-07-22T09:00:00.000Z",
        ),
    ]  # fmt: skip
    issues = [
        issue(
            web, 1, "mary-core", "2026-06-01T10:00:00.000Z", "Fonts are too small", state="closed",
            closed_by=user("ada-gl"), closed_at="2026-07-05T09:00:00.000Z",
        ),
        issue(web, 5, "ada-gl", "2026-07-08T10:00:00.000Z", "A hole in the wall", confidential=True),
        # Somebody else: this login is Ada's on GitHub, and not here.
        issue(web, 6, "ada-example", "2026-07-09T10:00:00.000Z", "I have a question"),
    ]  # fmt: skip
    notes = {
        "merge_requests/1": [
            note("mary-core", "2026-07-03T10:00:00.000Z", "Why not two?", type="DiffNote"),
            note("ada-gl", "2026-07-03T11:00:00.000Z", "One is enough, see #1.", type="DiffNote"),
            note("mary-core", "2026-07-04T10:00:00.000Z", "approved this merge request", system=True),
        ],
        "merge_requests/2": [
            note("ada-gl", "2026-07-21T08:00:00.000Z", "Thank you, a dot is missing here", type="DiffNote"),
            note("sam-new", "2026-07-21T09:00:00.000Z", "changed title from **Typo**", system=True),
            note("ada-gl", "2026-07-31T08:00:00.000Z", "approved this merge request", system=True),
        ],
        "issues/1": [
            note("ada-gl", "2026-07-01T08:00:00.000Z", "Which size would you like?"),
            note("ada-gl", "2026-07-01T09:00:00.000Z", "added ~12 label", system=True),
            note("emil-gl", "2026-07-01T10:00:00.000Z", "Between us only", internal=True),
        ],
    }
    versions = [{"id": 1, "commits": [], "diffs": []}]
    answers: Answers = {
        f"{PROJECT}/merge_requests": requests, f"{PROJECT}/issues": issues,
        **{f"{PROJECT}/merge_requests/{one['iid']}": one for one in requests},
        **{f"{PROJECT}/merge_requests/{one['iid']}/versions": versions for one in requests},
        **{f"{PROJECT}/merge_requests/{one['iid']}/versions/1": versions[0] for one in requests},
        **{f"{PROJECT}/{thread}/notes": of_thread for thread, of_thread in notes.items()},
    }  # fmt: skip
    return answers


def post(number: int, by: str, at: str, cooked: str, **more: Any) -> Answers:
    return {"id": 1000 + number, "post_number": number, "username": by, "user_id": len(by), "created_at": at,
            "cooked": cooked, "post_type": 1, "hidden": False} | more  # fmt: skip


def discourse() -> Answers:
    """Return a forum: a question, one in another category, an announcement of a member, and a private message."""
    posts = {
        "11": [
            post(1, "ida-asks", "2026-07-10T08:00:00.000Z", "<p>How do I print?</p>"),
            post(2, "ada_forum", "2026-07-10T09:00:00.000Z",
                 '<aside class="quote"><p>How do I print?</p></aside><p>Like <b>this</b>,<br>see '
                 '<a href="https://docs.example.org/print">the manual</a>.</p><script>alert(1)</script>'),
            post(3, "emil-example", "2026-07-10T10:00:00.000Z", "<p>Somebody else with a known login</p>"),
            post(4, "discobot", "2026-07-10T11:00:00.000Z", "<p>Beep</p>", user_id=-2),
            post(5, "ada_forum", "2026-07-11T09:00:00.000Z", "", post_type=3, action_code="closed.enabled"),
        ],
        "12": [
            post(1, "ida-asks", "2026-07-12T08:00:00.000Z", "<p>Off topic</p>"),
            post(2, "ada_forum", "2026-07-12T09:00:00.000Z", "<p>Quite</p>"),
        ],
        "13": [post(1, "ada_forum", "2026-08-03T08:00:00.000Z", "<p>Version 2 is out</p>")],
        "14": [post(1, "ada_forum", "2026-08-04T08:00:00.000Z", "<p>Between us</p>")],
    }  # fmt: skip
    topics = [
        {
            "id": int(number), "title": f"Topic {number}", "slug": f"topic-{number}", "category_id": TOPICS[number],
            "archetype": "regular" if TOPICS[number] else "private_message", "posts_count": len(of_topic),
            "chunk_size": 20, "last_posted_at": of_topic[-1]["created_at"], "pinned": False, "tags": ["printing"],
            "created_at": of_topic[0]["created_at"],
            "post_stream": {"posts": of_topic, "stream": [one["id"] for one in of_topic]},
        }
        for number, of_topic in posts.items()
    ]  # fmt: skip
    listed = sorted(topics, key=lambda topic: topic["last_posted_at"], reverse=True)
    return {"/latest.json": listed, **{f"/t/{topic['id']}.json": topic for topic in topics}}


def chat_message(number: int, by: str, at: int, topic: str, content: str) -> Answers:
    return {
        "id": number, "sender_full_name": by, "sender_id": 70 + len(by), "timestamp": at, "subject": topic,
        "sender_email": f"user{70 + len(by)}@chat.example.org", "content": content, "type": "stream", "stream_id": 4,
        "display_recipient": "core team", "reactions": [],
    }  # fmt: skip


CHAT = [  # of a channel in Zulip: on 15 July 2026, and later
    chat_message(1, "Ida Asks", 1784102400, "release 2.0?", "When?"),
    chat_message(2, "Ada Example", 1784102460, "release 2.0?", "Soon, see test-org/plans#9"),
    chat_message(3, "Ada Example", 1784102460, "release 2.0?", "In August"),
    chat_message(4, "Ada Example", 1786780800, "✔ release 2.0?", "Done"),
]
MATTERMOST = {
    "p1": {"id": "p1", "user_id": "u1", "channel_id": "c1", "root_id": "", "message": "Good morning", "type": "",
           "create_at": 1784102400123, "update_at": 1784102400123, "delete_at": 0},
    "p2": {"id": "p2", "user_id": "u1", "channel_id": "c1", "root_id": "", "message": "joined", "delete_at": 0,
           "type": "system_join_channel", "create_at": 1784102300123, "update_at": 1784102300123},
}  # fmt: skip
MAILS = """\
From ida@asks.example Fri Jul 10 08:00:00 2026
From: Ida Asks <ida@asks.example>
Subject: [dev] Printing upside down
Date: Fri, 10 Jul 2026 10:00:00 +0200
Message-ID: <first@asks.example>

How?

From ada@team.example Fri Jul 10 09:00:00 2026
From: "Ada Example" <ada@team.example>
Subject: Re: [dev] Printing upside down
Date: Fri, 10 Jul 2026 09:30:00 +0000
Message-ID: <second@team.example>
In-Reply-To: <first@asks.example>

> How?
Turn the paper.

From ida@asks.example Fri Jul 10 10:00:00 2026
From: ida at asks.example (Ida Asks)
Subject: AW: Re: [dev] Printing upside down
Date: Fri, 10 Jul 2026 10:30:00 +0000
Message-ID: <third@asks.example>
In-Reply-To: <second@team.example>
References: <first@asks.example> <second@team.example>

Thanks!
"""
GERRIT = {
    "project": "quill/press", "branch": "main", "id": "I1", "number": 42, "subject": "Cut it", "status": "MERGED",
    "owner": {"name": "Sam New", "email": "sam@new.example", "username": "sam-new"},
    "url": "https://review.example.org/c/quill/press/+/42", "commitMessage": "Cut it\n\nFor test-org/plans#7\n",
    "createdOn": 1784102400, "lastUpdated": 1784275200, "open": False,
    "comments": [
        {"timestamp": 1784102400, "reviewer": {"username": "sam-new"}, "message": "Uploaded patch set 1."},
        {"timestamp": 1784106000, "reviewer": {"username": "zuul"}, "message": "Patch Set 1: Verified+1"},
        {"timestamp": 1784188800, "reviewer": {"username": "ada-review"}, "message": "Patch Set 1: Code-Review+2"},
        {"timestamp": 1784189000, "reviewer": {"username": "ada-review"}, "message": "Patch Set 1:\n\nNice, thanks"},
    ],
    "patchSets": [{
        "number": 1, "sizeInsertions": 30, "sizeDeletions": -4,
        "approvals": [
            {"type": "Verified", "value": "1", "grantedOn": 1784106000, "by": {"username": "zuul"}},
            {"type": "Code-Review", "value": "2", "grantedOn": 1784188800, "by": {"username": "ada-review"}},
            {"type": "SUBM", "value": "1", "grantedOn": 1784275200, "by": {"username": "ada-review"}},
        ],
    }],
}  # fmt: skip


def answer(path: str, query: dict[str, list[str]], web: str) -> Any:
    """Return what the server that is asked says; what it does not know is an empty list."""
    if path == "/latest.json":
        return {"topic_list": {"topics": discourse()[path] if query.get("page", ["0"]) == ["0"] else []}}
    if path == "/api/v1/messages":
        first = 0 if query["anchor"] == ["oldest"] else int(query["anchor"][0])
        messages = [one for one in CHAT if one["id"] >= first][:2]
        return {"messages": messages, "found_newest": messages[-1] is CHAT[-1]}
    if path.endswith("/posts") and "channels" in path:
        shown = MATTERMOST if query.get("page", ["0"]) == ["0"] else {}
        return {"order": [*shown], "posts": shown}
    if path.startswith("/api/v4/channels/") or "/channels/name/" in path:
        return {"id": "c1", "name": "town-square", "display_name": "Town Square", "type": "O"}
    if path.startswith("/api/v4/users/"):
        return {"id": "u1", "username": "ada-chat", "email": "ada@team.example"}
    return (gitlab(web) | discourse()).get(path, [])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        web = f"http://{self.headers['Host']}"
        content = json.dumps(answer(address.path, parse_qs(unquote(address.query)), web)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def community() -> Iterator[str]:
    """Run the servers on one port of this machine, and give its ``HOST:PORT``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def perceval(file: Path, *arguments: str, programs: Path | None = None) -> Path:
    """Run the real perceval, which writes its items to a file; `programs` is a folder whose programs it finds first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    backend, *rest = arguments
    archive = [] if backend == "mbox" else ["--no-archive"]
    command = [str(Path(sys.executable).parent / "perceval"), backend, *archive, "--json-line", "-o", str(file), *rest]
    places = [str(programs)] if programs else []
    path = os.pathsep.join([*places, os.environ["PATH"]])
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": path, "NO_PROXY": "*"})
    assert done.returncode == 0, done.stderr
    return file


def fetch(folder: Path, host: str) -> None:
    """Let perceval write items of every backend below a folder, as its users do."""
    at, items = f"http://{host}", folder / "perceval"
    core = ("quill", "press%2Fcore", "--url", at, "--max-retries", "1")
    perceval(items / "requests.jsonl", "gitlab", "--category", "merge_request", *core)
    perceval(items / "issues.jsonl", "gitlab", "--category", "issue", *core)
    perceval(items / "forum.jsonl", "discourse", at, "--max-retries", "1")
    perceval(items / "chat.jsonl", "zulip", at, "core team", "-e", "bot@chat.example.org", "-t", "key")
    perceval(items / "mattermost.jsonl", "mattermost", at, "town-square", "press", "-t", "key")
    mails, programs = folder / "mails", folder / "programs"
    mails.mkdir()
    (mails / "2026-07.mbox").write_text(MAILS, encoding="utf-8")
    perceval(items / "mails.jsonl", "mbox", "https://lists.example.org/archives/dev/", str(mails))
    programs.mkdir()
    ssh = programs / "ssh"
    lines = ["#!/bin/sh", 'case "$*" in *version*) echo "gerrit version 3.9.1";; *--start=0*) cat "$0.json";; esac', ""]
    ssh.write_text("\n".join(lines), encoding="utf-8")
    ssh.chmod(0o755)
    (programs / "ssh.json").write_text(json.dumps(GERRIT) + "\n", encoding="utf-8")
    perceval(items / "gerrit.jsonl", "gerrit", "--user", "ada", "review.example.org", programs=programs)
