"""The demo: conversations with a seeded shop, and what the orchestrator did in each."""
