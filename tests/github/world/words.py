"""Titles and bodies from strangers: short and long, plain and hostile."""

import random
from functools import cache

import numpy as np

from tests.helpers import crowd

LONG = 60_000
HOSTILE = [
    "<img src=x onerror=\"alert(1)\"> & <script>alert('title')</script>",
    "**bold** [link](javascript:alert(1)) `code` | pipe",
    '=HYPERLINK("https://evil.example","click")',
    "\u202etxt.exe\u202c right to left \u05d0\u05d1\u05d2",
    "a" * 119 + "\U0001f468\u200d\U0001f469\u200d\U0001f467 an emoji at a cut",
    "@SUM(1+1) +1 -1 \t tab",
    "a title with | and ](https://evil.example) and \u2028 in it",
]


@cache
def _pool() -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(7)
    return crowd.texts(600, crowd.organisation(), rng, characters=300), crowd.words(rng)[:4000]


def body(rng: random.Random) -> str:
    """Return the body of a thread or a comment; every thirtieth is empty."""
    return "" if rng.random() < 1 / 30 else rng.choice(_pool()[0])


def title(rng: random.Random) -> str:
    """Return a title of three to seven words."""
    return " ".join(rng.choices(_pool()[1], k=rng.randint(3, 7))).capitalize()


def long_body(rng: random.Random) -> str:
    """Return a body of 60 kB."""
    text = ""
    while len(text.encode()) < LONG:
        text += rng.choice(_pool()[0]) + "\n\n"
    return text.encode()[:LONG].decode(errors="ignore")
