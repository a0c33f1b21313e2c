from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.conversation import Conversation
from bot.model import (
    AddCredit,
    Certification,
    ChangeProfile,
    ConfirmTopics,
    Credit,
    ErasePhysician,
    KeepCertification,
    KeepLicense,
    License,
    Outgoing,
    Physician,
    Profile,
    RemoveCertification,
    RemoveCredit,
    RemoveLicense,
    SaveActivity,
    SetFact,
)
from bot.store import inbox, outbox, physicians, reminders
from bot.store.changes import carry_out
from bot.store.conversations import conversation_of, keep_conversation
from bot.store.physicians import STRANGER, physician_of
from bot.store.reminder_tables import ReminderWishRow
from bot.store.tables import RECORDS

MARIA, OMAR = 1001, 1002
TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False, number="Q1234")
ETHICS = Credit(
    "Ethics at the bedside",
    date(2026, 3, 4),
    Decimal("1.25"),
    provider="Baylor",
    topics=("ethics",),
    inferred=("opioid-prescribing", "pain"),
    activity_id="100000001",
    hub_id="H-1",
)


@pytest.fixture
def tell(records, now):
    """Carry out changes for a chat and return the physician as they are then."""

    def _tell(chat_id, *changes):
        with records.writing() as session:
            for change in changes:
                carry_out(session, chat_id, change, now)
        with records.reading() as session:
            return physician_of(session, chat_id)

    return _tell


def test_a_stranger_is_nobody_and_asking_makes_nobody(records, tell):
    assert tell(MARIA) == STRANGER
    with records.reading() as session:
        assert physicians.row_of(session, MARIA) is None


def test_facts_keep_their_kind_and_can_be_forgotten(tell):
    facts = {"dea": True, "birth_month": 7, "since": date(2020, 2, 29), "role": "resident"}
    physician = tell(MARIA, *(SetFact(name, value) for name, value in facts.items()))
    assert physician.profile.facts == facts
    assert physician.profile.facts["dea"] is True
    del facts["birth_month"]
    assert tell(MARIA, SetFact("birth_month", None)).profile.facts == facts


def test_a_profile_changes_only_where_something_was_said(tell):
    tell(MARIA, ChangeProfile({"name": "Maria Garcia", "specialty": "internal-medicine"}))
    profile = tell(MARIA, ChangeProfile({"dea_expires": date(2027, 6, 30)})).profile
    assert profile == Profile(
        "Maria Garcia", None, "internal-medicine", {}, dea_expires=date(2027, 6, 30)
    )


def test_licenses_are_added_changed_removed_and_sorted_by_their_last_day(tell):
    california = License("us-ca-md", "MD")
    ohio = License("us-oh", "MD", expires=date(2026, 12, 31))
    physician = tell(MARIA, *map(KeepLicense, (california, TEXAS, ohio)))
    assert [held.board for held in physician.licenses] == ["us-oh", "us-tx", "us-ca-md"]
    assert replace(physician.licenses[1], id=None) == TEXAS

    renewed = replace(physician.licenses[0], expires=date(2028, 12, 31))
    physician = tell(MARIA, KeepLicense(renewed), RemoveLicense(physician.licenses[1].id))
    assert [(held.board, held.expires) for held in physician.licenses] == [
        ("us-oh", date(2028, 12, 31)),
        ("us-ca-md", None),
    ]


def test_certifications_are_added_changed_and_removed(tell):
    physician = tell(MARIA, KeepCertification(Certification("ABIM", since=date(2015, 1, 1))))
    (held,) = physician.certifications
    physician = tell(MARIA, KeepCertification(replace(held, expires=date(2030, 12, 31))))
    assert physician.certifications == (replace(held, expires=date(2030, 12, 31)),)
    assert tell(MARIA, RemoveCertification(held.id)).certifications == ()


def test_a_credit_comes_back_as_it_was(tell):
    (credit,) = tell(MARIA, AddCredit(ETHICS)).credits
    assert replace(credit, id=None) == ETHICS
    assert tell(MARIA, RemoveCredit(credit.id)).credits == ()


def test_a_credit_numbered_by_the_hub_is_there_once(tell):
    assert len(tell(MARIA, AddCredit(ETHICS), AddCredit(ETHICS)).credits) == 1
    typed = replace(ETHICS, hub_id=None, origin="typed")
    assert len(tell(MARIA, AddCredit(typed), AddCredit(typed)).credits) == 3


