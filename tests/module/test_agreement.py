"""The compiled step equals the reference interpreter: every reference spec, every pattern of missing views."""

from __future__ import annotations

import pytest
import torch

from mvgraph.graph.checks import check
from mvgraph.module.coefficient import evaluate
from mvgraph.module.interpreter import VALUES
from mvgraph.module.pattern import Pattern
from mvgraph.objective.canonical import derive
from mvgraph.spec.model import Spec

from .models import (
    BATCHWISE,
    CONDITIONED,
    DROPPING,
    EXACTLY_TWO,
    NAMES,
    UNMASKABLE,
    agree,
    data,
    gradients,
    model,
    noise_of,
    patterns,
    small,
    twin,
    views_of,
    with_views,
)

CASES = [
    pytest.param(name, count, order, id=f"{name}-{count}{'ab'[order]}")
    for name in NAMES
    for count in ((2,) if name in EXACTLY_TWO else (2, 3))
    for order in (0, 1)
]
RANDOM = ("mvae_subsampled", *DROPPING)
ALONE = [n for n in NAMES if n not in (*EXACTLY_TWO, *CONDITIONED)]


def single(name: str) -> Spec:
    """A reference spec with one view."""
    pair = small(name, views_of(name, 2))
    return with_views(pair, pair.view_names[:1])


@pytest.mark.parametrize(("name", "count", "order"), CASES)
def test_complete(name: str, count: int, order: int) -> None:
    """Value per row and gradient, on complete data."""
    made = model(small(name, views_of(name, count, order)))
    loss = agree(made, data(made.spec, 4))
    assert loss.rows.isfinite().all()
    torch.testing.assert_close(-loss.total, sum(loss.terms.values()), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "count", "order"), [c for c in CASES if c.values[0] not in RANDOM])
def test_printed_terms(name: str, count: int, order: int) -> None:
    """Each line of the printed objective, evaluated by itself, is the term of that name in the compiled loss."""
    made = model(small(name, views_of(name, count, order)))
    batch, noise = data(made.spec, 4), noise_of(made, 4)
    values = {**made.networks.values(), "M_obs": float(count)}
    lone = Pattern(made.networks, made.spec, batch.views, noise, values)
    objective = derive(made.spec)
    printed = {
        line: evaluate(c, values) * VALUES[type(atom)](lone, atom).mean()
        for line, (c, atom) in zip(objective.lines, objective.terms, strict=True)
    }
    terms = made.loss(batch, noise=noise).terms
    assert terms.keys() == printed.keys()
    for line, value in printed.items():
        torch.testing.assert_close(terms[line], value, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("name", "count", "order"), [c for c in CASES if c.values[0] not in UNMASKABLE])
def test_missing(name: str, count: int, order: int) -> None:
    """All patterns in one batch, then each alone: the same rows, and both executors agree."""
    made = model(small(name, views_of(name, count, order)))
    masks = patterns(count)
    batch = data(made.spec, len(masks), masks)
    together = agree(made, batch)
    noise = noise_of(made, len(masks))
    for row in range(len(masks)):
        index = torch.tensor([row])
        for executor in (made, twin(made, optimize=False)):
            alone = executor.loss(batch.rows(index), noise=noise.rows(index))
            torch.testing.assert_close(alone.rows, together.rows[index].detach(), rtol=1e-10, atol=1e-12)
        agree(made, batch.rows(index), seed=row)


@pytest.mark.parametrize("name", [n for n in ALONE if n not in BATCHWISE])
def test_one_view(name: str) -> None:
    """One view is a model, too; it has no errors, only warnings."""
    spec = single(name)
    assert not [p for p in check(spec) if p.severity == "error"]
    made = model(spec)
    loss = agree(made, data(spec, 4))
    assert loss.rows.isfinite().all()
    assert any(g.abs().max() > 0 for g in gradients(made, loss).values())


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*EXACTLY_TWO, *UNMASKABLE)])
@pytest.mark.parametrize("kl", ["closed", "sampled"])
@pytest.mark.parametrize("seed", range(3))
def test_four_views(name: str, kl: str, seed: int) -> None:
    """Four views, several draws, both ways to estimate divergences, other parameters and data."""
    spec = small(name, ("image", "touch", "label", "text"), estimator={"samples": 2, "kl": kl})
    made = model(spec, seed=seed)
    masks = patterns(4).repeat(2, 1)
    agree(made, data(spec, len(masks), masks, seed), seed=seed)


# the plan names the terms of a random set by the set's number, not in expectation; the interpreter names those of a
# datum that lost evidence by what is left
@pytest.mark.parametrize("name", [n for n in NAMES if n not in RANDOM])
def test_both_executors_name_their_terms_as_printed(name: str) -> None:
    spec = small(name, views_of(name, 2))
    plan = model(spec)
    batch, noise = data(spec, 3), noise_of(plan, 3)
    found = [m.loss(batch, noise=noise).terms for m in (plan, twin(plan, optimize=False))]
    assert set(found[0]) == set(found[1]) == set(derive(spec).lines)
    for line, value in found[0].items():
        torch.testing.assert_close(found[1][line], value, rtol=1e-10, atol=1e-12)


OWN = {"maximize": [{"iwae": {"for": {"S": "full+singles"}, "from": "S", "to": "V", "samples": 3, "beta": "lam"}}]}
ESTIMATED = {
    "mmvae_tight": {},
    "mmvae_plus": {},
    "mopoe": {"objective": {"maximize": [{"iwae": {"from": "V", "to": "V", "samples": 2, "density": "component"}}]}},
    "mvtcae": {},
    "dmvae": {"objective": OWN, "lam": 0.7},  # private latents that are inferred from their own view in every stratum
    "weighted_mvae": {},
}


@pytest.mark.parametrize("word", ["stl", "dreg"])
@pytest.mark.parametrize("name", ESTIMATED)
def test_gradient_estimators(name: str, word: str) -> None:
    """Values and gradients of both executors under every mask."""
    options = {"estimator": {"kl": "sampled", "samples": 2, "gradient": word}, **ESTIMATED[name]}
    made = model(small(name, views_of(name, 3), **options))
    masks = patterns(3)
    loss = agree(made, data(made.spec, len(masks), masks))
    assert any(g.abs().max() > 0 for n, g in gradients(made, loss).items() if "experts" in n)
