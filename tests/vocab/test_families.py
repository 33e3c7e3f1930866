"""Families: one contract for all words, densities against torch and quadrature, draws against moments."""

import subprocess
import sys

import pytest
import torch

from mvgraph.errors import SpecError, UnknownWord, UsageError
from mvgraph.vocab.family import Family

WORDS = [*Family.registry.names()]
PAIRS = [  # an improper prior has no parameters, no mean and no draws: test_dropout.py
    (word, role) for word in WORDS for role in sorted(Family.registry[word].roles) if not Family.registry[word].improper
]
DENSITIES = [pair for pair in PAIRS if Family.registry[pair[0]].is_density]
VARIANTS = [
    {word: options}
    for word in ("normal", "laplace", "student_t")
    for options in (
        {"scale": 0.75},
        {"scale": "softplus", "floor": 1e-3},
        {"scale": "softmax", "floor": 1e-6},
        {"learnt": ["scale"], "init": -3.0},
        {"learnt": ["loc", "scale"], "scale": "softmax"},
    )
]
SHAPE = (2, 3)


pytestmark = pytest.mark.usefixtures("double")


def raw_params(family, role, batch=(5,), shape=SHAPE):
    heads = {k: torch.randn(*batch, *s) for k, s in family.heads(shape, role).items()}
    return heads | family.free(shape, role)


def some_values(family, params, shape=SHAPE):
    """Values on the support, `(5, *shape)`."""
    if not family.is_density:
        return torch.randn(5, *shape)
    drawn = family.distribution(params, shape).sample()
    return drawn.expand(5, *shape)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_reads_back(word):
    assert Family.read(Family.read(word).write()) == Family.read(word)
    assert Family.registry[word].roles


@pytest.mark.parametrize(("word", "role"), PAIRS)
def test_parameters_have_the_shapes_of_the_event(word, role):
    family = Family.read(word)
    raw = raw_params(family, role)
    params = family.constrain(raw, SHAPE, role)
    assert all(p.dtype == torch.float64 and p.isfinite().all() for p in params.values())
    batch = (5,) if family.heads(SHAPE, role) else ()
    assert family.mean(params).shape == (*batch, *SHAPE)
    dist = family.distribution(params, SHAPE)
    assert dist.event_shape == SHAPE
    assert dist.batch_shape == batch


@pytest.mark.parametrize(("word", "role"), PAIRS)
def test_a_role_without_a_network_has_no_heads(word, role):
    assert bool(Family.read(word).heads(SHAPE, role)) == (role in {"expert", "likelihood"})


@pytest.mark.parametrize(("word", "role"), DENSITIES)
def test_log_prob_is_the_log_density_of_torch(word, role):
    family = Family.read(word)
    params = family.constrain(raw_params(family, role), SHAPE, role)
    value = some_values(family, params)
    found = family.log_prob(params, value, dims=2)
    assert found.shape == (5,)
    torch.testing.assert_close(found, family.distribution(params, SHAPE).log_prob(value), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("word", "role"), [p for p in PAIRS if p[0] != "delta"])
def test_log_prob_broadcasts_over_leading_axes(word, role):
    family = Family.read(word)
    raw = raw_params(family, role, batch=(4, 3, 5))  # (component, sample, batch)
    params = family.constrain(raw, SHAPE, role)
    value = some_values(family, {k: v[0, 0] if v.dim() > 2 else v for k, v in params.items()})
    found = family.log_prob(params, value, dims=2)
    assert found.shape == ((4, 3, 5) if family.heads(SHAPE, role) else (5,))
    if family.heads(SHAPE, role):
        one = {k: v[2, 1] if v.dim() > 2 else v for k, v in params.items()}
        torch.testing.assert_close(found[2, 1], family.log_prob(one, value, dims=2), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("word", "role"), [p for p in PAIRS if p[0] != "delta"])
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_gradients_are_right_and_finite(word, role, size):
    family = Family.read(word)
    raw = {k: (v * size).requires_grad_() for k, v in raw_params(family, role).items()}
    params = family.constrain(raw, SHAPE, role)
    value = some_values(family, {k: v.detach().clamp(-3, 3) for k, v in params.items()}) if size == 1.0 else 0
    value = value if size == 1.0 else torch.nn.functional.one_hot(torch.zeros(5, 2, dtype=torch.long), 3).double()
    if family.is_density and family.distribution(params, SHAPE).log_prob(value).sum() == -torch.inf:
        pytest.skip("the density itself is zero in float64 so far out")
    found = family.log_prob(params, value, dims=2).sum()
    grads = torch.autograd.grad(found, list(raw.values())) if raw else ()
    assert found.isfinite()
    assert all(g.isfinite().all() for g in grads)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.parametrize("role", ["prior", "auxiliary", "expert", "likelihood"])