def test_guessed_topics_count_only_when_confirmed(tell):
    (credit,) = tell(MARIA, AddCredit(ETHICS)).credits
    (credit,) = tell(MARIA, ConfirmTopics(credit.id, ("pain",), yes=True)).credits
    assert (credit.topics, credit.inferred) == (("ethics", "pain"), ("opioid-prescribing",))
    (credit,) = tell(MARIA, ConfirmTopics(credit.id, ("opioid-prescribing",), yes=False)).credits
    assert (credit.topics, credit.inferred) == (("ethics", "pain"), ())


@pytest.mark.behaviour(11)
def test_nobody_can_change_what_is_somebody_elses(tell):
    maria = tell(MARIA, KeepLicense(TEXAS), AddCredit(ETHICS), KeepCertification(ABIM))
    license_id, credit_id = maria.licenses[0].id, maria.credits[0].id
    omar = tell(
        OMAR,
        RemoveLicense(license_id),
        RemoveCredit(credit_id),
        RemoveCertification(maria.certifications[0].id),
        KeepLicense(replace(TEXAS, id=license_id, number="stolen")),
        KeepCertification(replace(ABIM, id=maria.certifications[0].id, expires=date(2030, 1, 1))),
        ConfirmTopics(credit_id, ("pain",), yes=True),
    )
    assert omar == Physician(id=omar.id)
    assert tell(MARIA) == maria


ABIM = Certification("ABIM")


def test_a_removed_credits_number_is_never_given_again(tell):
    (first,) = tell(MARIA, AddCredit(ETHICS)).credits
    (second,) = tell(MARIA, RemoveCredit(first.id), AddCredit(ETHICS)).credits
    assert second.id != first.id


def test_activities_are_put_on_and_taken_off_the_list(records, tell):
    tell(MARIA, SaveActivity("100000001"), SaveActivity("100000001"), SaveActivity("100000002"))
    tell(MARIA, SaveActivity("100000001", saved=False))
    with records.reading() as session:
        assert physicians.physician_of(session, MARIA).saved == ("100000002",)
        assert physicians.physician_of(session, OMAR).saved == ()


def test_a_whole_person_can_be_put_in_again_and_again(records, now):
    person = Physician(
        id=0,
        profile=Profile("Maria Garcia", "MD", "internal-medicine", {"dea": True}),
        licenses=(TEXAS,),
        certifications=(ABIM,),
        credits=(ETHICS,),
        synced_at=now,
    )
    for _ in range(2):
        with records.writing() as session:
            physicians.keep_physician(session, MARIA, person, now)
    with records.reading() as session:
        kept = physician_of(session, MARIA)
        assert physicians.physician_by_id(session, kept.id) == kept
    bare = replace(
        kept,
        id=0,
        licenses=tuple(replace(held, id=None) for held in kept.licenses),
        certifications=tuple(replace(held, id=None) for held in kept.certifications),
        credits=tuple(replace(credit, id=None) for credit in kept.credits),
    )
    assert bare == person


def test_the_hubs_corrections_arrive_and_what_was_confirmed_stays(records, tell, now):
    def sync(reported, withdrawn=()):
        with records.writing() as session:
            return physicians.keep_hub_credits(session, MARIA, reported, withdrawn, now)

    other = replace(ETHICS, hub_id="H-2", title="Sepsis")
    typed = replace(ETHICS, hub_id=None, origin="typed")
    assert sync([ETHICS, other]) == (ETHICS, other)
    held = {credit.hub_id: credit for credit in tell(MARIA, AddCredit(typed)).credits}
    tell(MARIA, ConfirmTopics(held["H-1"].id, ("pain",), yes=True))

    corrected = replace(ETHICS, amount=Decimal(2))
    assert sync([corrected], withdrawn=["H-2", "H-unknown"]) == ()
    held = {credit.hub_id: credit for credit in tell(MARIA).credits}
    assert set(held) == {"H-1", None}
    assert held["H-1"].amount == 2
    assert held["H-1"].topics == ("ethics", "pain")
    assert held["H-1"].inferred == ("opioid-prescribing",)
    assert tell(MARIA).synced_at == now


def test_reminders_find_licenses_by_their_last_day(records, tell):
    maria = tell(MARIA, KeepLicense(TEXAS))
    tell(OMAR, KeepLicense(replace(TEXAS, expires=date(2027, 3, 1))))
    with records.reading() as session:
        found = physicians.expiring(session, date(2027, 2, 1), date(2027, 2, 28))
        assert found == ((maria.id, maria.licenses[0].id, date(2027, 2, 28)),)
        assert physicians.chat_of(session, maria.id) == MARIA


