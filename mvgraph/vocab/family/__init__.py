"""Families of distributions: priors, experts and likelihoods."""

from mvgraph.vocab.family.base import ClosedKL, Family, Params, Role, Shape

__all__ = ["ClosedKL", "Family", "Params", "Role", "Shape"]
