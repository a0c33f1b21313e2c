"""The Telegram rim: updates in, replies out."""

import os

# Else python-telegram-bot warns at every 429 that `retry_after` will be a timedelta one day.
os.environ.setdefault("PTB_TIMEDELTA", "true")
