"""The verbs, one a file: `run`, and an `EXAMPLE` for its help."""
