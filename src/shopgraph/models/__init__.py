"""Routing and models: intent router, tiers, chat models over LiteLLM."""
