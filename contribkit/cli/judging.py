"""Commands about data and leads: `load`, `classify`, `why` and `evaluate`."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, PATH, main, read_labels, say, warn, warn_of_private
from contribkit.io import write_jsonl, write_whole
from contribkit.vocabulary import Lead

BROKEN = click.option(
    "--keep-going", "broken", is_flag=True, callback=lambda _, __, keep_going: [] if keep_going else None,
    help="Take what can be read, and say what could not.",
)  # fmt: skip


@main.command()
@CONFIG
@click.option("--period", default="last quarter", show_default=True, help="As for review.")
@click.option("--output", type=PATH, default=Path("loaded"), show_default=True, help="Folder.")
@click.option("--parquet", is_flag=True, help="Write Parquet, in a folder for each table: for many rows.")
@INCLUDE_PRIVATE
@BROKEN
def load(
    config: Path, period: str, output: Path, parquet: bool, include_private: bool, broken: list[str] | None
) -> None:
    """Load every source, and write contributions.jsonl and references.jsonl, which the records source reads.

    Private rows are left out, and a line says how many.

    contribkit load --period 2026-Q3 --output loaded
    contribkit load --period 2026-Q3 --output loaded --parquet
    """
    from contribkit.bulk import write_parts
    from contribkit.privacy import without_private
    from contribkit.tables import CONTRIBUTIONS, REFERENCES, records

    org = ck.Organisation.read(config)
    data = ck.load(org, ck.Period(period, org.timezone), broken is not None)
    tables = (("contributions", data.contributions, CONTRIBUTIONS), ("references", data.references, REFERENCES))
    shown = {output / name: (without_private(table, include_private), schema) for name, table, schema in tables}
    if parquet:
        write_parts(shown)
    for (path, (rows, _)), (name, table, _) in zip(shown.items(), tables, strict=True):
        path = path if parquet else path.with_name(f"{name}.jsonl")
        if not parquet:
            write_jsonl(path, records(rows))
        click.echo(f"{path}: {len(rows)} rows")
        warn_of_private(len(table) - len(rows), name)
    warn([*org.cautions, *(f"{source.name}: {note}" for source in data.sources for note in source.notes)])
    sys.exit(int(any(source.status != "ok" for source in data.sources)))


@main.command()
@CONFIG
@click.option(
    "--contributions",
    multiple=True,
    required=True,
    help="JSON lines or Parquet: files, a pattern, or a folder of Parquet.",
)
@click.option("--references", multiple=True, help="JSON lines or Parquet of references, likewise.")
@click.option("--labels", type=PATH, help="Folder of label logs, which win over the rules.")
@click.option("--output", type=PATH, required=True, help="JSON lines to write; or a folder, for Parquet.")
@click.option("--workers", type=click.IntRange(min=1), help="How many processes work; writes Parquet.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster, whose workers work; writes Parquet.")
@click.option("--scratch", type=PATH, help="Folder that all workers see, for what lies between the steps.")
@INCLUDE_PRIVATE
@BROKEN
def classify(
    config: Path, contributions: tuple[str, ...], references: tuple[str, ...], labels: Path | None, output: Path,
    workers: int | None, scheduler: str | None, scratch: Path | None, include_private: bool, broken: list[str] | None,
) -> None:  # fmt: skip
    """Say of each contribution who led it and why: every row, with columns added.

    Private rows are left out, and a line says how many. JSON lines are written in the order of the rows; of Parquet, or
    with --workers or --scheduler, a folder of Parquet files is written, in which a repository's rows lie together.

    contribkit classify --contributions C.jsonl --references R.jsonl --output P.jsonl
    contribkit classify --contributions data/contributions --references data/references --output judged --workers 2
    """
    from contribkit.bulk import classify_lines
    from contribkit.classifiers.at_scale import cluster
    from contribkit.config.patterns import find_paths
    from contribkit.parquet import is_parquet

    def files(patterns: tuple[str, ...], option: str) -> list[Path]:
        found = []
        for pattern in patterns:
            paths = find_paths(Path(), pattern)
            here = [file for path in paths for file in (sorted(path.glob("*.parquet")) if path.is_dir() else [path])]
            if not here:
                what = "a folder without .parquet files" if paths else "no file matches it"
                raise click.UsageError(f'{option}: "{pattern}": {what}')
            found += here
        return list(dict.fromkeys(path.resolve() for path in found))

    rows, told = files(contributions, "--contributions"), files(references, "--references")
    is_scaled = bool(workers or scheduler) or any(map(is_parquet, (*rows, *told)))
    if is_scaled and output.suffix in (".jsonl", ".json"):
        raise click.UsageError("--output: Parquet is written into a folder; name one")
    org = ck.Organisation.read(config)
    decided = read_labels(labels, org) if labels else ck.Labels()
    keep_going = broken is not None
    if is_scaled:
        jobs = -1 if scheduler else workers or 1
        with cluster(scheduler) if scheduler else nullcontext():
            done = ck.classify_files(
                rows, told, org, decided, output=output, n_jobs=jobs, scratch=scratch, keep_going=keep_going,
                include_private=include_private,
            )  # fmt: skip
    else:
        done = classify_lines(rows, told, org, decided, output, keep_going, include_private)
    warn(done.notes)
    click.echo(f"{output}: {done.rows} rows")
    warn_of_private(done.private, "contributions")
    warn(done.broken)
    sys.exit(1 if done.broken else 0)


@main.command()
@click.argument("identifier", metavar="ID")
@CONFIG
@click.option("--contributions", type=PATH, help="JSON lines, instead of loading the sources.")
@click.option("--references", type=PATH, help="JSON lines of references, with --contributions.")
@click.option("--labels", type=PATH, help="Folder of label logs.  [default: labels beside the file]")
@click.option("--period", help="What to load; as for review.  [default: last quarter, else when the thread was]")
@INCLUDE_PRIVATE
@BROKEN
def why(
    identifier: str, config: Path, contributions: Path | None, references: Path | None, labels: Path | None,
    period: str | None, include_private: bool, broken: list[str] | None,
) -> None:  # fmt: skip
    """Explain one contribution: the case for and against its lead, what was seen where, and what would settle it.

    contribkit why owner/repo#719@ada:review --config contribkit.toml --period 2026-Q3

    ID is that of the review's contributions.csv; that or the address of a thread (owner/repo#719) does where one
    person worked there.
    """
    from contribkit.classifiers.explain import thread_of
    from contribkit.classifiers.explain import why as explain
    from contribkit.loaders.records import read_tables

    org = ck.Organisation.read(config)
    decided = read_labels(labels or org.root / "labels", org, must_exist=labels is not None)
    if contributions:
        table, found = read_tables(contributions, [references] if references else [], org.timezone, broken)
    else:
        data = ck.load(org, ck.Period(period or "last quarter", org.timezone), broken is not None)
        table, found = data.contributions, data.references
        ref = thread_of(identifier).casefold()
        last = data.acts.loc[data.acts["ref"].str.casefold() == ref, "at"].max()
        if period is None and last == last and ref not in set(table["ref"].str.casefold()):
            month = last.tz_convert(org.timezone)
            table = data.fold(ck.Period(f"{month:%Y}-Q{month.quarter}", org.timezone))
    judged = ck.classify(table, found, org, decided)
    for line in explain(judged, identifier, org, decided, include_private):
        click.echo(line)
    warn([*(broken or []), *judged.notes])


@main.command()
@CONFIG
@click.option("--contributions", type=PATH, multiple=True, help="JSON lines; with --labels, once a set.")
@click.option("--labels", type=PATH, multiple=True, help="A label file or a folder of logs; once a set.")
@click.option("--period", default="last quarter", show_default=True, help="What to load without --contributions.")
@click.option("--references", type=PATH, multiple=True, help="JSON lines of references, for all sets; may be repeated.")
@click.option("--as-of", metavar="DATE", help="As known 30 days after this day; or: quarter, after each row's own.")
@click.option("--json", "as_json", type=PATH, help="Write every figure into this file.")
@click.option("--plot", type=PATH, help="Write the reliability plot into this file, as SVG.")
@BROKEN
def evaluate(
    config: Path, contributions: tuple[Path, ...], labels: tuple[Path, ...], references: tuple[Path, ...],
    period: str, as_of: str | None, as_json: Path | None, plot: Path | None, broken: list[str] | None,
) -> None:  # fmt: skip
    """Compare the leads with what people said: how often they are right, and how sure.

    contribkit evaluate --period 2026-Q3
    contribkit evaluate --contributions C.jsonl --references R.jsonl --labels labels

    Without --contributions, what the sources know of a period is compared with the label logs beside the file. Several
    sets are evaluated one after the other: give --contributions and --labels once per set, in the same order.
    """
    from contribkit.evaluation.report import classify_labelled, write_plot
    from contribkit.evaluation.report import evaluate as compared

    if contributions and len(contributions) != len(labels):
        raise click.UsageError("give --contributions and --labels equally often, once per set")
    if plot and len(labels) > 1:
        raise click.UsageError("--plot takes one set")
    org, figures = ck.Organisation.read(config), {}
    words = {str(lead): org.word(lead) for lead in Lead}
    if not contributions:
        folder = labels[0] if labels else org.root / "labels"
        data, known = ck.load(org, period, broken is not None), read_labels(folder, org)
        sets = [(folder, ck.classify(data.contributions, data.references, org), known)]
    else:
        files = zip(contributions, labels, strict=True)
        sets = [(truth, *classify_labelled(org, rows, truth, references, as_of, broken)) for rows, truth in files]
    for truth, answers, known in sets:
        found = compared(answers, known)
        say((f"{truth}\n\n" if len(labels) > 1 else "") + found.as_text(words).removesuffix("\n"))
        figures[str(truth)] = found.as_json()
        if plot:
            write_plot(found, plot)
    if as_json:
        content = {"sets": figures} if len(figures) > 1 else next(iter(figures.values()))
        write_whole(as_json, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    warn(broken or [])
    sys.exit(1 if broken else 0)
