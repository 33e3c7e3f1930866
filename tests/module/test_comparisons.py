"""Explicit divergences by both executors: every center, kind of posterior family, estimator and pattern of views."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mvgraph.spec.model import Spec

from .models import agree, data, gradients, model, noise_of, patterns, small, views_of

POSTERIORS = ["q(z | m)"]
EACH = {"for": {"m": "V"}}
POE = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}
FAMILIES: dict[str, dict[str, Any]] = {
    "poe": {"mixture": "none", **POE},
    "singles": {"mixture": "singles", "z": {"expert": "normal", "fuse": None}},
    "subsets": {"mixture": "subsets", **POE},
}
TERMS: dict[str, tuple[str, dict[str, Any]]] = {
    "js to a mixture": ("js", {"of": ["p(z)", *POSTERIORS], **EACH}),
    "js of posteriors": ("js", {"of": POSTERIORS, **EACH}),
    "js to a geometric mean": ("js", {"of": ["p(z)", *POSTERIORS], **EACH, "center": "geometric"}),
    "js of named views": ("js", {"of": ["p(z)", "q(z | sound)", "q(z | label)"], "center": "geometric"}),
    "kl to the family": ("kl", {"of": "q(z | m)", "to": "q(z | V)", **EACH}),
    "kl of the prior": ("kl", {"of": "p(z)", "to": "q(z | m)", **EACH}),
    "ce of the family": ("ce", {"of": "q(z | V)", "to": "q(z | m)", **EACH}),
    "ce to the prior": ("ce", {"of": "q(z | m)", "to": "p(z)", **EACH, "combine": "mean"}),
    "entropy of the prior": ("ce", {"of": "p(z)", "to": "p(z)"}),
    "ce of the prior": ("ce", {"of": "p(z)", "to": "q(z | m)", **EACH}),
}
OVER_POE = {
    "js of the product": ("js", {"of": ["q(z | V)", "q(z | S)"], "for": {"S": "subsets"}, "center": "geometric"}),
}
CASES = [(f, t) for f in FAMILIES for t in TERMS] + [("poe", t) for t in OVER_POE]


def spec_of(family: str, term: str, kl: str = "closed", views: int = 3) -> Spec:
    """A small model with one explicit divergence."""
    word, options = {**TERMS, **OVER_POE}[term]
    objective = {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": 0}}], "minimize": [{word: options}]}
    return small("mopoe", views_of("mopoe", views), q=FAMILIES[family], objective=objective, estimator={"kl": kl})


@pytest.mark.parametrize("kl", ["closed", "sampled"])
@pytest.mark.parametrize(("family", "term"), CASES)
def test_plan_is_interpreter(family: str, term: str, kl: str) -> None:
    """Value per row and gradient, every pattern of missing views."""
    made = model(spec_of(family, term, kl))
    masks = patterns(3)
    loss = agree(made, data(made.spec, len(masks), masks))
    assert loss.rows.isfinite().all()
    alone = noise_of(made, len(masks))
    for row in (0, len(masks) - 1):
        index = torch.tensor([row])
        one = made.loss(data(made.spec, len(masks), masks).rows(index), noise=alone.rows(index))
        torch.testing.assert_close(one.rows, loss.rows[index].detach(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("term", ["js to a mixture", "js to a geometric mean", "js of posteriors"])
def test_missing_members_leave_no_trace(term: str) -> None:
    """With one view observed its expert alone is a member, whatever stands in the other views."""
    made = model(spec_of("singles", term))
    mask = torch.tensor([[True, False, False]]).expand(2, -1)
    batch = data(made.spec, 2, mask)
    batch.views["image"][1] = torch.nan
    batch.views["label"][1] = torch.inf
    loss = made.loss(batch, noise=noise_of(made, 2))
    found = gradients(made, loss)
    assert loss.rows.isfinite().all()
    assert all(g.isfinite().all() for g in found.values())
    assert not any(g.abs().max() > 0 for n, g in found.items() if "experts" in n and "sound" not in n)


def test_gradient_by_finite_differences() -> None:
    """Of mmJSD with private latents, at random entries of every parameter."""
    made = model(small("mmjsd_private", views_of("mmjsd_private", 2)))
    batch, noise = data(made.spec, 3), noise_of(made, 3)
    found = gradients(made, made.loss(batch, noise=noise))
    weights, step = torch.linspace(0.5, 1.5, 3), 1e-6
    for name, parameter in made.named_parameters():
        at = int(found[name].abs().argmax())
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                parameter.view(-1)[at] += sign * step
                values.append(float((weights * made.loss(batch, noise=noise).rows).sum()))
                parameter.view(-1)[at] -= sign * step
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(
            float(found[name].view(-1)[at]), rel=1e-5, abs=1e-7
        )
