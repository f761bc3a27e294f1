"""Identifiers: ids read from the right, and links found in text as people write it."""

import pytest

from contribkit.ids import (
    casefold_id,
    contribution_id,
    linked_refs,
    number_of,
    owner_of_place,
    parse_contribution_id,
    parse_place,
    place_of,
    quoted,
    repository_of,
    thread_url,
)

URL = "https://github.com/o/r"


@pytest.mark.parametrize(
    ("ref", "login", "kind"),
    [
        ("owner/repo#719", "ada", "review"),
        ("owner/repo@1.2.0", "ada", "release"),
        ("jupyter-book/mystmd@mystmd@1.3.0", "ada-b", "release"),
        ("o/r@@scope/pkg@1.0:rc", "ada", "release"),
        ("activity_log:0f3a", "ada", "meeting"),
        ("o/r#1", "dependabot[bot]", "pull_request"),
        ("gitlab.example.org:8443/group/sub/project!12", "ada", "pull_request"),
        (f"chat.example.org/{quoted('odd: a/b')}#{quoted('who@where: a#1, é?')}", "ada", "comment"),
    ],
)
def test_an_id_is_read_from_the_right_since_tags_hold_anything(ref: str, login: str, kind: str) -> None:
    assert parse_contribution_id(contribution_id(ref, login, kind)) == (ref, login, kind)


@pytest.mark.parametrize(
    "text", ["", "o/r#1", "o/r#1@ada", "o/r#1:review", "@ada:review", "o/r#1@:review", "o/r#1@ada:"]
)
def test_what_lacks_a_part_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="invalid contribution id"):
        parse_contribution_id(text)


def test_upper_and_lower_case_are_one() -> None:
    assert casefold_id("JupyterHub/OAuthenticator#719@Yuvi:Review") == "jupyterhub/oauthenticator#719@yuvi:review"


@pytest.mark.parametrize(
    ("ref", "repo", "number"),
    [
        ("o/r#7", "o/r", 7),
        ("o/r.js-1_x@v1#2", "o/r.js-1_x", None),
        ("o/r@@scope/pkg@1", "o/r", None),
        ("activity_log:0f", None, None),
        ("o#7", None, 7),
        ("a/b/c#7", None, 7),
        ("-o/r#7", None, 7),
        ("o/r\n#7", None, 7),
    ],
)
def test_repository_and_number_are_read_off_a_thread(ref: str, repo: str | None, number: int | None) -> None:
    assert (repository_of(ref), number_of(ref)) == (repo, number)


@pytest.mark.parametrize(
    ("ref", "kind", "url"),
    [
        ("o/r#7", "pull_request", f"{URL}/pull/7"),
        ("o/r#7", "discussion", f"{URL}/discussions/7"),
        ("o/r#7", "comment", f"{URL}/issues/7"),  # GitHub leads from there to the pull request
        ("o/r@pkg@1.0", "release", f"{URL}/releases/tag/pkg@1.0"),
        ("o/r@4f2a", "other", f"{URL}/commit/4f2a"),
        ("activity_log:0f", "meeting", None),
    ],
)
def test_a_thread_has_a_page_where_it_is_on_github(ref: str, kind: str, url: str | None) -> None:
    assert thread_url(ref, kind) == url


@pytest.mark.parametrize(
    "text",
    [
        f"{URL}/pull/7",
        f"({URL}/issues/7)",
        f"<a href='{URL}/discussions/7'>x</a>",
        f"[words]({URL}/pull/7/files#diff-1)",
        f"{URL}/pull/7#issuecomment-12,",
        f"{URL}/issues/7?foo=1",
        "http://www.github.com/o/r/pull/7.",
        "https://redirect.github.com/o/r/pull/7",  # bots write it, so that GitHub makes no link back
        "see o/r#7",
        "(o/r#7)",
        "**o/r#7**",
        "o/r#7's",
        "Fixes:o/r#7.",
        "| o/r#7 |",
        "\u200bo/r#7\u2028",
        "é o/r#7",
    ],
)
def test_a_thread_is_found_however_it_is_wrapped(text: str) -> None:
    assert linked_refs(text) == ["o/r#7"]


