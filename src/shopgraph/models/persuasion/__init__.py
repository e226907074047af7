"""Which words sell, and who answers a campaign: learned from how it went before."""
