"""Upper levels: pseudo-data, posteriors that read draws, pooled messages, and evidence that is lost by chance."""

from __future__ import annotations

from math import comb

import pytest
import torch

from mvgraph.errors import UsageError
from mvgraph.module.model import Model
from mvgraph.module.noise import dropped_mask
from mvgraph.objective import derive
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

from .models import NETWORK, VIEWS, agree, data, gradients, model, noise_of, patterns, small

NAMES = ("touch", "image", "sound")
LOWER, UPPER = "objective.maximize.0", "objective.maximize.1"


def nexus(*sets: str) -> Spec:
    """The reference spec, small, without random evidence unless `sets` say so."""
    spec = small("nexus", NAMES)
    return load(spec, sets=[f"{UPPER}.elbo.drop=null", *sets])


def test_the_loss_is_what_is_printed() -> None:
    """By the networks and torch alone, every line."""
    made = model(nexus())
    batch, noise = data(made.spec, 5), noise_of(made, 5)
    networks, streams = made.networks, {str(s.ref): n for s, n in noise.streams.items()}
    found, draws, messages = {}, {}, []
    for v in NAMES:
        q = networks.expert(Ref("z", v), v)(batch.views[v])
        draws[v] = q["loc"] + q["scale"] * streams[f"z.{v}"]
        likelihood, shape = networks.scored(v)
        params = networks.decode(v, draws[v])
        score = likelihood.log_prob(params, batch.views[v], len(shape)).mean(0)
        found[f"+ lam E[log p(x.{v}|z.{v}); z.{v}~q(z.{v}|{v})]"] = score
        found[f"- beta KL(q(z.{v}|{v}) || p(z.{v}))"] = -kl(q)
        messages.append(networks.expert(Ref("c"), v)(draws[v].detach())["message"])
    q = networks.pool(Ref("c"), torch.stack(messages).mean(0))
    c = q["loc"] + q["scale"] * streams["c"]
    given = ", ".join(f"z.{v}~q(z.{v}|{v})" for v in sorted(NAMES))
    key = f"qPool(c|{','.join(f'sg(z.{v})' for v in sorted(NAMES))})"
    for v in NAMES:
        hat = networks.decode(v, c, "zhat")["loc"]
        found[f"+ gamma E[log p(zhat.{v}|c); c~{key}, {given}]"] = -(draws[v].detach() - hat).square().sum(-1).mean(0)
    found[f"- beta_c KL({key} || p(c); {given})"] = -kl(q).mean(0)
    loss = made.loss(batch, noise=noise)
    assert set(loss.terms) == set(found) == set(derive(made.spec).lines)
    for line, value in found.items():
        torch.testing.assert_close(loss.terms[line], value.mean(), rtol=1e-10, atol=1e-12)


def kl(q: dict[str, torch.Tensor]) -> torch.Tensor:
    """KL(q ‖ N(0, I))."""
    return 0.5 * (q["loc"].square() + q["scale"].square() - 1 - 2 * q["scale"].log()).sum(-1)


@pytest.mark.parametrize("optimize", [True, False])
def test_nothing_of_the_upper_level_reaches_the_lower_encoders(optimize: bool) -> None:
    """Neither through the data of zhat nor through the messages; and the upper networks do learn."""
    whole = model(small("nexus", NAMES), optimize=optimize)
    alone = Model(load(whole.spec, sets=[f"{LOWER}.elbo.weight=0"]), optimize=optimize).double().eval()
    alone.load_state_dict(whole.state_dict())
    found = gradients(alone, alone.loss(data(whole.spec, 6), noise=noise_of(whole, 6)))
    lower = {n for n in found if n.startswith(("networks.experts.z@", "networks.decoders"))}
    assert lower
    assert all(bool((found[n] == 0).all()) for n in lower)
    upper = {n for n in found if n.startswith(("networks.experts.c(", "networks.pools", "networks.uppers"))}
    assert upper
    assert all(bool(found[n].abs().max() > 0) for n in upper)


@pytest.mark.parametrize("upper", [True, False])
def test_the_gradient_of_each_level_by_central_differences(upper: bool) -> None:
    """That of the upper level in its own parameters, and that of the lower one where the upper one has no weight."""
    weight = [] if upper else [f"{UPPER}.elbo.weight=0"]
    made = model(load(small("nexus", NAMES), sets=weight))
    masks = patterns(3)
    batch, noise = data(made.spec, len(masks), masks), noise_of(model(small("nexus", NAMES)), len(masks))
    weights = torch.linspace(0.5, 1.5, len(masks), dtype=torch.float64)
    found = gradients(made, made.loss(batch, noise=noise))
    parts = ("experts.c(", "pools", "uppers")
    own = {n: p for n, p in made.named_parameters() if upper == any(part in n for part in parts)}
    generator = torch.Generator().manual_seed(0)
    way = {n: torch.randn(p.shape, generator=generator, dtype=p.dtype) for n, p in own.items()}
    ends = []
    for sign in (1, -2, 1):  # there, to the other side, and back
        with torch.no_grad():
            for n, parameter in own.items():
                parameter.add_(sign * 1e-6 * way[n])
            ends.append((weights * made.loss(batch, noise=noise).rows).sum())
    slope = sum((found[n] * w).sum() for n, w in way.items())
    # the value is of order 100 and its difference has lost eight digits
    torch.testing.assert_close(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-6)


