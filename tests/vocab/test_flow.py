"""Flows: density and draws belong together, the density is one, and the weights are parameters like others."""

import subprocess
import sys

import pytest
import torch
import zuko

from mvgraph.errors import SpecError, UnknownWord
from mvgraph.vocab.family import Family

KINDS = ["maf", "iaf", "coupling"]
VARIANTS = [
    {"kind": kind, "bins": bins, "context": context, "hidden": [8]}
    for kind in KINDS
    for bins in (0, 4)
    for context in (0, 3)
] + [{"base": "laplace", "transforms": 3}, {"base": {"normal": {"scale": "softplus"}}, "kind": "iaf"}]


pytestmark = pytest.mark.usefixtures("double")


def flow(**options):
    return Family.read({"flow": options})


def parameters(family, dim, batch=(4,), seed=0, spread=1.0):
    """The parameters of a random flow, every weight a leaf."""
    torch.manual_seed(seed)
    raw = {n: torch.randn(*batch, *s) for n, s in family.heads((dim,), "expert").items()}
    weights = {n: (spread * w).requires_grad_() for n, w in family.free((dim,), "expert").items()}
    return family.constrain(raw | weights, (dim,), "expert")


@pytest.mark.parametrize("options", VARIANTS, ids=str)
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_density_and_draws_are_one_change_of_variables(options, dim):
    """log q(z) = log q₀(ε) − log |det ∂z/∂ε|, the Jacobian by central differences."""
    family, step = flow(**options), 1e-6
    params = parameters(family, dim)
    noise = family.noise((4, dim), torch.Generator().manual_seed(1), torch.zeros(1))
    z = family.rsample(params, noise)
    moves = step * torch.eye(dim)
    ahead = torch.stack([family.rsample(params, noise + m) for m in moves], -1)
    behind = torch.stack([family.rsample(params, noise - m) for m in moves], -1)
    log_det = torch.linalg.slogdet((ahead - behind) / (2 * step))[1]
    normal = family.base.word == "normal"
    density = torch.distributions.Normal(0.0, 1.0).log_prob(noise).sum(-1) if normal else 0.0  # of the noise: uniform
    torch.testing.assert_close(family.log_prob(params, z), density - log_det, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_the_density_integrates_to_one(options):
    family = flow(**options)
    params = parameters(family, 1, batch=(2,), spread=0.5)
    z = torch.linspace(-60.0, 60.0, 240_001)
    density = family.log_prob(params, z[:, None, None]).exp()  # (point, row)
    kinks = 1e-6 if family.base.word == "laplace" or family.bins else 1e-9  # where the trapezoid rule is less exact
    torch.testing.assert_close(torch.trapezoid(density, z, dim=0), torch.ones(2), rtol=0, atol=kinks)


def test_without_the_determinant_it_does_not():
    family = flow(transforms=3)
    params = {n: p.detach() for n, p in parameters(family, 1, batch=(1,)).items()}
    z = torch.linspace(-60.0, 60.0, 60_001)[:, None, None]
    wrong = family.base.log_prob(params, family._transport(params, z)[0]).exp()[:, 0]
    assert abs(float(torch.trapezoid(wrong, z[:, 0, 0])) - 1.0) > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_two_entries_together_integrate_to_one(kind):
    family = flow(kind=kind, hidden=[8])
    params = {n: p.detach() for n, p in parameters(family, 2, batch=(), spread=0.5).items()}
    line = torch.linspace(-20.0, 20.0, 801)
    grid = torch.cartesian_prod(line, line).reshape(801, 801, 2)
    total = torch.trapezoid(torch.trapezoid(family.log_prob(params, grid).exp(), line), line)
    torch.testing.assert_close(total, torch.tensor(1.0), rtol=0, atol=2e-4)


def test_it_is_the_flow_of_zuko():
    reference = zuko.flows.MAF(3, 2, transforms=2, hidden_features=(64, 64))
    family = flow(context=2)
    stored = {n: n.replace("transform.", "T/steps/").replace(".", "/") for n, _ in reference.named_parameters()}
    weights = {stored[n]: w for n, w in reference.named_parameters()}
    context = torch.randn(5, 2)
    params = {"loc": torch.zeros(3), "scale": torch.ones(3), "context": context, **weights}
    assert set(weights) == set(family.free((3,), "expert"))
    z = torch.randn(5, 3)
    torch.testing.assert_close(family.log_prob(params, z), reference(context).log_prob(z), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", [{"context": 2}, {"kind": "iaf", "bins": 3}, {"kind": "coupling"}], ids=str)
def test_every_parameter_gets_a_gradient(options):
    family = flow(**options, hidden=[8])
    params = parameters(family, 3)
    weights = {n: w for n, w in params.items() if n.startswith("T/")}
    noise = torch.randn(6, 4, 3)
    for value in (family.log_prob(params, torch.randn(6, 4, 3)), family.rsample(params, noise).square().sum(-1)):
        grads = torch.autograd.grad(value.sum(), list(weights.values()), retain_graph=True)
        assert all(g.isfinite().all() and (g != 0).any() for g in grads)


def test_weights_that_are_left_out_are_missed():
    family = flow()
    params = {n: p for n, p in parameters(family, 2).items() if not n.startswith("T/")}
    with pytest.raises(KeyError, match="T/steps"):
        family.log_prob(params, torch.zeros(2))


def test_moments_of_the_distribution_are_those_of_its_draws():
    family, n = flow(hidden=[8]), 100_000
    params = parameters(family, 2)
    found = family.distribution(params, (2,))
    draws = family.rsample(params, torch.randn(n, 4, 2, generator=torch.Generator().manual_seed(2)))
    error = 4.5 * draws.std(0) * (1 / 1000 + 1 / n) ** 0.5  # the distribution takes a thousand draws of its own
    assert ((found.mean - draws.mean(0)).abs() <= error).all()
    assert torch.equal(found.mean, family.distribution(params, (2,)).mean)
    assert found.rsample((7,)).shape == (7, 4, 2)
    torch.testing.assert_close(found.log_prob(draws[:3]), family.log_prob(params, draws[:3]))
    assert found.stddev.shape == (4, 2)


def test_parameters_broadcast_over_components_and_samples():
    family = flow(context=2)
    params = parameters(family, 3, batch=(2, 1, 4))
    z = torch.randn(5, 4, 3)
    found = family.log_prob(params, z)  # (component, sample, row)
    assert found.shape == (2, 5, 4)
    one = {n: p if n.startswith("T/") else p[1, 0] for n, p in params.items()}
    torch.testing.assert_close(found[1], family.log_prob(one, z))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"transforms": 0}, "1 transform or more"),
        ({"hidden": []}, "1 hidden layer or more"),
        ({"hidden": [0]}, "widths are 1 or more"),
        ({"bins": 1}, "2 bins or more"),
        ({"context": -1}, "0 entries or more"),
        ({"base": "delta"}, "a base is normal or laplace"),
        ({"base": "flow"}, "a base is normal or laplace"),
        ({"kind": "glow"}, "'maf' or 'iaf' or 'coupling'"),
    ],
    ids=str,
)
def test_options_without_meaning_are_refused(options, message):
    with pytest.raises((SpecError, UnknownWord), match=message):
        flow(**options)


def test_reading_a_flow_loads_neither_torch_nor_zuko():
    code = (
        "import sys; from mvgraph.vocab.family import Family; family = Family.read({'flow': {'kind': 'iaf'}});"
        "family.heads((3,), 'expert'); print([m for m in ('torch._C', 'zuko') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
