"""Sums over views and over sets of views, found in sums that are written out, and written out again."""
