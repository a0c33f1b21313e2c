"""What is read: transcripts, certificates and spreadsheets of credits, from bytes to rows."""

from bot.documents.transcripts.reading import Limits, Reading, RefusedError, Row, Unread

__all__ = ["Limits", "Reading", "RefusedError", "Row", "Unread"]
