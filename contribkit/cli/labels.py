"""Commands for the label log: `labels list | history | agreement | merge | export | import`."""
# ruff: noqa: E501

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contribkit.cli.group import CONFIG, main, warn
from contribkit.errors import ContribkitError

if TYPE_CHECKING:
    from contribkit.labels import Label, Labels

FOLDER = click.option(
    "--labels", "folder", type=click.Path(path_type=Path), help="Folder of label logs.  [default: labels, by the file]"
)


@main.group()
def labels() -> None:
    """See and move what people decided: the label log.

    \b
    Example:
      contribkit labels list --disputed
    """


def _folder(config: Path, folder: Path | None) -> Path:
    """Return the folder of label logs; with one named, contribkit.toml need not be there."""
    if folder is not None:
        return folder
    from contribkit.config.organisation import Organisation

    return Organisation.read(config).root / "labels"


def _read(config: Path, folder: Path | None) -> "Labels":
    from contribkit.labels.folder import read_and_warn

    place = _folder(config, folder)
    if not place.is_dir():
        raise ContribkitError(f"{place}: there is no such folder of label logs; name one with --labels")
    found, said = read_and_warn(place)
    warn(said)
    return found


def _say(line: str) -> None:
    from contribkit.text import printable

    click.echo(printable(line))


@labels.command("list")
@CONFIG
@FOLDER
@click.option("--period", help="Only what was labelled for this period; as for review.")
@click.option("--disputed", is_flag=True, help="Only what people disagree on.")
@click.option("--lead", help="Only what this lead holds for.")
@click.option("--person", help="Only what this person gave a lead.")
@click.option("--missing", is_flag=True, help="Only what is in no load of the period any more; nothing of it is lost.")
@click.option("--contributions", type=click.Path(path_type=Path), help="With --missing: JSON lines, not the sources.")
def list_(
    config: Path,
    folder: Path | None,
    period: str | None,
    disputed: bool,
    lead: str | None,
    person: str | None,
    missing: bool,
    contributions: Path | None,
) -> None:
    """List what holds for each labelled contribution, and who said what.

    \b
    Example:
      contribkit labels list --period 2026-Q3 --disputed
    """
    from contribkit.period import Period

    found = _read(config, folder)
    tests: list[Callable[[Label], bool]] = []
    if period:
        tests.append(_is_of(found, str(Period(period))))
    if disputed:
        tests.append(lambda label: label.lead is None)
    if lead:
        wanted = _lead(lead)
        tests.append(lambda label: label.lead == wanted)
    if person:
        tests.append(lambda label: found.person(person) in map(found.person, label.opinions))
    if missing:
        gone = {label.item for label in found.missing(_loaded(config, contributions, period))}
        tests.append(lambda label: label.item in gone)
    shown = [label for label in found.effective.values() if all(test(label) for test in tests)]
    for label in shown:
        _say(_line(label))
    open_ = sum(label.lead is None for label in shown)
    warn([f"{len(shown)} of {len(found.effective)} labelled contributions, {open_} of them disputed"])


def _is_of(labels: "Labels", period: str) -> "Callable[[Label], bool]":
    """Return the test whether anything was said about a contribution in the logs of a period."""
    return lambda label: any(labels.periods.get(e["id"]) == period for e in labels.by_item[labels.name(label.item)])


def _lead(text: str) -> str:
    from contribkit.errors import nearest
    from contribkit.vocabulary import Lead

    leads = [str(lead) for lead in Lead]
    if text.casefold() not in leads:
        raise ContribkitError(f'"{text}" is no lead; {nearest(text, leads)}')
    return text.casefold()


def _line(label: "Label") -> str:
    from contribkit.vocabulary import Lead

    shape = Lead(label.lead).shape if label.lead else "≠"
    said = ", ".join(f"{by}: {lead}" for by, lead in label.opinions.items())
    more = "".join(f"  {word}" for word in (label.stakeholder, label.activity) if word)
    return f"{shape} {label.lead or '':12} {label.status:12} {label.item}  ({said}){more}"


def _loaded(config: Path, contributions: Path | None, period: str | None) -> list[str]:
    """Return the ids that a file holds, or the sources for a period."""
    if contributions:
        from contribkit.loaders.records import read_contributions

        return [row["id"] for row in read_contributions(contributions)]
    if not period:
        raise ContribkitError("it is not known what to load; name a --period, or a file with --contributions")
    import contribkit as ck

    org = ck.Organisation.read(config)
    ids: list[str] = ck.load(org, ck.Period(period, org.timezone)).contributions["id"].tolist()
    return ids


