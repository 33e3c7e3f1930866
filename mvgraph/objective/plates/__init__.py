"""Objectives for every number of views at once: folded sums whose coefficients are formulas in M."""
