"""Training: from a compiled model and data to a run folder."""
