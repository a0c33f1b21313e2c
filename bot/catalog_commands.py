"""The catalog from the command line: `sync`, `import-activities`, `search`."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import click

from bot.documents.activities import Unread, read_activities
from bot.model import Activity, Found, Search
from bot.settings import read_settings
from bot.store.catalog import Catalog, open_catalog
from bot.store.catalog.rows import window
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
    """Read PARS activity records (XML or JSON) or JSON lines from a file into the catalog.

    A record that cannot be read is named with its line, and the others are kept. Exit code 2 where
    the file could not be read to its end, or nothing in it could be.
    """
    catalog = open_catalog(read_settings().catalog)
    unread: list[Unread] = []
    try:
        count = catalog.add(_readable(path, unread))
        total = catalog.size()
    finally:
        catalog.close()
    for problem in unread[:SHOWN_PROBLEMS] + unread[SHOWN_PROBLEMS:][-1:]:
        click.echo(f"{path.name}, line {problem.line}: {problem.reason}", err=True)
    click.echo(f"{count:,} read, {len(unread):,} not read; the catalog holds {total:,}.", err=True)
    if unread and (not count or unread[-1].last):
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
    """Search the catalog for QUERY, or for one query a line from standard input.

    With --json there is one object for each line, an empty one too. What is over is named only
    where nothing that is still offered says as much of the query.
    """
    catalog = filled_catalog()
    today = datetime.now(tz=UTC).date()
    catalog.warm(today)
    lines = iter([" ".join(query)]) if query else _lines(sys.stdin.buffer)
    try:
        for line in lines:
            asked = Search(today=today, words=line, limit=limit)
            before = time.perf_counter()
            found = _found(catalog, asked) if line else Found()
            spent = (time.perf_counter() - before) * 1000
            if as_json:
                click.echo(_as_json(line, spent, found, today))
            elif line:
                click.echo(_as_text(found, today))
    finally:
        catalog.close()


def _lines(source: BinaryIO) -> Iterator[str]:
    for line in source:
        yield line.decode("utf-8", "replace").strip()


def _found(catalog: Catalog, asked: Search) -> Found:
    """What is still offered; filled up with what is over where that is the better match."""
    found = catalog.search(asked)
    if found.total and "some words" not in found.relaxed:
        return found
    with_past = catalog.search(replace(asked, history=True))
    best = found.hits[0].score if found.hits else 0.0
    past = [hit for hit in with_past.hits if hit.score > best and hit not in found.hits]
    if not past:
        return found
    hits = sorted((*past, *found.hits), key=lambda hit: -hit.score)[: asked.limit]
    return Found(tuple(hits), found.total + len(past), (*found.relaxed, "over"))


def _is_over(activity: Activity, today: date) -> bool:
    return window(activity)[1] < today


def _as_json(query: str, milliseconds: float, found: Found, today: date) -> str:
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
                    "over": _is_over(hit.activity, today),
                    "url": hit.activity.url,
                }
                for hit in found.hits
            ],
        }
    )


def _as_text(found: Found, today: date) -> str:
    lines = [
        f"{hit.activity.title} · {hit.activity.provider}"
        f"{' (is over)' if _is_over(hit.activity, today) else ''}"
        for hit in found.hits
    ]
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
                done = progress.activities + progress.withdrawn
                left = progress.remaining
                bar.update(task, completed=done, total=None if left is None else done + left)

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
