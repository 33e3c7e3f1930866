"""The vocabulary: one word a file, found by looking."""
