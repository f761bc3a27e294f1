"""What fell outside the system: reactive work without a goal, and what may have been taken for upstream-led."""

import pandas as pd

from contribkit.vocabulary import Activity, Kind, Lead


def reactive(rows: pd.DataFrame) -> pd.Series:
    """Say of contributions whether they are reactive: comments and triage that serve no stakeholder and no goal.

    Unclear ones are left out: they wait for a person.
    """
    answers = rows["activity"].isin([Activity.COMMENT, Activity.TRIAGE]) | (rows["kind"] == Kind.COMMENT)
    return answers & rows["goal"].isna() & rows["lead"].isin([Lead.UPSTREAM, Lead.INDIVIDUAL])


def look_alikes(rows: pd.DataFrame) -> pd.Series:
    """Say of contributions whether they are features or new projects that were taken for upstream-led.

    They look like upstream's own needs because they happen there; what people decided, or a goal counts, is settled.
    """
    alike = rows["activity"].isin([Activity.FEATURE, Activity.NEW_PROJECT]) & (rows["lead"] == Lead.UPSTREAM)
    return alike & (rows["decided_by"] != "person") & rows["goal"].isna()
