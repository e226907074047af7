"""What a log tells of its requests, summed up: aggregates that fit in memory, tables and a page."""
