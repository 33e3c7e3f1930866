"""Derivation with bound indices: the objective of a spec for every number of views, nothing written out."""