def test_evidence_is_lost_and_targets_stay() -> None:
    """With p = 1 every datum of two views or more loses evidence; every zhat is scored all the same."""
    sets = [f"{UPPER}.elbo.drop={{p: 1}}"]
    made = model(nexus(*sets))
    batch = data(made.spec, 40)
    loss = agree(made, batch)
    whole = Model(nexus()).double().eval()
    whole.load_state_dict(made.state_dict())
    assert all(bool((v != 0).all()) for n, v in loss.terms.items() if "zhat" in n)
    streams = {s: noise_of(made, 40).streams[t] for s, t in zip(whole.plan.streams, made.plan.streams, strict=True)}
    rows = whole.loss(batch, noise=type(noise_of(made, 40))(streams, noise_of(whole, 40).sets)).rows
    assert bool((rows != loss.rows).all())


def test_how_much_evidence_is_lost() -> None:
    """1 − p keep all of n views; each number of kept views below n has p/(n − 1), and each set of that size alike."""
    count, p, rows = 4, 0.3, 40_000
    uniform = torch.rand(rows, 1 + count, generator=torch.Generator().manual_seed(0))
    mask = dropped_mask(uniform, torch.ones(rows, count, dtype=torch.bool), p)
    sets, found = mask.unique(dim=0, return_counts=True)
    assert len(sets) == 2**count - 1
    for chosen, times in zip(sets, found.tolist(), strict=True):
        size = int(chosen.sum())
        share = 1 - p if size == count else p / (count - 1) / comb(count, size)
        assert abs(times - rows * share) < 4.5 * (rows * share * (1 - share)) ** 0.5


def test_lost_evidence_is_observed_evidence() -> None:
    """Only observed views are kept, one at least; a single view is never lost."""
    observed = patterns(3).repeat(200, 1)
    uniform = torch.rand(len(observed), 4, generator=torch.Generator().manual_seed(0))
    mask = dropped_mask(uniform, observed, 1.0)
    assert not bool((mask & ~observed).any())
    assert bool(mask.any(1).all())
    assert torch.equal(mask.sum(1) < observed.sum(1), observed.sum(1) > 1)


def test_an_absent_view_is_imputed_through_the_upper_level() -> None:
    """c from the messages that are there, zhat from c, the view from zhat; a view that is there by its own latent."""
    made = model(nexus())
    batch, networks = data(made.spec, 4), made.networks
    means = {v: networks.expert(Ref("z", v), v)(batch.views[v])["loc"] for v in ("touch", "sound")}
    message = torch.stack([networks.expert(Ref("c"), v)(z)["message"] for v, z in means.items()]).mean(0)
    c = networks.pool(Ref("c"), message)["loc"]
    found = made.impute(batch, ["touch", "sound"], plug_in=True)
    image = networks.decode("image", networks.decode("image", c, "zhat")["loc"])
    likelihood, _ = networks.scored("image")
    torch.testing.assert_close(found["image"].mean, likelihood.mean(image), rtol=1e-10, atol=1e-12)
    sound, _ = networks.scored("sound")
    own = sound.mean(networks.decode("sound", means["sound"]))
    torch.testing.assert_close(found["sound"].mean, own, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(made.encode(batch, ["touch", "sound"])["c"].mean, c, rtol=1e-10, atol=1e-12)
    assert made.impute(batch, ["touch"], samples=3)["image"].mean.shape == (4, 2, 2)


def test_new_data_come_down_from_the_top() -> None:
    """c ~ p(c), then zhat and the views by their decoders: the views of one draw belong together."""
    made = model(nexus())
    first, again = (made.generate(3, generator=torch.Generator().manual_seed(0)) for _ in range(2))
    assert {v: x.shape for v, x in first.items()} == {"touch": (3, 2), "image": (3, 2, 2), "sound": (3, 3)}
    assert all(torch.equal(first[v], again[v]) for v in first)


def test_no_log_likelihood() -> None:
    made = model(nexus())
    with pytest.raises(UsageError, match="'zhat' is pseudo-data"):
        made.log_likelihood(data(made.spec, 2))


@pytest.mark.parametrize("mixture", ["none", "subsets"])
def test_messages_of_views_are_pooled_under_every_mask(mixture: str) -> None:
    """Without `reads` messages are about the views themselves: a joint network that can be masked."""
    spec = {
        "name": "pooled",
        "views": {v: {**VIEWS[v], "encoder": NETWORK, "decoder": NETWORK} for v in NAMES},
        "p": {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}},
        "q": {"mixture": mixture, "z": {"expert": "normal", "fuse": {"pool": {"message": 3, "hidden": [4]}}}},
        "objective": {
            "maximize": [{"elbo": {"from": "V", "to": "V"}}],
            "minimize": [{"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}}],
        },
    }
    made = model(load(spec))
    masks = patterns(3)
    batch = data(made.spec, len(masks), masks)
    agree(made, batch)
    networks = made.networks
    each = [networks.expert(Ref("z"), v)(batch.views[v])["message"] for v in ("touch", "sound")]
    wanted = networks.pool(Ref("z"), torch.stack(each).mean(0))["loc"]
    complete = data(made.spec, len(masks))
    if mixture == "none":
        torch.testing.assert_close(made.encode(complete, ["touch", "sound"])["z"].mean, wanted)
