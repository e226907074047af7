"""Running recorded requests again."""
