"""Families of distributions: priors, experts and likelihoods."""

from mvgraph.vocab.family.base import Family, Params, Role, Shape

__all__ = ["Family", "Params", "Role", "Shape"]
