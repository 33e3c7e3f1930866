"""Tests of reading and writing specs."""
