"""Stand-ins for the outside world: a Telegram Bot API server with a web chat, and a hub."""
