"""The catalog from the command line: `sync`, `import-activities`, `search`."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.documents.activities import Unread, read_activities
from bot.model import Activity, Found, Search
from bot.settings import read_settings
from bot.store.catalog import Catalog, open_catalog
from data import HERE

SHOWN_PROBLEMS = 20
"""Records that could not be read and are named one by one; the rest is counted."""


def filled_catalog() -> Catalog:
    """The catalog of the settings; an empty one gets the activities that come with the project."""
    catalog = open_catalog(read_settings().catalog)
    if catalog.size() == 0:
        read = read_activities(HERE / "activities.jsonl")
        catalog.add(one for one in read if isinstance(one, Activity))
    return catalog


@click.command("import-activities")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_activities(path: Path) -> None:
    """Read PARS activity records (XML or JSON) or JSON lines from a file into the catalog."""
    catalog = open_catalog(read_settings().catalog)
    unread: list[Unread] = []
    try:
        count = catalog.add(_readable(path, unread))
        total = catalog.size()
    finally:
        catalog.close()
    for problem in unread[:SHOWN_PROBLEMS]:
        click.echo(f"{path.name}, line {problem.line}: {problem.reason}", err=True)
    click.echo(f"{count:,} read, {len(unread):,} not read; the catalog holds {total:,}.", err=True)
    if unread and not count:
        sys.exit(2)


def _readable(path: Path, unread: list[Unread]) -> Iterator[Activity]:
    for one in read_activities(path):
        if isinstance(one, Unread):
            unread.append(one)
        else:
            yield one


@click.command()
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("query", nargs=-1)
def search(limit: int, as_json: bool, query: tuple[str, ...]) -> None:
    """Search the catalog for QUERY, or for one query a line from standard input."""
    catalog = filled_catalog()
    today = datetime.now(tz=UTC).date()
    catalog.warm(today)
    lines = iter([" ".join(query)]) if query else (line.strip() for line in sys.stdin)
    try:
        for line in filter(None, lines):
            before = time.perf_counter()
            found = catalog.search(Search(today=today, words=line, limit=limit))
            spent = (time.perf_counter() - before) * 1000
            click.echo(_as_json(line, spent, found) if as_json else _as_text(found))
    finally:
        catalog.close()


def _as_json(query: str, milliseconds: float, found: Found) -> str:
    return json.dumps(
        {
            "query": query,
            "milliseconds": round(milliseconds, 3),
            "total": found.total,
            "relaxed": list(found.relaxed),
            "results": [
                {
                    "id": hit.activity.id,
                    "title": hit.activity.title,
                    "provider": hit.activity.provider,
                    "score": round(hit.score, 2),
                    "format": hit.activity.format,
                    "end_date": hit.activity.end_date and hit.activity.end_date.isoformat(),
                    "url": hit.activity.url,
                }
                for hit in found.hits
            ],
        },
        ensure_ascii=False,
    )


def _as_text(found: Found) -> str:
    lines = [f"{hit.activity.title} · {hit.activity.provider}" for hit in found.hits]
    return "\n".join([*lines, f"{found.total} found"])


@click.command()
def sync() -> None:
    """Bring the catalog up to date with the hub (CMEBOT_HUB_URL)."""
    settings = read_settings()
    if settings.hub_url is None:
        raise click.ClickException("CMEBOT_HUB_URL is missing: the root of the hub's API")
    sys.exit(asyncio.run(_sync(settings.hub_url, settings.hub_client_id, settings.catalog)))


async def _sync(hub_url: str, client_id: str, path: Path) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from bot.hub.client import HubClient
    from bot.hub.sync import SyncProgress, sync_activities

    catalog = open_catalog(path)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("Activities", total=None)

            def told(progress: SyncProgress) -> None:
                bar.update(task, completed=progress.activities)

            async with HubClient(hub_url, client_id=client_id) as client:
                report = await sync_activities(client, catalog, told)
        for problem in report.progress.problems[:SHOWN_PROBLEMS]:
            click.echo(f"skipped {problem.where}: {problem.reason}", err=True)
        if report.stopped is not None:
            click.echo(f"Stopped: {report.stopped}. What was read is kept; run it again.", err=True)
            return 1
        catalog.mark_synced(datetime.now(tz=UTC))
        click.echo(f"The catalog holds {catalog.size():,} activities.", err=True)
        return 0
    finally:
        catalog.close()
