"""The last tier: it speaks without a model, from facts, by templates."""
