"""Centers of several densities: closed forms, quadrature, members that are not there, and what makes each the best."""

import math

import pytest
import torch

from mvgraph.vocab.center import Center, Member
from mvgraph.vocab.divergence import closed_kl
from mvgraph.vocab.family import Family

WORDS = Center.registry.names()
NORMAL = Family.read("normal")
MEMBERS, BATCH, DIM = 4, 5, 3


pytestmark = pytest.mark.usefixtures("double")


def member(*shape, family=NORMAL):
    return Member(family, {"loc": torch.randn(*shape), "scale": torch.rand(*shape) + 0.3})


def members():
    """A prior, which has no batch, and posteriors."""
    return [member(DIM), *(member(BATCH, DIM) for _ in range(MEMBERS - 1))]


def equal(count, batch=1):
    return torch.full((count, batch), 1 / count).log()


def line(points=200_001, reach=30.0):
    return torch.linspace(-reach, reach, points)


def integral(log_p, log_q, x):
    """KL(p ‖ q) on a line."""
    return torch.trapezoid(log_p.exp() * (log_p - log_q), x)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_reads_back(word):
    center = Center.read(word)
    assert Center.read(center.write()) == center
    assert center.symbol
    assert center.families is None or center.families <= set(Family.registry.names())


@pytest.mark.parametrize("word", WORDS)
def test_the_center_of_one_is_itself(word):
    one, at = member(BATCH, DIM), torch.randn(7, BATCH, DIM)
    found = Center.read(word).log_prob([one], equal(1, BATCH), at)
    torch.testing.assert_close(found, NORMAL.log_prob(one.params, at), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("word", WORDS)
def test_the_center_of_equals_is_one_of_them(word):
    one, at = member(BATCH, DIM), torch.randn(7, BATCH, DIM)
    found = Center.read(word).log_prob([one] * 3, equal(3, BATCH), at)
    torch.testing.assert_close(found, NORMAL.log_prob(one.params, at), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("word", WORDS)
def test_it_is_a_density(word):
    x, all_ = line(), [member(1, 1) for _ in range(3)]
    log = Center.read(word).log_prob(all_, torch.tensor([0.2, 0.3, 0.5]).log()[:, None], x[:, None, None])
    torch.testing.assert_close(torch.trapezoid(log.squeeze(1).exp(), x), torch.tensor(1.0), rtol=0, atol=1e-9)


@pytest.mark.parametrize("word", WORDS)
def test_members_that_are_not_there_leave_no_trace(word):
    """Weights of minus infinity in the log, one pattern a row: the center of the others, in value and gradient."""
    center, all_, at = Center.read(word), members(), torch.randn(2, BATCH, DIM)
    there = torch.rand(MEMBERS, BATCH) < 0.6
    there[0] = True
    logs = torch.where(there, (1.0 / there.sum(0)).log(), -math.inf)
    leaves = [p.requires_grad_() for m in all_ for p in m.params.values()]
    found = center.log_prob(all_, logs, at)
    rows = []
    for row in range(BATCH):
        chosen = [m for m, t in zip(all_, there[:, row], strict=True) if t]
        cut = [
            Member(m.family, {k: v if v.dim() == 1 else v[row : row + 1] for k, v in m.params.items()}) for m in chosen
        ]
        rows.append(center.log_prob(cut, equal(len(cut)), at[:, row : row + 1]))
    wanted = torch.cat(rows, 1)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)
    both = [torch.autograd.grad(v.sin().sum(), leaves) for v in (found, wanted)]
    for left, right in zip(*both, strict=True):
        assert left.isfinite().all()
        torch.testing.assert_close(left, right, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("word", [w for w in WORDS if Center.read(w).closed([NORMAL]) is not None])
def test_closed_parameters_are_those_of_the_density(word):
    center, all_ = Center.read(word), members()
    logs = torch.rand(MEMBERS, BATCH).softmax(0).log()
    family, at = center.closed([NORMAL] * MEMBERS), torch.randn(6, BATCH, DIM)
    found = family.log_prob(center.params(all_, logs), at)
    torch.testing.assert_close(found, center.log_prob(all_, logs, at), rtol=1e-12, atol=1e-12)


def test_geometric_mean_by_its_definition():
    """The normalised product of powers, by quadrature; and −log Z is Σ π KL(c ‖ q), which no other density gets."""
    center, x, weights = Center.read("geometric"), line(), torch.tensor([0.2, 0.3, 0.5])
    all_ = [member(1, 1) for _ in weights]
    logs = [m.family.log_prob(m.params, x[:, None, None]).squeeze(1) for m in all_]
    product = sum(w * p for w, p in zip(weights, logs, strict=True))
    log_z = torch.trapezoid(product.exp(), x).log()
    found = center.log_prob(all_, weights.log()[:, None], x[:, None, None]).squeeze(1)
    inner = slice(80_000, 120_001)
    torch.testing.assert_close(found[inner], (product - log_z)[inner], rtol=0, atol=1e-9)
    to_members = sum(w * integral(found, p, x) for w, p in zip(weights, logs, strict=True))
    torch.testing.assert_close(to_members, -log_z, rtol=0, atol=1e-8)
    shifted = NORMAL.log_prob(member(1, 1).params, x[:, None, None]).squeeze(1)
    assert sum(w * integral(shifted, p, x) for w, p in zip(weights, logs, strict=True)) > -log_z


def test_log_normaliser_in_closed_form():
    """I-29: Σ_k π_k KL(g ‖ q_k) = −log Z, with Z written out for normal members."""
    center, all_ = Center.read("geometric"), members()
    weights = torch.rand(MEMBERS, BATCH).softmax(0)
    g = center.params(all_, weights.log())
    formula = closed_kl(NORMAL, NORMAL)
    to_members = sum(w * formula(g, m.params) for w, m in zip(weights, all_, strict=True))
    each = [(w[:, None] * (m.params["loc"] / m.params["scale"]) ** 2, w[:, None] * m.params["scale"].log())
            for w, m in zip(weights, all_, strict=True)]  # fmt: skip
    squares, logs = (sum(parts) for parts in zip(*each, strict=True))
    log_z = (g["scale"].log() - logs - 0.5 * (squares - (g["loc"] / g["scale"]) ** 2)).sum(-1)
    torch.testing.assert_close(to_members, -log_z, rtol=1e-12, atol=1e-12)


def test_the_mixture_is_the_center_with_the_least_divergence():
    """I-29: Σ π KL(q_k ‖ g) = JS + KL(q_mix ‖ g) for every g, hence JS at the mixture and more elsewhere."""
    x, weights = line(), torch.tensor([0.2, 0.3, 0.5])
    all_ = [member(1, 1) for _ in weights]
    at, logs = x[:, None, None], weights.log()[:, None]
    each = [m.family.log_prob(m.params, at).squeeze(1) for m in all_]
    mixture, geometric = (Center.read(w).log_prob(all_, logs, at).squeeze(1) for w in ("mixture", "geometric"))
    js, above = (sum(w * integral(p, c, x) for w, p in zip(weights, each, strict=True)) for c in (mixture, geometric))
    torch.testing.assert_close(above, js + integral(mixture, geometric, x), rtol=0, atol=1e-8)
    assert 0 < js < above
    assert js <= -(weights * weights.log()).sum()


def test_the_geometric_mean_survives_extreme_scales():
    """Precisions of 1e±300 neither over- nor underflow."""
    for scale in (1e-150, 1e150):
        one = Member(NORMAL, {"loc": torch.tensor([[2.0]]), "scale": torch.tensor([[scale]])})
        found = Center.read("geometric").params([one, one], equal(2))
        torch.testing.assert_close(found["loc"], one.params["loc"])
        torch.testing.assert_close(found["scale"], one.params["scale"])
