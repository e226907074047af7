"""The retail domain of tau2-bench: its tools and arguments over ours, and two evaluations made of its data."""
