"""Which model a request needs, learned from outcomes: how much better the stronger of two would answer."""
