"""Every phase of every reference spec that has phases: both executors, what is printed, and missing views."""

from __future__ import annotations

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective.canonical import derive
from mvgraph.spec import zoo
from mvgraph.spec.reading import load

from .models import data, gradients, model, noise_of, patterns, small, twin, views_of, with_views

PHASES = [(name, phase.name) for name in zoo.names() for phase in load(name).phases]
each = pytest.mark.parametrize(("name", "phase"), PHASES)


def made_of(name: str, count: int = 2) -> Model:
    """A small model of a reference spec."""
    return model(small(name, views_of(name, count)))


@each
@pytest.mark.parametrize("count", [2, 3])
def test_both_executors_agree(name: str, phase: str, count: int) -> None:
    """Value and gradient."""
    plan = made_of(name, count)
    slow = twin(plan, optimize=False)
    batch = data(plan.spec, 4)
    noise = plan.draw_noise(4, torch.Generator().manual_seed(2), phase)
    left, right = (m.loss(batch, phase=phase, noise=noise) for m in (plan, slow))
    torch.testing.assert_close(left.rows, right.rows, rtol=1e-10, atol=1e-12)
    both = gradients(plan, left), gradients(slow, right)
    for parameter in both[0]:
        torch.testing.assert_close(both[0][parameter], both[1][parameter], rtol=1e-10, atol=1e-12)


@each
def test_terms_are_those_that_are_printed(name: str, phase: str) -> None:
    """By name, and their sum is the objective; the phases add up to the whole."""
    made = made_of(name)
    batch, noise = data(made.spec, 3), noise_of(made, 3)
    found = made.loss(batch, phase=phase, noise=noise)
    assert set(found.terms) == set(derive(made.spec).phases[phase].lines)
    torch.testing.assert_close(-found.total, sum(found.terms.values()), rtol=1e-12, atol=1e-12)
    parts = [made.loss(batch, phase=p.name, noise=noise).rows for p in made.spec.phases]
    torch.testing.assert_close(sum(parts), made.loss(batch, noise=noise).rows, rtol=1e-10, atol=1e-12)


def test_missing_views_in_a_phase_without_the_joint_network() -> None:
    """A row without a view has the objective of the spec without that view."""
    made = made_of("telbo", 3)
    masks = patterns(3)
    batch = data(made.spec, len(masks), masks)
    noise = made.draw_noise(len(masks), torch.Generator().manual_seed(2), "unimodal")
    rows = made.loss(batch, phase="unimodal", noise=noise).rows
    slow = twin(made, optimize=False).loss(batch, phase="unimodal", noise=noise).rows
    torch.testing.assert_close(rows, slow, rtol=1e-10, atol=1e-12)
    for row, mask in enumerate(masks):
        kept = [v for v, there in zip(made.spec.view_names, mask.tolist(), strict=True) if there]
        less = Model(with_views(made.spec, kept)).double().eval()
        own = less.state_dict()
        less.load_state_dict(own | {n: v for n, v in made.state_dict().items() if n in own and "joints" not in n})
        index = torch.tensor([row])
        part = Batch({v: batch.views[v][index] for v in kept}, torch.ones(1, len(kept), dtype=torch.bool))
        own_noise = noise.rows(index)
        own_noise = Noise(own_noise.streams, own_noise.sets[..., : 1 + len(kept)])
        alone = less.loss(part, phase="unimodal", noise=own_noise).rows
        torch.testing.assert_close(alone, rows[index], rtol=1e-10, atol=1e-12)


@each
def test_the_parts_that_a_phase_mentions_get_a_gradient(name: str, phase: str) -> None:
    """And no others."""
    made = made_of(name)
    found = gradients(made, made.loss(data(made.spec, 4), phase=phase))
    reached = {tuple(n.split(".")[1:3]) for n, g in found.items() if bool(g.abs().max() > 0)}
    plan = made.plan.phases[phase]
    mentioned = {("experts", f"{ref}({view})") for ref, view in plan.experts}
    mentioned |= {("joints", f"{ref}()") for ref in plan.joints}
    mentioned |= {("decoders", f"x@{decode.target.view}()") for decode in plan.decodes}
    assert reached == mentioned