def test_a_physician_who_blocked_the_bot_is_not_written_to(records, tell, now):
    maria = tell(MARIA, SetFact("dea", True))
    with records.writing() as session:
        physicians.mark_blocked(session, MARIA, now)
    with records.reading() as session:
        assert physicians.chat_of(session, maria.id) is None
        assert physicians.blocked_since(session, MARIA) == now


def test_topics_that_were_refused_are_not_guessed_again(records, tell, now):
    def sync(credit):
        with records.writing() as session:
            physicians.keep_hub_credits(session, MARIA, [credit], (), now)

    sync(ETHICS)
    held = tell(MARIA).credits[0]
    tell(MARIA, ConfirmTopics(held.id, ("pain",), yes=False))
    sync(replace(ETHICS, amount=Decimal(2)))
    assert tell(MARIA).credits[0].inferred == ("opioid-prescribing",)
    sync(replace(ETHICS, title="Pain at the bedside"))
    assert tell(MARIA).credits[0].inferred == ("opioid-prescribing", "pain")


def _remind(session, chat_id, now):
    physician_id = physician_of(session, chat_id).id
    session.add(ReminderWishRow(physician_id=physician_id, zone="America/Chicago"))
    cycle = reminders.Cycle("us-tx", "license:1", date(2027, 2, 28), None)
    reminders.keep_cycles(session, physician_id, [cycle])
    wake = reminders.Wake(physician_id, "us-tx", date(2027, 2, 28), "D-60", now)
    assert reminders.wake(session, [wake]) == 1


@pytest.mark.behaviour(59)
def test_erasing_leaves_no_row_of_the_chat_in_any_table(records, tell, now):
    for chat_id in (MARIA, OMAR):
        tell(
            chat_id,
            SetFact("dea", True),
            KeepLicense(TEXAS),
            KeepCertification(ABIM),
            AddCredit(ETHICS),
            SaveActivity("100000001"),
        )
        with records.writing() as session:
            inbox.receive(session, chat_id, chat_id, {"text": "hello"}, now)
            inbox.settle(session, chat_id)
            outbox.put(session, chat_id, [Outgoing("message", "hi")], chat_id, now)
            outbox.put_once(session, chat_id, Outgoing("message", "due"), f"r-{chat_id}", now)
            keep_conversation(session, chat_id, Conversation(revision=3), now)
    before = _rows(records)
    assert before == {
        **dict.fromkeys(OWN, 2),
        "outbox": 4,
        "note": 0,
    }

    assert tell(MARIA, ErasePhysician()) == STRANGER
    assert _rows(records) == {name: count // 2 for name, count in before.items()}
    assert tell(OMAR).licenses
    with records.reading() as session:
        assert conversation_of(session, MARIA) == Conversation()
        assert conversation_of(session, OMAR).revision == 3


def _rows(records):
    with records.reading() as session:
        return {
            name: session.execute(
                sa.select(sa.func.count()).select_from(RECORDS.tables[name])
            ).scalar_one()
            for name in OWN
        }


OWN = (
    *("physician", "license", "certification", "credit", "saved_activity"),
    *("conversation", "inbox", "outbox", "note"),
)


@pytest.mark.behaviour(59)
def test_every_table_that_knows_a_physician_forgets_them_with_the_physician():
    """A table added later hangs on the physician, or `erase` empties or unties it like these."""
    emptied = {"physician", "conversation", "inbox", "outbox", "complaint"} | {
        "errand",
        "kept_file",
    }
    for name, table in RECORDS.tables.items():
        if "chat_id" in table.columns:
            assert name in emptied
        if "physician_id" in table.columns:
            (key,) = table.columns["physician_id"].foreign_keys
            assert (key.column.table.name, key.ondelete) == ("physician", "CASCADE"), name


def test_nothing_personal_can_be_read_in_the_file(tmp_path, records, tell, now, url):
    tell(
        MARIA,
        ChangeProfile({"name": "Maria Garcia", "specialty": "internal-medicine"}),
        SetFact("birth_month", 7),
        KeepLicense(TEXAS),
        AddCredit(ETHICS),
    )
    with records.writing() as session:
        inbox.receive(session, 1, MARIA, {"text": "am i on track"}, now)
        outbox.put(session, MARIA, [Outgoing("message", "42 of 48")], 1, now)
    if not url.startswith("sqlite"):
        return
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("records.sqlite*"))
    assert b"us-tx" in stored, "the plain columns show that the file was read"
    secrets = ("Maria", "birth_month", "Q1234", "Ethics", "Baylor", "on track", "42 of 48")
    assert [word for word in secrets if word.encode() in stored] == []
