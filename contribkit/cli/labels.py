"""Commands for the label log: `labels list | history | agreement | merge | export | import`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import AS_JSON, CONFIG, PATH, main, read_labels, say, show, warn
from contribkit.errors import ContribkitError
from contribkit.io import write_whole
from contribkit.vocabulary import Lead

LEADS = click.Choice([str(lead) for lead in Lead], case_sensitive=False)
LABELS = click.option("--labels", "folder", type=PATH, help="Folder of label logs.  [default: labels beside the file]")


@main.group()
def labels() -> None:
    """List, compare and move people's decisions: the label log.

    contribkit labels list --disputed
    """


def command(name: str, must_exist: bool = True) -> Callable[[Callable[..., None]], click.Command]:
    """Add a command with --config and --labels, which gets the labels that these name."""

    def added(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(config: Path, folder: Path | None, **options: Any) -> None:
            # Where a folder is named, contribkit.toml may be missing: it tells members' aliases.
            org = ck.Organisation.read(config) if folder is None or config.is_file() else None
            place = folder or (org.root if org else config.parent) / "labels"
            click.get_current_context().obj = org
            function(read_labels(place, org, must_exist), **options)

        return labels.command(name)(CONFIG(LABELS(run)))

    return added


@command("list")
@click.option("--period", help="Only contributions labelled for this period; as for review.")
@click.option("--disputed", is_flag=True, help="Only contributions that people disagree on.")
@click.option("--lead", type=LEADS, help="Only contributions with this lead.")
@click.option("--person", help="Only contributions labelled by this person.")
@click.option("--missing", is_flag=True, help="Only contributions that loading the period does not find any more.")
@click.option("--contributions", type=PATH, help="With --missing: JSON lines, not the sources.")
@AS_JSON
def list_(
    found: "ck.Labels", period: str | None, disputed: bool, lead: str | None,
    person: str | None, missing: bool, contributions: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """List the label of each contribution, and each person's opinion.

    contribkit labels list --period 2026-Q3 --disputed
    """
    name = period and str(ck.Period(period))
    gone = {label.item for label in found.missing(_loaded_ids(contributions, period))} if missing else None
    shown = [
        label
        for item, label in found.effective.items()
        if (not name or any(found.periods.get(event["id"]) == name for event in found.by_item[item]))
        and not (disputed and label.lead)
        and (not lead or label.lead == lead)
        and (not person or found.person(person) in map(found.person, label.opinions))
        and (gone is None or label.item in gone)
    ]
    show([asdict(label) for label in shown], map(_line, shown), as_json)
    disputes = sum(label.lead is None for label in shown)
    warn([f"{len(shown)} of {len(found.effective)} labelled contributions, {disputes} of them disputed"])


def _line(label: Any) -> str:
    shape = Lead(label.lead).shape if label.lead else "≠"
    opinions = ", ".join(f"{by}: {said}" for by, said in label.opinions.items())
    more = "".join(f"  {word}" for word in (label.stakeholder, label.activity) if word)
    return f"{shape} {label.lead or '':12} {label.status:12} {label.item}  ({opinions}){more}"


def _loaded_ids(contributions: Path | None, period: str | None) -> list[str]:
    from contribkit.loaders.records import read_records

    if contributions:
        return [row["id"] for row in read_records(contributions, "contributions")]
    org = click.get_current_context().obj
    if not period or org is None:
        fix = "name a --period to load, or a file with --contributions; loading needs a contribkit.toml"
        raise ContribkitError(f"nothing to compare with; {fix}")
    return list(ck.load(org, ck.Period(period, org.timezone)).contributions["id"])


@command("history")
@click.option("--from", "first", metavar="DAY", help="The first day, in the file's time zone.  [default: 30 days ago]")
@click.option("--to", "last", metavar="DAY", help="The last day, included.  [default: today]")
@click.option("--person", help="Only what this person did.")
@AS_JSON
def history(found: "ck.Labels", first: str | None, last: str | None, person: str | None, as_json: bool) -> None:
    """Show who changed what between two days, with the label before and after.

    contribkit labels history --from 2026-10-01 --to 2026-10-31

    Without a contribkit.toml, days are in UTC.
    """
    from contribkit.labels.events import event_time

    org = click.get_current_context().obj
    zone = org.timezone if org else "UTC"
    today = datetime.now(ZoneInfo(zone)).date()
    span = ck.Period(f"{first or today - timedelta(days=30)}..{last or today}", zone)
    rows, lines = [], []
    for event, *labels_around in found.changes(span):
        if person and found.person(person) != found.person(event["by"]):
            continue
        before, after = ("nothing" if label is None else label.lead or label.status for label in labels_around)
        change = "" if before == after else f"  ({before} → {after})"
        note = f'  "{event["note"]}"' if event.get("note") else ""
        said = f"{event['op']} {event.get('lead') or ''}".strip()
        lines.append(f"{event_time(event):%Y-%m-%d %H:%M:%S}  {event['by']}  {said}  {event['item']}{change}{note}")
        rows.append(event | {"before": before, "after": after})
    show(rows, lines, as_json)


@command("agreement")
@AS_JSON
def agreement(found: "ck.Labels", as_json: bool) -> None:
    """Show how far people agree with each other, and how far the suggestions influence them.

    contribkit labels agreement
    """
    from contribkit.evaluation.agreement import agreement as measured
    from contribkit.evaluation.agreement import anchoring_bias
    from contribkit.text import format_decimal, pluralise

    overall, anchoring = measured(found), anchoring_bias(found)
    lines = [overall.sentence]
    for first, second, count, *figures in overall.pairs.itertuples(index=False):
        raw, kappa = map(format_decimal, figures)
        lines.append(f"  {first} and {second}: {pluralise(count, 'contribution')}, raw {raw}, kappa {kappa}")
    told = {"agreement": overall.as_json(), "anchoring": anchoring.as_json()}
    show(told, [*lines, f"So far {anchoring.sentence}."], as_json)


@command("merge", must_exist=False)
@click.argument("sources", nargs=-1, required=True, type=PATH, metavar="PATH...")
@click.option("--period", help="The period whose folder they go to.  [default: that of the folder they come from]")
def merge(known: "ck.Labels", sources: tuple[Path, ...], period: str | None) -> None:
    """Add the events of other label logs, such as a downloaded file; events that are here already are skipped.

    contribkit labels merge ../other-clone/labels
    contribkit labels merge ~/Downloads/ada.1a2b3c4d.jsonl --period 2026-Q3

    Alias files are not merged.
    """
    from contribkit.labels.exchange import merge as merged

    new, here, files = merged(sources, known, str(ck.Period(period)) if period else None)
    for path in files:
        click.echo(path)
    warn([f"new events: {new}; known already: {here}"])


@command("export")
@click.option("--output", type=PATH, required=True, help="The CSV to write.")
@click.option("--with-notes", is_flag=True, help="Include people's notes: do not share such a file.")
@click.option("--without-names", is_flag=True, help="Show no persons and no notes; such a file cannot be imported.")
def export(found: "ck.Labels", output: Path, with_notes: bool, without_names: bool) -> None:
    """Write each person's current opinions as CSV, to edit in a spreadsheet and import again.

    contribkit labels export --output labels.csv

    The file names people and their opinions, and threads that may be private: it is for the team, not for publication.
    """
    from contribkit.labels.exchange import to_csv

    write_whole(output, to_csv(found, with_notes, without_names))
    click.echo(f"{output}: {len(found.opinions)} rows")


@command("import", must_exist=False)
@click.argument("file", type=PATH, metavar="CSV")
@click.option("--person", help="Import this person's rows only.")
@click.option("--period", default="last quarter", show_default=True, help="For which period; as for review.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
def import_(known: "ck.Labels", file: Path, person: str | None, period: str, dry_run: bool) -> None:
    """Import an edited CSV: each changed row becomes an event, and an empty lead clears the opinion.

    contribkit labels import labels.csv --person ada-example --dry-run

    Missing rows and columns change nothing. If one row is invalid, nothing is imported.
    """
    from contribkit.labels.events import write_logs
    from contribkit.labels.exchange import changed, read_csv

    rows = read_csv(file)
    mine = [row for row in rows if not person or known.person(row[1].get("by", "")) == known.person(person)]
    events = changed(mine, known)
    for event in events:
        was = f" (was {event['was']})" if event["was"] else ""
        say(f"{event['by']}: {event['op']} {event['lead'] or ''}".strip() + f"  {event['item']}{was}")
    if known.folder and not dry_run:
        for path in write_logs(known.folder, {str(ck.Period(period)): events}):
            click.echo(path)
    others = f"; rows of other people skipped: {len(rows) - len(mine)}" if person else ""
    warn([f"{len(events)} of {len(mine)} rows {'would change' if dry_run else 'changed'}{others}"])
