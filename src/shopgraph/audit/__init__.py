"""The append-only record of every step."""