def test_location_scale_variants(variant, role):
    family = Family.read(variant)
    options = next(iter(variant.values()))
    if role not in family.roles:
        return
    if isinstance(options.get("scale"), str) and "learnt" not in options and role in {"prior", "auxiliary"}:
        with pytest.raises(SpecError, match="no network makes the scale"):
            family.heads(SHAPE, role)
        return
    raw = raw_params(family, role)
    params = family.constrain(raw, SHAPE, role)
    assert (params["scale"] > 0).all()
    value = torch.randn(5, *SHAPE)
    expected = family.distribution(params, SHAPE).log_prob(value)
    torch.testing.assert_close(family.log_prob(params, value, dims=2), expected, rtol=1e-12, atol=1e-12)
    assert ("raw_scale" in family.free(SHAPE, role)) == ("scale" in options.get("learnt", []))


@pytest.mark.parametrize(
    ("value", "role", "heads", "free", "scale"),
    [
        ("normal", "prior", "", "", 1.0),
        ("normal", "likelihood", "loc", "", 1.0),
        ("normal", "expert", "loc raw_scale", "", None),
        ({"normal": {"learnt": ["scale"]}}, "prior", "", "raw_scale", 1.0),
        ({"normal": {"learnt": ["loc", "scale"]}}, "prior", "", "loc raw_scale", 1.0),
        ({"normal": {"learnt": ["scale"], "init": -3.0}}, "likelihood", "loc", "raw_scale", 0.2231301601484298),
        ({"laplace": {"learnt": ["scale"], "init": -3.0}}, "likelihood", "loc", "raw_scale", 0.049787068367863944),
        ({"laplace": {"scale": 0.75}}, "likelihood", "loc", "", 0.75),
        ({"laplace": {"scale": "softmax", "floor": 1e-6}}, "expert", "loc raw_scale", "", None),
        ({"laplace": {"scale": "softmax", "learnt": ["scale"]}}, "auxiliary", "", "raw_scale", 1.0),
        ({"normal": {"scale": 0.5}}, "expert", "loc", "", 0.5),
        ({"normal": {"scale": "softplus"}}, "likelihood", "loc raw_scale", "", None),
    ],
    ids=str,
)
def test_where_location_and_scale_come_from(value, role, heads, free, scale):
    family = Family.read(value)
    assert set(family.heads((4,), role)) == set(heads.split())
    assert set(family.free((4,), role)) == set(free.split())
    if scale is not None:
        params = family.constrain(raw_params(family, role, shape=(4,)), (4,), role)
        torch.testing.assert_close(params["scale"], torch.full((4,), scale), rtol=1e-14, atol=0)


def test_transforms_of_the_raw_scale():
    raw = {"loc": torch.zeros(3, 4), "raw_scale": torch.randn(3, 4)}
    made = {
        name: Family.read({word: {"scale": rule, "floor": 0.5}}).constrain(raw, (4,), "expert")["scale"] - 0.5
        for name, word, rule in [
            ("variance", "normal", "exp"),
            ("log", "laplace", "exp"),
            ("max", "laplace", "softmax"),
        ]
    }
    torch.testing.assert_close(made["variance"].square().log(), raw["raw_scale"])
    torch.testing.assert_close(made["log"].log(), raw["raw_scale"])
    torch.testing.assert_close(made["max"].sum(-1), torch.full((3,), 4.0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 0.0}, "a scale of 0.0"),
        ({"scale": -1.0}, "a scale is above 0"),
        ({"floor": -1.0}, "floor"),
        ({"scale": 1.0, "learnt": ["scale"]}, "fixed at 1.0 and learnt"),
        ({"scale": "log"}, "expected a number or 'exp'"),
        ({"learnt": ["mean"]}, "expected"),
        ({"df": 3.0}, "no option 'df'"),
    ],
    ids=str,
)
def test_options_without_meaning_are_refused(options, message):
    with pytest.raises(SpecError, match=message):
        Family.read({"normal": options})


