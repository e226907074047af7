"""Fault injection: real processes, another side with books of its own, a fault at every named point of an action."""
