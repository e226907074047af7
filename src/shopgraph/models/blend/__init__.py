"""Intents learned from an app's own traffic: exact words, letters and neighbours in meaning, weighed as one."""
