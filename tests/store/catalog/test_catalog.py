"""The catalog as a store: pages of changes, the index in step, several threads and processes."""

import random
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.model import Activity, CreditOffer, Search
from bot.store.catalog import open_catalog

TODAY = date(2026, 11, 23)
FULL = Activity(
    id="012345678",
    title="Señor’s “Opioids” & Pain – 2027",
    provider="Año Nuevo",
    activity_type="course",
    format="hybrid",
    start_date=date(2027, 1, 2),
    end_date=date(2027, 1, 3),
    city="São Paulo",
    state="TX",
    credits=(CreditOffer("ama-pra-1", Decimal("1.25")), CreditOffer("moc", None, "ABIM")),
    topics=("opioid-prescribing", "a topic with blanks"),
    specialties=("cardiology",),
    fee_usd=Decimal("12.50"),
    open_to_all=False,
    url="https://cme.example/1",
    summary="About tapering.",
    source_as_of="2026-05",
)


def found_by(catalog, words):
    return [hit.activity.id for hit in catalog.search(Search(TODAY, words=words)).hits]


def test_an_activity_comes_back_as_it_was_put_in(empty):
    bare = Activity("2", "Bare", "X")
    empty.apply_page([FULL, bare], (), None, None)
    assert empty.get(FULL.id) == FULL
    assert empty.many(["2", "404", FULL.id]) == (bare, FULL)
    assert empty.get("404") is None
    assert empty.size() == 2


def test_every_field_that_is_said_can_be_found_by(empty):
    empty.apply_page([FULL], (), None, None)
    for words in ("senor", "SEÑORS", "opioid", "ano nuevo", "sao paulo", "cardiology", "tapering"):
        assert found_by(empty, words) == [FULL.id], words


def test_a_changed_activity_is_found_by_its_new_words_only(own):
    own.apply_page([FULL], (), None, None)
    own.apply_page([replace(FULL, title="Xylophone therapy", topics=())], (), None, None)
    assert found_by(own, "xylofone") == [FULL.id]
    assert FULL.id not in found_by(own, "senors")
    assert own.get(FULL.id).title == "Xylophone therapy"
    assert own.size() == 382
    own.check()


def test_a_withdrawn_activity_is_gone_with_its_words(own):
    own.apply_page([replace(FULL, title="Xylophone therapy")], (), None, None)
    assert found_by(own, "xylofone") == [FULL.id]
    own.apply_page([], [FULL.id, "not there"], None, None)
    assert found_by(own, "xylofone") == []
    assert own.get(FULL.id) is None
    assert own.size() == 381
    own.check()


def test_of_two_with_one_id_in_a_page_the_last_one_stays(empty):
    empty.apply_page([FULL, replace(FULL, title="Later")], (), None, None)
    assert empty.size() == 1
    assert empty.get(FULL.id).title == "Later"
    empty.check()


def test_withdrawn_and_added_in_one_page_is_there(empty):
    empty.apply_page([FULL], (), None, None)
    empty.apply_page([replace(FULL, title="New again")], [FULL.id], None, None)
    assert empty.get(FULL.id).title == "New again"
    empty.check()


def test_any_order_of_changes_ends_like_a_catalog_made_at_once(real, empty, tmp_path):
    activities = [hit.activity for hit in real.search(Search(TODAY, limit=1000)).hits]
    chance = random.Random(5)
    for _ in range(12):
        some = chance.sample(activities, 40)
        changed = [replace(one, title=one.title[::-1]) for one in some[:20]]
        empty.apply_page(changed, [one.id for one in some[20:]], None, None)
    empty.apply_page(activities, (), None, None)
    empty.check()
    at_once = open_catalog(tmp_path / "once.sqlite")
    at_once.apply_page(activities, (), None, None)
    for statement in (
        "SELECT word, count FROM word ORDER BY word",
        "SELECT key, w.word FROM spelling s JOIN word w ON w.number = s.word ORDER BY key, w.word",
        "SELECT kind, value, id FROM tag JOIN activity USING (number) ORDER BY kind, value, id",
    ):
        with empty._view() as one, at_once._view() as other:
            assert one.rows(statement) == other.rows(statement)
    for words in ("opiod", "etics manual", "pallative", "care"):
        assert found_by(empty, words) == found_by(at_once, words)
    at_once.close()


def test_a_page_that_fails_half_way_changes_nothing(own):
    def breaking():
        yield FULL
        raise ConnectionError

    before = own.sync_state()
    with pytest.raises(ConnectionError):
        own.apply_page(breaking(), ["416683813"], "cursor", "etag")
    assert own.size() == 381
    assert own.get("416683813") is not None
    assert own.sync_state() == before
    own.check()


def test_how_far_the_hub_was_read_is_remembered(empty, tmp_path):
    assert empty.sync_state() == (None, None)
    assert empty.synced_at() is None
    instant = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    empty.apply_page([FULL], (), "cursor-7", '"etag"')
    empty.mark_synced(instant)
    again = open_catalog(tmp_path / "new" / "catalog.sqlite")
    assert again.sync_state() == ("cursor-7", '"etag"')
    assert again.synced_at() == instant
    assert again.get(FULL.id) == FULL
    again.close()


def test_an_instant_without_a_zone_is_refused(empty):
    with pytest.raises(ValueError, match="aware"):
        empty.mark_synced(datetime(2026, 11, 23))  # noqa: DTZ001, the fault under test


def test_an_index_out_of_step_is_noticed(own):
    with own._writing() as sql:
        sql.execute("DELETE FROM said WHERE rowid = 7")
    with pytest.raises(sqlite3.DatabaseError):
        own.check()


def test_a_file_of_another_layout_is_emptied_and_filled_anew(own):
    with own._writing() as sql:
        sql.execute("PRAGMA user_version = 0")
    path = own._engine.url.database
    own.close()
    again = open_catalog(path)
    assert again.size() == 0
    assert again.sync_state() == (None, None)
    again.apply_page([FULL], (), None, None)
    assert found_by(again, "opiod") == [FULL.id]
    again.close()


def test_threads_search_while_another_writes(own):
    def look(place):
        found = own.search(Search(TODAY, words=("opiod", "etics", "pallative")[place % 3]))
        return bool(found.hits)

    def write(place):
        own.apply_page([replace(FULL, id=str(place), title=f"Opioids {place}")], (), None, None)
        return True

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(write if place % 5 == 0 else look, place) for place in range(60)]
        assert all(job.result() for job in jobs)
    assert own.size() == 393
    own.check()


def test_a_catalog_that_is_being_filled_can_be_opened_and_searched(own):
    with own._writing() as sql:
        sql.execute("UPDATE sync SET version = version + 1")
        other = open_catalog(own._engine.url.database)
        assert found_by(other, "opiod")
        other.close()


READER = """
import sys
from datetime import date
from bot.model import Search
from bot.store.catalog import open_catalog
catalog = open_catalog(sys.argv[1])
search = Search(date(2026, 11, 23), words="xylofone")
print(catalog.search(search).total, flush=True)
sys.stdin.readline()
print(catalog.search(search).total, flush=True)
catalog.close()
"""


def test_another_process_sees_what_was_written_words_included(own):
    command = [sys.executable, "-c", READER, own._engine.url.database]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout.readline() == "0\n"
        own.apply_page([replace(FULL, title="Xylophone therapy")], (), None, None)
        answer, _ = reader.communicate("\n")
    assert answer == "1\n"
    assert reader.returncode == 0
