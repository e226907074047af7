"""A seeded day of a chain: what customers write from midnight to midnight, played through the whole orchestrator."""
