"""Intents learned from an app's own traffic: exact words, their letters and their neighbours in meaning, weighed as one."""
