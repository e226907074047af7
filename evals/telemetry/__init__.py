"""What watching costs, and whether it keeps apart what it watches."""
