"""Everything of one chat as plain values: nothing missing, nothing of anybody else."""

from datetime import date
from decimal import Decimal

import pytest

from bot.model import AddCredit, ChangeProfile, Credit, KeepLicense, License, RemoveCredit
from bot.store.changes import carry_out
from bot.store.export import LEFT_OUT, _owner, everything_of
from bot.store.files import PROOF, NewFile, files_for, keep_file
from bot.store.physicians import credits_of, physician_of
from bot.store.tables import RECORDS

CREDIT = Credit("Ethics", date(2026, 11, 22), Decimal("1.5"), origin="typed", batch="typed-1")
FILE = NewFile("certificate.pdf", "application/pdf", b"%PDF-1.7 a certificate")


@pytest.mark.behaviour(59)
def test_all_of_one_chat_is_there_in_the_open_and_nothing_of_another(records, now):
    with records.writing() as session:
        for chat, name in ((7, "Ann Lee"), (8, "Bo Roe")):
            carry_out(session, chat, ChangeProfile({"name": name}), now)
            carry_out(session, chat, KeepLicense(License("us-tx", "MD", number="A123")), now)
            carry_out(session, chat, AddCredit(CREDIT), now)
            keep_file(session, chat, (PROOF, "1"), FILE, now)
        found = everything_of(session, 7)
    assert found["physician"][0]["profile"]["name"] == "Ann Lee"
    assert found["license"][0]["number"] == "A123"
    assert found["credit"][0]["content"]["title"] == "Ethics"
    assert found["kept_file"][0]["name"] == "certificate.pdf"
    assert "content" not in found["kept_file"][0]
    assert "Bo Roe" not in str(found)


@pytest.mark.behaviour(59)
def test_every_table_that_belongs_to_a_chat_is_exported_or_left_out_by_name():
    untold = {
        table.name
        for table in RECORDS.sorted_tables
        if _owner(table, 7, 1) is None and table.name not in LEFT_OUT
    }
    assert untold <= {"reminder_pace"}


def test_a_credit_is_changed_in_place_and_the_hub_s_own_is_not(records, now):
    with records.writing() as session:
        carry_out(session, 7, AddCredit(CREDIT), now)
        carry_out(
            session,
            7,
            AddCredit(Credit("Reported", CREDIT.completed_on, Decimal(1), hub_id="h1")),
            now,
        )
        own, hub = physician_of(session, 7).credits
        for credit in (own, hub):
            carry_out(
                session,
                7,
                AddCredit(Credit("Changed", CREDIT.completed_on, Decimal(2), id=credit.id)),
                now,
            )
            carry_out(
                session,
                8,
                AddCredit(Credit("Stolen", CREDIT.completed_on, Decimal(2), id=credit.id)),
                now,
            )
        assert [one.title for one in physician_of(session, 7).credits] == ["Changed", "Reported"]
        assert physician_of(session, 8).credits == ()


def test_a_credit_goes_with_its_proofs_and_proofs_are_known_of_the_physician(records, now):
    with records.writing() as session:
        carry_out(session, 7, AddCredit(CREDIT), now)
        (credit,) = physician_of(session, 7).credits
        assert credit.batch == "typed-1"
        keep_file(session, 7, (PROOF, str(credit.id)), FILE, now)
        (proof,) = physician_of(session, 7).proofs
        assert (proof.credit_id, proof.name, proof.size) == (
            credit.id,
            FILE.name,
            len(FILE.content),
        )
        carry_out(session, 7, RemoveCredit(credit.id), now)
        assert credits_of(session, physician_of(session, 7).id) == ()
        assert files_for(session, 7, PROOF) == ()
