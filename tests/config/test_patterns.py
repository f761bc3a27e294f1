"""Signs: a text in which a rule finds something always has the sign for which it is searched first."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contribkit.classifiers.activity import _DECIDES, _LABELS, _SAYS, _TROUBLE, _Words
from contribkit.classifiers.context import _LOGIN
from contribkit.classifiers.rules.stakeholder import _ADDRESS, _CLIENT, _OUR_USE
from contribkit.classifiers.stakeholder_mentions import Lookups, without_thanks
from contribkit.config.patterns import Signs, any_of, matches
from tests.helpers import crowd

ORG = crowd.organisation()
LOOKUPS = Lookups(ORG)
PIECES = [
    *ORG.stakeholder_by_word, *sorted(LOOKUPS.speaking), "Our hubs", "our communities", "one of our customers",
    "A client wants", "for our clients", "Thanks to", "funded by", "Risks:", "only users", "also useful", "https://example.freshdesk.com/a/1",
    *(address.replace("*", "x") for address in ORG.signals.tickets),
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=8).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n", "\u00a0", "@", "é", "_"]).map(lambda sign: sign.join(parts))
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("\ud800 for Reef")
@example("İOUR HUBS")
def test_what_a_rule_finds_has_its_sign(text):
    signs, logins = LOOKUPS.signs.found_in(text), {login.casefold() for login in _LOGIN.findall(text)}
    addresses = [match[1] or match[2] for match in _ADDRESS.finditer(text)]
    found = {
        "name": LOOKUPS.named_in(text),
        "person": LOOKUPS.speaking & logins,
        "ticket": any(matches(ORG.signals.tickets, address.rstrip(".,;:")) for address in addresses),
        "ours": _OUR_USE.search(text),
        "client": _CLIENT.search(text),
        "thanks": LOOKUPS.named_in(text) != LOOKUPS.named_in(without_thanks(text)),
    }
    assert {name for name, something in found.items() if something} <= signs


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "fix",
                "docs",
                "RLS",
                "v1.2.3",
                "bump",
                "café",
                "CI",
                "ci:",
                "agenda",
                "-",
                "add",
                "\x0b",
                "fails",
                "does not work",
            ]
        )
    )
)
@pytest.mark.parametrize("words", [_DECIDES, _SAYS, _LABELS, _TROUBLE], ids=["decides", "says", "labels", "trouble"])
def test_words_of_activities_are_those_that_re_finds(words: _Words, pieces):
    text = " ".join(pieces)
    assert words.spoken_of(text) == [one for one, pattern in words._patterns.items() if pattern.search(text)]


def test_no_words_are_found_nowhere():
    assert Signs({"none": any_of([]), "some": any_of(["a.b", "c d"])}).found_in("axb c d") == {"some"}


def test_very_many_words_are_still_found():
    words = [f"Community {number:05} of the Northern Reef" for number in range(20_000)]
    assert Signs({"name": any_of(words)}).found_in(f"for {words[-1]}") == {"name"}
    assert not Signs({"name": any_of(words)}).found_in("for Community 2000 of the Northern Reef " * 500)
    assert re.search(any_of(words[:3]), f"for {words[2]}")
