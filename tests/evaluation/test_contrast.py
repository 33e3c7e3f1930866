"""Two objectives as numbers: what is said to be ordered is, by gaps as large as said; lines add up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import mvgraph as mg
from mvgraph.errors import DataError, UsageError
from mvgraph.evaluation.contrast import staged
from mvgraph.evaluation.stage import Stage, made_up
from mvgraph.objective.difference.relation import Relation
from mvgraph.training.run import Run
from tests.identities.algebra import elbo, iwae, model, of

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
SAMPLED = {"kl": "sampled"}
JS = {"of": ["q(z | m)"], "for": {"m": "V"}}


def centered(center: str) -> Any:
    """Scores, less the divergence of the experts from a center."""
    return model(3, elbo(beta=0), q=SINGLES, minimize=[{"js": {**JS, "center": center}}], estimator=SAMPLED)


def singles(route: dict[str, Any]) -> Any:
    """A mixture of three experts, every divergence by draws; under a logarithm there is no other."""
    return model(3, route, q=SINGLES, **({"estimator": SAMPLED} if "elbo" in route else {}))


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
    delta = mg.diff(*(mg.load("mvae", views={v: {} for v in names}) for names in ("ab", "cd")))
    with pytest.raises(UsageError, match="the same names of nodes and views"):
        mg.contrast(delta)


def test_what_is_assumed_counts() -> None:
    plain = {"extends": "jmvae", "objective": {"minimize": None}}
    assert mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": 0}), rows=3, repeats=2).total.gap == (0.0, 0.0)
    assert mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": "5/6"}), rows=3, repeats=2).total.gap[0] > 0
    with pytest.raises(UsageError, match="numbers need a number for 'alpha', not beta"):
        mg.contrast(mg.diff("jmvae", plain, assuming={"alpha": "beta"}))


SCORE = "E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]"
STUDENT = 2.131  # of 15 degrees of freedom: 95 % lie below


@torch.no_grad()
def exact(stage: Stage) -> float:
    """E[log p(x.1|z)] for normal z, a linear decoder and a fixed scale: five points give the mean of a quadratic."""
    model, rows = stage.models[0], stage.rows
    posterior = model.encode(rows)["z"]
    family, shape = model.networks.scored("1")

    def score(z: torch.Tensor) -> torch.Tensor:
        decoded = model.networks.decode("1", z)
        return family.distribution(decoded, shape).log_prob(rows.views["1"])

    middle = score(posterior.mean)
    steps = [torch.nn.functional.one_hot(torch.tensor(j), posterior.mean.shape[-1]) * posterior.stddev for j in (0, 1)]
    bends = [(score(posterior.mean + s) + score(posterior.mean - s) - 2 * middle) / 2 for s in steps]
    return float((middle + sum(bends)).mean())


def test_standard_errors_cover_the_closed_form() -> None:
    """Of 150 seeds of the noise 95 % have the closed form within their interval, up to three standard deviations."""
    normal = {str(v): {"likelihood": {"normal": {"scale": 0.7}}} for v in (1, 2)}
    one, other = (mg.load("mvae", views=normal, beta=b) for b in (1, 3))
    stage = made_up(mg.diff(one, other), 4, 0)
    value = exact(stage)
    found = [staged(stage, 16, seed) for seed in range(150)]
    scores = [next(x for x in each.lines if x.term == SCORE).a for each in found]
    covered = np.mean([abs(mean - value) < STUDENT * error for mean, error in scores])
    assert 0.895 < covered < 0.999
    assert np.mean([mean for mean, _ in scores]) == pytest.approx(value, abs=4.5 * scores[0][1] / 150**0.5)
    (divergence,) = (x for x in found[0].lines if x.term.startswith("KL"))
    assert divergence.b[0] == pytest.approx(3 * divergence.a[0])
    assert divergence.a[1] < 1e-12  # in closed form


def test_a_statistic_of_a_batch_sees_each_row_once() -> None:
    stage = made_up(mg.diff("dccae", "dcca"), 16, 0)
    found = staged(stage, 3, 0)
    (line,) = (x for x in found.lines if x.term.startswith("STAT"))
    (term,) = (v.detach() for name, v in stage.models[0].loss(stage.rows).terms.items() if "STAT" in name)
    assert line.a[0] == pytest.approx(float(term))


DATA = {"a": np.random.default_rng(0).normal(size=(40, 3)), "b": np.random.default_rng(1).normal(size=(40, 2))}


def own(name: str, **more: Any) -> Any:
    """A small model of two views of one's own."""
    views = {v: {"shape": [x.shape[1]], "likelihood": "normal"} for v, x in DATA.items()}
    small = {"mlp": {"hidden": [4]}}
    return mg.load(name, **{"views": views, "view_defaults": {"encoder": small, "decoder": small}, **more})