@pytest.mark.parametrize(
    "text",
    [
        "#7",
        "r#7",
        "path/to/o/r#7",
        "x@o/r#7",
        "./o/r#7",
        "o/r#",
        "o/r #7",
        "o/r#7a",
        "o/r#12345678901",
        "https://gitlab.com/o/r/pull/7",
        f"{URL}/commit/4f2a",
        f"{URL}/pulls",
        f"{URL}#7",
        "https://api.github.com/repos/o/r/issues/7",
        "https://github.com/o/r/blob/main/pull/7.md",
    ],
)
def test_what_only_looks_like_a_thread_is_not_found(text: str) -> None:
    assert linked_refs(text) == []


def test_links_come_in_order_each_spelling_once() -> None:
    assert linked_refs(f"a/b#2, {URL}/pull/1, a/b#2 and A/B#2") == ["a/b#2", "o/r#1", "A/B#2"]


@pytest.mark.parametrize("tag", ["1.2.0", "v1.0-rc.1", "pkg@1.2.0", "@scope/pkg@1.0"])
@pytest.mark.parametrize(("before", "after"), [("", "."), ("(", ")"), ("<", ">"), ('"', '"'), ("[x](", "),")])
def test_a_release_is_found_by_its_tag(tag: str, before: str, after: str) -> None:
    assert linked_refs(f"{before}{URL}/releases/tag/{tag}{after} ") == [f"o/r@{tag}"]


def test_leading_noughts_do_not_make_another_thread() -> None:
    assert linked_refs(f"o/r#007 {URL}/pull/007") == ["o/r#7"]


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 60_000,
        "a-" * 30_000,
        "a/" * 30_000,
        "a.a/a-" * 10_000,
        " a/" + "b" * 60_000,
        "github.com/" * 5_500,
        "://a.b/" * 8_500 + "/-/",
        "://a.b/" + "a/" * 30_000 + "/-/",
        "://a.b/t/" + "a" * 60_000 + "/t/",
        "://" + "a." * 30_000 + "/t/",
        "://a.b/c/" + "-/" * 30_000 + "/+/",
        "github.com/a/b/releases/tag" * 2_200,
        ("github.com/" + "a" * 39 + "/" + "b" * 100 + "/pul") * 390,
        (" " + "a" * 39 + "/" + "b" * 100) * 425,
        "[[[[((((" * 7_500,
        "\u0000\ufffd\u202e" * 20_000,
    ],
    ids=range(16),
)
def test_a_hostile_text_ends_and_holds_nothing(hostile: str) -> None:
    assert linked_refs(hostile) == []
    assert linked_refs(f"{hostile} o/r#7") == ["o/r#7"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://notgithub.com/o/r/pull/7", []),
        (f"{URL}/pull/12345678901", []),  # cut off, it was another thread
        ("https://GitHub.com/o/r/pull/7", ["o/r#7"]),
        ("_o/r#7_", ["o/r#7"]),
        ("参照o/r#7を", ["o/r#7"]),
        (f"`{URL}/releases/tag/1.0`", ["o/r@1.0"]),
        (f"**{URL}/releases/tag/1.0**", ["o/r@1.0"]),
        (f"<p>{URL}/releases/tag/1.0</p>", ["o/r@1.0"]),
        (f"{URL}/releases/tag/mystmd%401.3.0", ["o/r@mystmd@1.3.0"]),  # as the browser's address bar has it
        (f"{URL}/releases/tag/...", []),
    ],
)
def test_a_link_is_read_as_its_writer_meant_it(text: str, wanted: list[str]) -> None:
    assert linked_refs(text) == wanted


def test_links_on_the_host_of_an_enterprise_server_count_there_alone() -> None:
    text = "https://git.example.org/o/r/pull/7, https://not-git.example.org/o/r/pull/8 and https://gitxexample.org/o/r/pull/9"
    assert linked_refs(text, "git.example.org") == ["o/r#7"]
    assert linked_refs(f"{text} {URL}/pull/1", "git.example.org") == ["o/r#7", "o/r#1"]
    assert linked_refs(text) == []


def test_addresses_and_short_names_are_links_and_paths_are_none() -> None:
    text = "see https://github.com/o/r/pull/7#issuecomment-1 and a/b#3, not /x/y#4"
    assert linked_refs(text) == ["o/r#7", "a/b#3"]


