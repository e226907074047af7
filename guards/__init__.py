"""What may be said and done: policy, calendars, checks on text, the guard chain."""