def test_rows_of_ones_own() -> None:
    delta = mg.diff(own("mopoe"), own("mvae"))
    found = mg.contrast(delta, data=DATA, repeats=4)
    assert found.about[0] == "all 40 rows of the data"
    assert mg.contrast(delta, data=DATA, rows=7, repeats=4).about[0] == "7 of the 40 rows of the data, by chance"
    assert found.lines == mg.contrast(delta, data=mg.batch(own("mvae"), DATA), repeats=4).lines
    with pytest.raises(DataError, match="b"):
        mg.contrast(delta, data={**DATA, "b": DATA["b"][:, :1]}, repeats=4)


def test_views_that_are_missing() -> None:
    """What is left is the objective without the view; a network that needs it says so."""
    missing = {**DATA, "b": np.full((40, 2), np.nan)}
    always = own("mopoe", q={"z": {"prior_expert": "always"}})  # its prior is an expert of the sets that are left, too
    found = mg.contrast(mg.diff(own("mvae"), always), data=missing, repeats=4)
    product = {"E[log p(x.a|z); z~PoE[p(z)·q(z|a)]]", "KL(PoE[p(z)·q(z|a)] || p(z))"}
    assert {x.term for x in found.lines if x.a[0]} == {x.term for x in found.lines if x.b[0]} == product
    assert sum(x.a[0] for x in found.lines) == pytest.approx(found.total.a[0])
    with pytest.raises(DataError, match="joint network"):
        mg.contrast(mg.diff(own("jmvae"), own("mvae")), data=missing)


def test_columns_stand_as_a_run_knows_them() -> None:
    run = Run(None, (), mg.compile(own("mvae"), seed=3).eval())
    run.model.columns = {v: tuple("xyz"[: values.shape[1]]) for v, values in DATA.items()}
    delta, data = mg.diff(own("mvae"), own("mvtcae")), mg.batch(own("mvae"), DATA)
    turned = {v: values.flip(1) for v, values in data.views.items()}
    names = {v: columns[::-1] for v, columns in run.model.columns.items()}
    plain = mg.contrast(delta, data=data, run=run, repeats=4)
    assert mg.contrast(delta, data=replace(data, views=turned, columns=names), run=run, repeats=4).lines == plain.lines


def test_parameters_of_a_run() -> None:
    """Both get those of the run; what only one has starts as training would start it."""
    run = Run(None, (), mg.compile(own("mvae"), seed=3).eval())
    delta = mg.diff(own("mvae"), own("mvae", beta=2))
    found = mg.contrast(delta, data=DATA, run=run, repeats=4)
    (divergence,) = (x for x in found.lines if x.term.startswith("KL"))
    trained = run.model.loss(mg.batch(own("mvae"), DATA)).terms
    (term,) = (v.detach() for name, v in trained.items() if "KL" in name)
    assert divergence.a[0] == pytest.approx(float(term), rel=1e-5)
    assert divergence.b[0] == pytest.approx(2 * float(term), rel=1e-5)
    assert "tensors of A and" in found.about[1]
    assert "the others" not in found.about[1]
    assert "the others as training" in mg.contrast(mg.diff(own("mvae"), own("jmvae")), data=DATA, run=run).about[1]
    with pytest.raises(UsageError, match="give data, too"):
        mg.contrast(delta, run=run)
    other = Run(
        None, (), mg.compile(mg.load("mvae", views={v: {"shape": [3], "likelihood": "bernoulli"} for v in "cd"}))
    )
    with pytest.raises(UsageError, match="has no parameters of either model"):
        mg.contrast(delta, data=DATA, run=other)


def test_what_cannot_be_asked() -> None:
    delta = mg.diff("mvae", "mvae")
    for wrong in ({"rows": 0}, {"repeats": 1}):
        with pytest.raises(UsageError, match="one row at least, and two repeats"):
            mg.contrast(delta, **wrong)
