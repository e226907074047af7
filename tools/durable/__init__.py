"""Actions that happen once or not at all, also where no single transaction reaches: a plan, its steps, their undo."""
