"""Whole conversations in words: what shoppers ask, and what attackers try."""
