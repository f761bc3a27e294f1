"""A source: answers to other people's questions in a forum, from a CSV file with the columns day, login, topic, url."""

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.source import Loaded
from contribkit.period import Period
from contribkit.tables import ACTS, THREADS, conform


def check(organisation: Organisation) -> None:
    path = organisation.root / organisation.sources["forum"]["file"]
    if not path.is_file():
        raise ContribkitError(f"{path}: there is no such file; export the answers from the forum first")


def load(organisation: Organisation, period: Period | None) -> Loaded:
    rows = pd.read_csv(organisation.root / organisation.sources["forum"]["file"])
    rows["ref"] = "forum:" + rows["url"]
    threads = pd.DataFrame({
        "ref": rows["ref"], "kind": "other", "title": rows["topic"], "url": rows["url"], "private": False,
        "source": "forum", "stated_activity": "triage",
    })  # fmt: skip
    acts = pd.DataFrame({"ref": rows["ref"], "actor": rows["login"], "act": "answered", "at": rows["day"]})
    return Loaded(
        threads=conform(threads.drop_duplicates("ref"), THREADS, organisation.timezone),
        acts=conform(acts.assign(source="forum", whole_day=True), ACTS, organisation.timezone),
    )
