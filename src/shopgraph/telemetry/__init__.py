"""Latency, tokens, cost and traces per layer, off the request path."""
