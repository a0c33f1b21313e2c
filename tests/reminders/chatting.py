"""A chat whose physician lives in the records: what is said changes them, in one transaction."""

from dataclasses import replace

from bot.app import rooms
from bot.handlers.turns import kept_of
from bot.store.changes import carry_out
from bot.store.physicians import keep_physician, mark_blocked, physician_of
from tests.talking import Chat

CHAT = 1


class StoredChat(Chat):
    """As `Chat`; the clock is turned by setting `now`."""

    def __init__(self, sources, records, now, physician):
        self.records = records
        self.rooms = rooms(sources.knowledge.rules)
        super().__init__(sources, now)
        with records.writing() as session:
            keep_physician(session, CHAT, physician, now)

    def _turn(self, incoming):
        with self.records.reading() as session:
            found = physician_of(session, CHAT)
            self.physician = replace(found, kept=kept_of(session, found, self.rooms, self.now))
            text = super()._turn(incoming)
        changes = self.turns[-1].changes
        with self.records.writing() as session:
            for change in changes:
                carry_out(session, CHAT, change, self.now)
            for carry in self.rooms.carry:
                carry(session, CHAT, changes, self.now)
        return text

    def _changed(self, change):
        """The records change instead."""

    def blocks(self, since):
        with self.records.writing() as session:
            mark_blocked(session, CHAT, since)
