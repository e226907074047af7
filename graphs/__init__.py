"""The state machines: orchestrator, workflows, agent."""
