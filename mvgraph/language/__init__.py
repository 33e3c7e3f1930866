"""The language below every model: words, formulas, sets of views, densities; no torch."""
