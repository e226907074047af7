"""`python -m shopgraph.guards.injection_train`: make the shipped classifier from texts of our own, and only those."""

from __future__ import annotations

from shopgraph.guards.injection_classifier import WEIGHTS, InjectionClassifier, train
from shopgraph.guards.injection_texts import benign_texts, malicious_texts


def train_shipped() -> InjectionClassifier:
    """The classifier that ships; the same one each time."""
    return train([*benign_texts(), *malicious_texts()])


if __name__ == "__main__":
    train_shipped().save(WEIGHTS)
