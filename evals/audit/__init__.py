"""Evaluations of the audit log: tampering, replay, cost, several writers."""