@pytest.mark.parametrize(
    ("ref", "place", "owner", "number", "url"),
    [
        ("gl.example.org/g/s/p!12", "gl.example.org/g/s/p", "gl.example.org/g", 12, "/g/s/p/-/merge_requests/12"),
        ("gl.example.org/g/p#3", "gl.example.org/g/p", "gl.example.org/g", 3, "/g/p/-/issues/3"),
        ("gl.example.org:8443/g/p#3", "gl.example.org:8443/g/p", "gl.example.org:8443/g", 3, ":8443/g/p/-/issues/3"),
        ("f.example.org/t/123", "f.example.org", "f.example.org", 123, "/t/123"),
        ("r.example.org/plugins/x/+/9", "r.example.org/plugins/x", "r.example.org/plugins", 9, "/c/plugins/x/+/9"),
        ("c.example.org/help#odd%20topic", "c.example.org/help", "c.example.org/help", None, None),
        ("lists.example.org/dev#3f2a90b1c5d7", "lists.example.org/dev", "lists.example.org/dev", None, None),
        ("gl.example.org/g/p", "gl.example.org/g/p", "gl.example.org/g", None, None),
        ("o/r#1", "o/r", "o", 1, "https://github.com/o/r/issues/1"),
        ("activity_log:0f", None, "activity_log:0f", None, None),
        ("notes:o/r/notes.md#2026-06-02", None, "notes:o", None, None),
    ],
)
def test_a_thread_elsewhere_has_a_place_with_its_host(
    ref: str, place: str | None, owner: str, number: int | None, url: str | None
) -> None:
    assert (place_of(ref), owner_of_place(ref), number_of(ref)) == (place, owner, number)
    page = url if url is None or url.startswith("https") else f"https://{ref.split('.org')[0]}.org{url}"
    assert thread_url(ref) == page
    if page and not page.startswith("https://github.com"):
        assert repository_of(ref) is None
        assert linked_refs(f"see {page}.") == [ref]


@pytest.mark.parametrize(
    ("address", "ref"),
    [
        ("https://gl.example.org/g/s/p/-/merge_requests/12/diffs#note_7", "gl.example.org/g/s/p!12"),
        ("[x](https://GL.example.org/g/p/-/issues/3)", "gl.example.org/g/p#3"),
        ("https://gl.example.org/g/p/-/work_items/3?x=1", "gl.example.org/g/p#3"),
        ("https://f.example.org/t/a-slug/12/3", "f.example.org/t/12"),
        ("https://f.example.org/t/12/3", "f.example.org/t/12"),
        ("<https://f.example.org/t/名前/12>", "f.example.org/t/12"),
        ("https://r.example.org/c/a/b/+/12/3", "r.example.org/a/b/+/12"),
    ],
)
def test_addresses_elsewhere_are_links(address: str, ref: str) -> None:
    assert linked_refs(f"o/r#1 {address}, {URL}/pull/7") == ["o/r#1", ref, "o/r#7"]


@pytest.mark.parametrize(
    "text",
    [
        "https://gl.example.org/-/issues/3",
        "https://gl.example.org/g/p/-/issues/3a",
        "https://gl.example.org/g/p/-/commits/3",
        "https://f.example.org/t/slug",
        "https://f.example.org/t/slug/12x",
        "f.example.org/t/slug/12",
        "https://nohost/t/slug/12",
    ],
)
def test_other_addresses_elsewhere_are_none(text: str) -> None:
    assert linked_refs(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("gitlab:GL.example.org/Group/sub/", "gl.example.org/Group/sub"),
        ("gitlab:gl.example.org", "gl.example.org"),
        ("discourse:f.example.org/c/parent/slug/5", "f.example.org/c/5"),
        ("discourse:f.example.org", "f.example.org"),
        ("zulip:c.example.org/help me/you", "c.example.org/help%20me%2Fyou"),
        ("mail:lists.example.org/dev@example.org", "lists.example.org/dev"),
        ("mattermost:c.example.org:8065/team/town-square", "c.example.org:8065/team/town-square"),
    ],
)
def test_a_place_is_written_with_what_it_is(text: str, place: str) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gitlb:gl.example.org", 'unknown kind of place "gitlb" in "gitlb:gl.example.org"; did you mean "gitlab"?'),
        ("https://gl.example.org/g", 'unknown kind of place "https"'),
        ("gitlab:group", '"group" in "gitlab:group" is not a host; write one like gitlab:gitlab.example.org'),
        ("discourse:f.example.org/c/slug", "lacks the number with which the address of a category ends: c/SLUG/5"),
    ],
)
def test_a_wrong_place_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_place(text)
    assert said in str(caught.value)
