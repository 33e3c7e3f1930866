"""Two objectives as numbers: what is said to be ordered is, by gaps as large as said; lines add up."""

from __future__ import annotations

import math
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.objective.difference.relation import Relation
from tests.identities.algebra import elbo, iwae, model, of

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
SAMPLED = {"kl": "sampled"}
JS = {"of": ["q(z | m)"], "for": {"m": "V"}}


def centered(center: str) -> Any:
    """Scores, less the divergence of the experts from a center."""
    return model(3, elbo(beta=0), q=SINGLES, minimize=[{"js": {**JS, "center": center}}], estimator=SAMPLED)


def singles(*routes: dict[str, Any]) -> Any:
    """A mixture of three experts, every divergence by draws."""
    return model(3, *routes, q=SINGLES, estimator=SAMPLED)


PAIRS = {
    "JS": (singles(elbo(density="component")), singles(elbo(density="mixture"))),
    "more draws": (singles(iwae(2)), singles(iwae(12))),
    "one logarithm": (singles(iwae(2)), singles(iwae(2, strata="inside"))),
    "draws and logarithm": (singles(iwae(2)), singles(iwae(6, strata="inside"))),
    "from the bound": (singles(elbo(density="mixture")), singles(iwae(6))),
    "from the component's bound": (singles(elbo(density="component")), singles(iwae(6))),
    "convexity": (of("mmvm", 3), of("mmvm_exact", 3)),
    "centers": (centered("geometric"), centered("mixture")),
    "divergences": (of("jmvae", 2), of("jmvae", 2, objective={"minimize": None})),
    "beta": (of("mopoe", 2, beta=3), of("mopoe", 2, beta=1)),
    "multiplicities": (
        of("dmvae", 2),
        of(
            "dmvae",
            2,
            objective={"maximize": [elbo("S", **{"for": {"S": "full+singles"}}, likelihood_weight="lam[m]")]},
        ),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_ordered_is_ordered(name: str, seed: int) -> None:
    """The difference that is never negative is not, and for these networks it is well above 0."""
    delta = mg.diff(*PAIRS[name])
    assert (delta.verdict, delta.finding.lower) == (Relation.ORDERED, "A")
    mean, error = mg.contrast(delta, rows=8, repeats=200, seed=seed).total.gap
    assert mean > 4.5 * error > 0 or (error == 0 and mean > 0)


def test_the_jensen_shannon_gap_is_at_most_its_logarithm() -> None:
    mean, error = mg.contrast(mg.diff(*PAIRS["JS"]), rows=8, repeats=200).total.gap
    assert 0 < mean < math.log(3) + 4.5 * error


def test_equal_objectives_are_equal_in_every_term() -> None:
    found = mg.contrast(mg.diff("me_mvae", "mnist_svhn_poe"), rows=4, repeats=2)
    assert [line.gap for line in (*found.lines, found.total)] == [(0.0, 0.0)] * (len(found.lines) + 1)
    assert math.isnan(found.total.share)


def test_lines_add_up() -> None:
    found = mg.contrast(mg.diff("mopoe", "mvae"), rows=4, repeats=8)
    for side in ("a", "b", "gap"):
        parts = [getattr(line, side)[0] for line in found.lines]
        assert sum(parts) == pytest.approx(getattr(found.total, side)[0])
    assert sum(line.share for line in found.lines) == pytest.approx(1)
    assert found.total.share == pytest.approx(1)


@pytest.mark.parametrize("name", mg.names())
def test_every_reference_spec_has_finite_numbers(name: str) -> None:
    found = mg.contrast(mg.diff(name, name), rows=3, repeats=2)
    assert found.total.gap == (0.0, 0.0)
    assert math.isfinite(found.total.a[0])


def test_the_same_numbers_again() -> None:
    one, again = (mg.contrast(mg.diff("mopoe", "mvae"), rows=4, repeats=2) for _ in range(2))
    assert one == again
    assert mg.contrast(mg.diff("mopoe", "mvae"), rows=4, repeats=2, seed=1) != one


def test_other_names_have_no_numbers_in_common() -> None:
    delta = mg.diff("mvae", mg.load("mopoe", views={"image": {}, "text": {}}))
    with pytest.raises(UsageError, match="the same names of nodes and views"):
        mg.contrast(delta)


def test_what_is_assumed_counts() -> None:
    plain = {"extends": "jmvae", "objective": {"minimize": None}}
    assert mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": 0}), rows=3, repeats=2).total.gap == (0.0, 0.0)
    assert mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": "5/6"}), rows=3, repeats=2).total.gap[0] > 0
    with pytest.raises(UsageError, match="numbers need a number for 'alpha', not beta"):
        mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": "beta"}))
