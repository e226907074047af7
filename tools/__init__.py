"""What an agent may do: typed tools, the gate in front of them, actions."""
