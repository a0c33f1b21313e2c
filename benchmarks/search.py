"""Finding activities by misspelt words: the catalog against two others, in the same run.

`exhaustive` compares the query with every title (rapidfuzz `token_set_ratio`); `tantivy` looks up
each word fuzzily in its index and compares the best 200 titles as the catalog does. Each works in
a process of its own, so that the memory is its own, and all answer each query in turn, so that
whatever else the machine does troubles all alike. All leave out what is over.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rapidfuzz import fuzz, process

from benchmarks.invented import TODAY, activities, query
from bot.model import Activity, Search
from bot.store.catalog import open_catalog
from bot.store.catalog.words import normalised

SIZES = (10_000, 200_000, 1_000_000)
QUERIES = 500
EXHAUSTIVE_QUERIES = 20
FIRST = 10
CANDIDATES = 200

Sought = Sequence[tuple[str, str]]
"""Queries with the id of the activity whose title they were made of."""


@dataclass(frozen=True)
class Measured:
    """One contender at one size: milliseconds a query, megabytes, seconds to build."""

    name: str
    size: int
    p50: float
    p99: float
    hit: float
    memory: float
    build: float


def main(sizes: Sequence[int] = SIZES) -> None:
    """Measure every size and print the table and the ratios."""
    print("Finding an activity by 4 to 6 words of its title, every second one misspelt")
    print("activities               p50 ms   p99 ms  hit@10     MB  build s")
    for size in sizes:
        results = measure(size)
        for one in results:
            print(
                f"{one.size:>10,}  {one.name:<10} {one.p50:>8.2f} {one.p99:>8.2f} "
                f"{one.hit:>7.3f} {one.memory:>6.0f} {one.build:>8.1f}"
            )
        ours = results[0]
        for other in results[1:]:
            print(f"{'':>10}  {other.p50 / ours.p50:.1f} times as fast as {other.name} (p50)")


def measure(size: int) -> list[Measured]:
    """All contenders at one size, the catalog first."""
    contenders = {"catalog": _catalog, "exhaustive": _exhaustive}
    if _has_tantivy():
        contenders["tantivy"] = _tantivy
    else:
        print("tantivy is not installed (extra `bench`), so it is not compared")
    with TemporaryDirectory() as folder, ExitStack() as stack:
        workers = {
            name: stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
            for name in contenders
        }
        build = {
            name: workers[name].submit(_prepare, contender, size, folder).result()
            for name, contender in contenders.items()
        }
        asked: dict[str, list[tuple[float, bool]]] = {name: [] for name in contenders}
        for place, one in enumerate(sought(size, QUERIES)):
            for name, worker in workers.items():
                if name != "exhaustive" or place < EXHAUSTIVE_QUERIES:
                    asked[name].append(worker.submit(_ask, *one).result())
        return [
            _measured(name, size, build[name], asked[name], worker.submit(_memory).result())
            for name, worker in workers.items()
        ]


def _has_tantivy() -> bool:
    try:
        import tantivy  # noqa: F401
    except ImportError:
        return False
    return True


# ── in a contender's process ────────────────────────────────────────────────────────────────

Find = Callable[[str], list[str]]
Contender = Callable[[int, str], tuple[float, Find]]

_ready: list[Find] = []


def _prepare(contender: Contender, size: int, folder: str) -> float:
    """Build what the contender searches; the seconds it took."""
    build, find = contender(size, folder)
    _ready.append(find)
    return build


def _ask(words: str, activity_id: str) -> tuple[float, bool]:
    """Milliseconds to the answer, and whether the activity is in it."""
    started = perf_counter()
    found = _ready[0](words)
    return (perf_counter() - started) * 1000, activity_id in found


def _memory() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


# ── the contenders ──────────────────────────────────────────────────────────────────────────


def _catalog(size: int, folder: str) -> tuple[float, Find]:
    path = Path(folder) / "catalog.sqlite"
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        # Built elsewhere: the memory measured is a reader's.
        build = pool.submit(_build_catalog, size, str(path)).result()
    catalog = open_catalog(path)
    catalog.warm(TODAY)

    def find(words: str) -> list[str]:
        found = catalog.search(Search(TODAY, words=words, limit=FIRST))
        return [hit.activity.id for hit in found.hits]

    return build, find


def _build_catalog(size: int, path: str) -> float:
    started = perf_counter()
    catalog = open_catalog(path)
    catalog.apply_page(activities(size), (), None, None)
    catalog.close()
    return perf_counter() - started


def _exhaustive(size: int, _folder: str) -> tuple[float, Find]:
    started = perf_counter()
    titles = {one.id: normalised(one.title) for one in activities(size) if _is_open(one)}
    build = perf_counter() - started

    def find(words: str) -> list[str]:
        found = process.extract(words, titles, scorer=fuzz.token_set_ratio, limit=FIRST)
        return [activity_id for _, _, activity_id in found]

    return build, find


def _tantivy(size: int, folder: str) -> tuple[float, Find]:
    import tantivy

    started = perf_counter()
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("title")
        .add_text_field("id", stored=True, tokenizer_name="raw")
        .add_integer_field("ends", indexed=True, fast=True)
        .build()
    )
    place = Path(folder) / "tantivy"
    place.mkdir()
    index = tantivy.Index(schema, path=str(place))
    writer = index.writer(heap_size=100_000_000)
    titles: dict[str, str] = {}
    for one in activities(size):
        titles[one.id] = normalised(one.title)
        ends = (one.end_date or date.max).toordinal()
        writer.add_document(tantivy.Document(title=[titles[one.id]], id=[one.id], ends=[ends]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    build = perf_counter() - started
    searcher = index.searcher()

    still_open = tantivy.Query.range_query(
        schema, "ends", tantivy.FieldType.Integer, TODAY.toordinal(), date.max.toordinal()
    )

    def found(words: list[str], occur: Any) -> list[str]:
        slips = [1 if len(word) < 5 else 2 for word in words]  # noqa: PLR2004, as in the catalog
        said = tantivy.Query.boolean_query(
            [
                (occur, tantivy.Query.fuzzy_term_query(schema, "title", word, distance=most))
                for word, most in zip(words, slips, strict=True)
            ]
        )
        asked = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, said), (tantivy.Occur.Must, still_open)]
        )
        hits = searcher.search(asked, limit=CANDIDATES).hits
        return [str(searcher.doc(address).get_first("id")) for _, address in hits]

    def find(words: str) -> list[str]:
        asked = normalised(words).split()
        ids = found(asked, tantivy.Occur.Must)
        if len(ids) < FIRST:
            ids = list(dict.fromkeys([*ids, *found(asked, tantivy.Occur.Should)]))
        ids.sort(key=lambda one: -fuzz.token_sort_ratio(words, titles[one]))
        return ids[:FIRST]

    return build, find


# ── measuring ───────────────────────────────────────────────────────────────────────────────


def sought(size: int, count: int) -> Sought:
    """Queries for activities spread over the catalog, none of them over."""
    random = Random(7)
    step = max(1, size // (2 * count))
    return [
        (query(one.title, random), one.id)
        for place, one in enumerate(activities(size))
        if place % step == 0 and _is_open(one)
    ][:count]


def _is_open(activity: Activity) -> bool:
    return activity.end_date is None or activity.end_date >= TODAY


def _measured(
    name: str, size: int, build: float, answers: Sequence[tuple[float, bool]], memory: float
) -> Measured:
    took = sorted(milliseconds for milliseconds, _ in answers)
    return Measured(
        name=name,
        size=size,
        p50=took[len(took) // 2],
        p99=took[min(len(took) - 1, len(took) * 99 // 100)],
        hit=sum(hit for _, hit in answers) / len(answers),
        memory=memory,
        build=build,
    )


if __name__ == "__main__":
    main()
