"""Outages: providers that fail in every way, at every moment, and what a shop's customers notice of it."""
