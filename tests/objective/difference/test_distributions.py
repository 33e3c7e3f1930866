"""Another family anywhere is another objective, wherever the objective uses the density."""

from __future__ import annotations

from dataclasses import replace

import pytest

import mvgraph as mg
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.relation import Relation
from mvgraph.vocab.family.laplace import Laplace

OTHER = Laplace(scale=0.37)
EQUAL = (Relation.IDENTICAL, Relation.SCALED, Relation.EXPECTED, Relation.SHIFTED)
LATENTS = [(name, latent.name) for name in mg.names() for latent in mg.load(name).latents]


@pytest.mark.parametrize("name", mg.names())
def test_another_likelihood(name):
    spec = mg.load(name)
    views = tuple(replace(v, likelihood=None) for v in spec.views)
    observed = replace(spec.observed, likelihood=None)
    defaults = replace(spec.view_defaults, likelihood=OTHER)
    found = difference(spec, replace(spec, views=views, observed=observed, view_defaults=defaults))
    assert found.verdict not in EQUAL
    assert found.special is not None
    assert found.special.given[0].startswith("the same distributions: p(")


@pytest.mark.parametrize(("name", "latent"), LATENTS)
def test_another_prior(name, latent):
    """An autoencoder has a prior that nothing is compared with: there it does not count."""
    spec = mg.load(name)
    latents = tuple(replace(v, family=OTHER) if v.name == latent else v for v in spec.latents)
    found = difference(spec, replace(spec, latents=latents))
    named = (str(k) for _, a in mg.derive(spec).terms for k in a.keys if k.ref.node == latent)
    pooled = spec.latent(latent).family.word == "mixture_of"
    used = pooled or any(text.startswith(("p(", "Mix_p")) or "p(" in text for text in named)
    assert (found.verdict in EQUAL) is not used


@pytest.mark.parametrize(("name", "latent"), LATENTS)
def test_another_expert(name, latent):
    spec = mg.load(name)
    rules = tuple(replace(q, expert=Laplace()) if q.name == latent else q for q in spec.posteriors)
    other = replace(spec, posteriors=rules)
    same = spec.posterior(latent).expert.word == "laplace"
    assert (difference(spec, other).verdict in EQUAL) is same
