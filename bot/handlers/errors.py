"""How defects and network errors are told to the operator: in one line, without any content."""

import logging
import secrets
import traceback
from collections.abc import Callable

from telegram.error import Conflict, InvalidToken, TelegramError

logger = logging.getLogger(__name__)

TWO_POLLERS = (
    "Another process is fetching this bot's messages (or a webhook is set for it). "
    "Only one may: stop the other one, then start this one again."
)
WRONG_TOKEN = "Telegram does not know this bot: check TELEGRAM_BOT_TOKEN."  # noqa: S105
SILENCE = "Telegram has not been heard of for five minutes; ending, to be started afresh."

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class EndError(Exception):
    """The process cannot go on; the message says to the operator why."""


def set_up_logging(level: str) -> None:
    """Log lines to standard error; nothing that holds the token or what somebody wrote."""
    logging.basicConfig(level=level, format=FORMAT)
    # At INFO it logs every address it calls, and the Bot API's addresses contain the token.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("telegram", "telegram.ext"):
        # At DEBUG the library logs whole messages.
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    logging.getLogger("telegram.ext.Updater").addFilter(without_content)
    # Tornado logs each webhook call that fails, with its address.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)


def without_content(record: logging.LogRecord) -> bool:
    """Take the received data out of what the library says when it cannot read an update."""
    if record.levelno >= logging.CRITICAL:
        error = record.exc_info[1] if record.exc_info else None
        record.msg = "an update could not be read: %s"
        record.args = (where(error) if error else "unknown",)
        record.exc_info = None
    return True


def where(error: BaseException) -> str:
    """The kind of an error and its way through the code, in one line.

    Its message is left out: it may quote what somebody wrote.
    """
    frames = traceback.extract_tb(error.__traceback__)
    steps = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {steps or 'no code'}"


def new_reference() -> str:
    """A number that the physician can quote and the operator can find, such as E-4F2A."""
    return f"E-{secrets.token_hex(2).upper()}"


def polling_errors(end: Callable[[EndError], None]) -> Callable[[TelegramError], None]:
    """What python-telegram-bot calls when fetching fails: one line, or the end of the process."""

    def told(error: TelegramError) -> None:
        if isinstance(error, Conflict):
            end(EndError(TWO_POLLERS))
        elif isinstance(error, InvalidToken):
            end(EndError(WRONG_TOKEN))
        else:
            logger.warning("Telegram cannot be reached: %s", type(error).__name__)

    return told
