"""What each chat remembers between two messages."""

from datetime import datetime

from sqlmodel import Session

from bot.conversation import Conversation, from_json, to_json
from bot.store.sealed import vault_of
from bot.store.tables import ConversationRow


def conversation_of(session: Session, chat_id: int) -> Conversation:
    """The state of a chat; a new one where nothing is stored."""
    row = session.get(ConversationRow, chat_id)
    return from_json(vault_of(session).unseal(row.state)) if row else Conversation()


def keep_conversation(
    session: Session, chat_id: int, conversation: Conversation, now: datetime
) -> None:
    """Store the state that the turn left behind."""
    state = vault_of(session).seal(to_json(conversation))
    session.merge(ConversationRow(chat_id=chat_id, changed_at=now, state=state))