@labels.command()
@CONFIG
@FOLDER
@click.option("--from", "first", metavar="DAY", required=True, help="The first day, in the file's time zone.")
@click.option("--to", "last", metavar="DAY", required=True, help="The last day, which is looked at too.")
@click.option("--person", help="Only what this person did.")
def history(config: Path, folder: Path | None, first: str, last: str, person: str | None) -> None:
    """Tell who changed what between two days, and what held before and after.

    \b
    Example:
      contribkit labels history --from 2026-10-01 --to 2026-10-31

    Days are those of UTC where --labels names a folder.
    """
    from contribkit.config.organisation import Organisation
    from contribkit.labels.event import time_of
    from contribkit.labels.history import changes
    from contribkit.period import Period

    span = Period(f"{first}..{last}", "UTC" if folder else Organisation.read(config).timezone)
    found = _read(config, folder)
    for event, before, after in changes(found, span):
        if person and found.person(person) != found.person(event["by"]):
            continue
        note = f'  "{event["note"]}"' if event.get("note") else ""
        said = f"{event['op']} {event.get('lead') or ''}".strip()
        held = "" if _held(before) == _held(after) else f"  ({_held(before)} → {_held(after)})"
        _say(f"{time_of(event):%Y-%m-%d %H:%M:%S}  {event['by']}  {said}  {event['item']}{held}{note}")


def _held(label: "Label | None") -> str:
    return "nothing" if label is None else label.lead or label.status


@labels.command()
@CONFIG
@FOLDER
def agreement(config: Path, folder: Path | None) -> None:
    """Say how far people agree with each other, and how far the machine's answer pulls them.

    \b
    Example:
      contribkit labels agreement
    """
    from contribkit.evaluation.agreement import agreement as measured
    from contribkit.evaluation.pull import pull
    from contribkit.text import format_decimal, pluralise

    found = _read(config, folder)
    between = measured(found)
    _say(
        f"{pluralise(between.people, 'person').replace('persons', 'people')}, {pluralise(between.rows, 'contribution')} in common"
    )
    if between.raw is not None:
        _say(f"raw agreement {format_decimal(between.raw)}, Krippendorff's alpha {format_decimal(between.alpha)}")
    for pair in between.as_json()["pairs"]:
        one, other = f"{pair['first']} and {pair['second']}", f"kappa {format_decimal(pair['kappa'])}"
        _say(f"  {one}: {pluralise(pair['n'], 'contribution')}, raw {format_decimal(pair['raw'])}, {other}")
    if between.reason:
        _say(between.reason)
    _say(pull(found).sentence)


@labels.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@CONFIG
@FOLDER
@click.option("--period", help="Into which period's folder.  [default: as where they come from]")
def merge(sources: tuple[Path, ...], config: Path, folder: Path | None, period: str | None) -> None:
    """Take in the events of other label logs, such as a downloaded file; what is here already is not doubled.

    \b
    Example:
      contribkit labels merge ../other-clone/labels
      contribkit labels merge ~/Downloads/ada.1a2b3c4d.jsonl --period 2026-Q3

    An alias file is not taken along.
    """
    from contribkit.labels.merge import merge as merged
    from contribkit.period import Period

    done = merged(sources, _folder(config, folder), str(Period(period)) if period else None)
    for path in done.files:
        click.echo(path)
    warn([f"new events: {done.new}; here already: {done.known}"])


@labels.command()
@CONFIG
@FOLDER
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The CSV to write.")
@click.option("--with-notes", is_flag=True, help="With people's notes: do not pass such a file on.")
def export(config: Path, folder: Path | None, output: Path, with_notes: bool) -> None:
    """Write what each person stands by as CSV, to be changed in a spreadsheet and imported again.

    \b
    Example:
      contribkit labels export --output labels.csv

    The file names people, and who said what: it is for the team, no page to publish.
    """
    from contribkit.io import write_whole
    from contribkit.labels.table import to_csv

    found = _read(config, folder)
    write_whole(output, to_csv(found, with_notes))
    click.echo(f"{output}: {len(found.opinions)} rows")


@labels.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="CSV")
@CONFIG
@FOLDER
@click.option("--person", help="Take this person's rows only.")
@click.option("--period", default="last quarter", show_default=True, help="For which period; as for review.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def import_(file: Path, config: Path, folder: Path | None, person: str | None, period: str, dry_run: bool) -> None:
    """Take in what was changed in an exported CSV: each change becomes an event, and an empty lead takes one away.

    \b
    Example:
      contribkit labels import labels.csv --person ada-example --dry-run

    Rows and columns that were left out change nothing. One wrong row, and nothing is taken in.
    """
    from contribkit.labels.folder import read_and_warn
    from contribkit.labels.log import write_logs
    from contribkit.labels.table import changed, read_csv
    from contribkit.period import Period

    place, name = _folder(config, folder), str(Period(period))
    known, said = read_and_warn(place)
    warn(said)
    rows = read_csv(file)
    mine = [row for row in rows if not person or known.person(row.cells["by"]) == known.person(person)]
    events = changed(mine, known)
    for event in events:
        was = f" (was {event['was']})" if event["was"] else ""
        _say(f"{event['by']}: {event['op']} {event['lead'] or ''}".strip() + f"  {event['item']}{was}")
    for path in [] if dry_run else write_logs(place, {name: events}):
        click.echo(path)
    others = f"; rows of others passed over: {len(rows) - len(mine)}" if person else ""
    warn([f"{len(events)} of {len(mine)} rows {'would change' if dry_run else 'changed'}{others}"])
