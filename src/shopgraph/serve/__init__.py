"""The shop served to other programs."""
