"""`python -m shopgraph`."""

from shopgraph.cli import main

if __name__ == "__main__":
    main()
