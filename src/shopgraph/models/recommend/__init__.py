"""What goes with what, and what a customer buys next: learned from baskets by sparse linear algebra."""
