"""The hub: its contract as types, a client that expects it to fail, sync and account linking."""
