"""Suites, statistics and the pytest plugin."""
