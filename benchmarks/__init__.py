"""Measured times. No test depends on one: tests count work."""
