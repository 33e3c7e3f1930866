"""How far an importance estimate of log p(X) can be trusted, and that it is said where it cannot."""

from __future__ import annotations

import math
import warnings

import pytest
import torch

from mvgraph.data.tables import DataWarning
from mvgraph.evaluation import estimate_likelihood
from mvgraph.evaluation.wording import lines
from mvgraph.module.answers import Importance
from mvgraph.module.model import Model

from .models import data, model, small, views_of
from .test_answers import widen


def far(shift: float) -> Model:
    """A model whose joint posterior sits `shift` away from where it should be."""
    made = model(small("jmvae", views_of("jmvae", 2)))
    with torch.no_grad():
        for name, parameter in made.networks.joints.named_parameters():
            if name.endswith("loc.1.bias"):
                parameter.fill_(shift)
            if name.endswith("raw_scale.1.bias"):
                parameter.fill_(0.0)
    return made


def test_a_proposal_far_from_the_posterior_is_told() -> None:
    made = far(30.0)
    batch = data(made.spec, 6)
    with pytest.warns(DataWarning, match=r"log p\(X\) is not reliable: \d of 6 rows .* give more samples"):
        made.log_likelihood(batch, 300, generator=torch.Generator().manual_seed(0))
    report = estimate_likelihood(made, batch, 300)
    assert report.effective[2] < 2
    text = "\n".join(lines(report, None, None, {}))
    assert "log p(X) is not reliable" in text
    assert "the ± is over rows" in text


def test_a_good_proposal_is_not() -> None:
    made = far(0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.log_likelihood(data(made.spec, 6), 300, generator=torch.Generator().manual_seed(0))


def test_effective_draws_and_error_by_hand() -> None:
    """(Σ w)²/Σ w²; all of them where the weights are one, and one where a single draw has all the weight."""
    made = model(small("mvae", views_of("mvae", 2)))
    batch = data(made.spec, 5)
    estimate = made.importance(batch, 40, generator=torch.Generator().manual_seed(0))
    assert estimate.draws == 40
    assert ((estimate.effective >= 1) & (estimate.effective <= 40)).all()
    again = made.log_likelihood(batch, 40, generator=torch.Generator().manual_seed(0))
    assert torch.equal(again, estimate.log_likelihood)
    logs = torch.zeros(2)
    by_hand = Importance(logs, torch.tensor([1.0, 4.0], dtype=torch.float64), 4)
    assert by_hand.error.tolist() == [math.sqrt(0.75), 0.0]


@pytest.mark.parametrize("name", ["mvae", "mopoe", "mmvae"])
def test_the_error_over_draws_is_the_spread_of_estimates(name: str) -> None:
    """Within a third, over 200 repeats; for mixtures the draws are dealt to the components, which only helps."""
    made = model(small(name, views_of(name, 2)))
    widen(made)
    batch = data(made.spec, 2)
    runs = [made.importance(batch, 60, generator=torch.Generator().manual_seed(s)) for s in range(200)]
    spread = torch.stack([r.log_likelihood for r in runs]).std(0)
    said = torch.stack([r.error for r in runs]).square().mean(0).sqrt()
    assert (spread < 1.34 * said).all()
    if name == "mvae":
        assert (spread > said / 1.5).all()
