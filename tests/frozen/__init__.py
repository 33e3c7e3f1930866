"""What must not change unless it is meant to: `python -m tests.frozen compare`, and `write` after a wanted change."""
