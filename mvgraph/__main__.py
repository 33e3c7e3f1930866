"""`python -m mvgraph`: the command line, where the program `mvgraph` is not on the path."""

from mvgraph.cli import main

if __name__ == "__main__":
    main()