def test_student_t_has_positive_degrees_of_freedom():
    with pytest.raises(SpecError, match="degrees of freedom are above 0"):
        Family.read({"student_t": {"df": 0.0}})


def test_an_unknown_family_teaches():
    with pytest.raises(UnknownWord, match="did you mean 'normal'"):
        Family.read("norml")


def test_bernoulli_scores_grey_values():
    logits, grey = torch.randn(4, 3), torch.rand(4, 3)
    expected = -torch.nn.functional.binary_cross_entropy_with_logits(logits, grey, reduction="none").sum(-1)
    torch.testing.assert_close(Family.read("bernoulli").log_prob({"logits": logits}, grey), expected)


def test_mse_has_no_half_and_no_constant():
    family = Family.read("mse")
    value, loc = torch.randn(4, 2, 3), torch.randn(4, 2, 3)
    expected = -(value - loc).square().sum((1, 2))
    torch.testing.assert_close(family.log_prob({"loc": loc}, value, dims=2), expected)
    assert not family.is_density


def test_a_delta_is_its_location():
    family = Family.read("delta")
    loc = torch.randn(1, 4, 3)
    noise = family.noise((5, 4, 3), None, loc)
    assert torch.equal(family.rsample({"loc": loc}, noise), loc.expand(5, 4, 3))
    assert torch.equal(family.distribution({"loc": loc[0]}, (3,)).mean, loc[0])
    assert family.distribution({"loc": loc[0]}, (3,)).expand((7, 4)).rsample((2,)).shape == (2, 7, 4, 3)
    with pytest.raises(UsageError, match="has no density"):
        family.log_prob({"loc": loc}, loc)
    with pytest.raises(UsageError, match="has no density"):
        family.distribution({"loc": loc}, (3,)).log_prob(loc)


@pytest.mark.parametrize(("word", "variance"), [("normal", 1.0), ("laplace", 2.0)])
def test_draws_have_the_moments(word, variance):
    family, n = Family.read(word), 400_000
    params = {"loc": torch.tensor([-1.5, 2.0]), "scale": torch.tensor([0.3, 2.0])}
    generator = torch.Generator().manual_seed(3)
    draws = family.rsample(params, family.noise((n, 2), generator, params["loc"]))
    standard = (draws - params["loc"]) / params["scale"]
    for power, exact in ((1, 0.0), (2, variance), (3, 0.0)):
        moment = standard**power
        assert ((moment.mean(0) - exact).abs() <= 4.5 * moment.std(0) / n**0.5).all()


def test_draws_are_differentiable():
    for word in (w for w in WORDS if Family.registry[w].reparameterised):
        family = Family.read(word)
        raw = {k: v.requires_grad_() for k, v in raw_params(family, "expert", (3,), (2,)).items()}
        params = family.constrain(raw, (2,), "expert")
        noise = family.noise((3, 2), torch.Generator().manual_seed(1), params["loc"])
        torch.autograd.grad(family.rsample(params, noise).sum(), list(raw.values()))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_laplace_noise_stays_inside_the_open_interval(dtype, monkeypatch):
    like, family = torch.zeros(1, dtype=dtype), Family.read("laplace")
    monkeypatch.setattr(torch, "rand", lambda *_, **__: torch.tensor([0.0, 0.5, 1.0], dtype=dtype))
    noise = family.noise((3,), None, like)
    params = {"loc": like, "scale": like + 1}
    assert (noise.abs() < 0.5).all()
    assert family.rsample(params, noise).isfinite().all()


def test_noise_is_reproducible():
    for word in ("normal", "laplace"):
        twice = [Family.read(word).noise((4,), torch.Generator().manual_seed(7), torch.zeros(1)) for _ in range(2)]
        assert torch.equal(*twice)


def test_a_categorical_mean_is_its_probabilities():
    mean = Family.read("categorical").mean({"logits": torch.randn(4, 3)})
    torch.testing.assert_close(mean.sum(-1), torch.ones(4))


def test_reading_families_does_not_load_torch():
    code = (
        "import sys; from mvgraph.vocab.family import Family; names = Family.registry.names();"
        "Family.read({'laplace': {'scale': 0.75}}); assert 'normal' in names; print('torch._C' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
