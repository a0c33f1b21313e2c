"""Kept files: sealed, once, and never another chat's."""

from sqlmodel import select

from bot.model import Attachment, FileComplaint, Outgoing
from bot.store import outbox
from bot.store.changes import carry_out, erase
from bot.store.errand_tables import KeptFileRow
from bot.store.files import NewFile, content_of, drop_file, files_about, keep_file, move_files

PROOF = NewFile("certificate.pdf", "application/pdf", b"%PDF-1.7 a certificate")


def test_a_file_is_kept_once_and_sealed(records, now):
    with records.writing() as session:
        kept = keep_file(session, 7, ("proof", "12"), PROOF, now)
        assert keep_file(session, 7, ("proof", "12"), PROOF, now).id == kept.id
        assert (kept.name, kept.size) == ("certificate.pdf", len(PROOF.content))
        assert files_about(session, 7, "proof", "12") == (kept,)
        row = session.get(KeptFileRow, kept.id)
        assert b"certificate" not in row.content + row.name


def test_nobody_elses_file_is_given_out_or_removed(records, now):
    with records.writing() as session:
        kept = keep_file(session, 7, ("proof", "12"), PROOF, now)
        drop_file(session, 8, kept.id)
        assert content_of(session, kept.id, 8) is None
        assert content_of(session, kept.id, 7) == PROOF.content
        drop_file(session, 7, kept.id)
        assert content_of(session, kept.id, 7) is None


def test_a_kept_file_goes_out_with_its_content_to_its_own_chat_only(records, now):
    with records.writing() as session:
        kept = keep_file(session, 7, ("proof", "12"), PROOF, now)
        message = Outgoing(
            "message", "Here", attachment=Attachment("document", "a.pdf", b"", kept.id)
        )
        outbox.put(session, 7, [message], 1, now)
        outbox.put(session, 8, [message], 2, now)
    with records.reading() as session:
        assert outbox.next_letter(session, 7, now).outgoing.attachment.content == PROOF.content
        assert outbox.next_letter(session, 8, now).outgoing.attachment is None


def test_erasing_leaves_the_evidence_of_complaints_that_were_sent(records, now):
    with records.writing() as session:
        carry_out(session, 7, FileComplaint("C-1", {"what": "…"}, now), now)
        keep_file(session, 7, ("proof", "12"), PROOF, now)
        draft = keep_file(session, 7, ("evidence", "draft"), PROOF, now)
        move_files(session, 7, "evidence", "draft", "C-1")
        keep_file(session, 7, ("evidence", "draft"), PROOF, now)
        erase(session, 7)
        left = session.exec(select(KeptFileRow)).all()
        assert [(row.id, row.chat_id) for row in left] == [(draft.id, None)]
