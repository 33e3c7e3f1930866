"""Data: batches with masks, and the way there from files."""
