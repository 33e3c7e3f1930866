"""The difference of two objectives: the strongest relation that is found between them, and what sets them apart."""
