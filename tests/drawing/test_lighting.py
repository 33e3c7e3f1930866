"""What each term of an objective comes from: by hand for some models, and laws over all of them."""

from __future__ import annotations

import re
import typing

import pytest
from hypothesis import HealthCheck, assume, given, settings
from module.random_specs import specs

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram, Group, with_groups
from mvgraph.drawing.lighting import READERS
from mvgraph.drawing.statement import state
from mvgraph.errors import SpecError
from mvgraph.graph import check
from mvgraph.graph.usage import trained
from mvgraph.objective.atoms import Draw
from mvgraph.objective.latex import ATOMS
from mvgraph.objective.notation import KEYS
from mvgraph.spec.graphs import data_names
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load


def lighted(spec: Spec, *, unroll: bool = False, with_parameters: bool = False) -> Diagram:
    """The diagram of a spec, its groups what each term comes from."""
    said = state(spec, unroll=unroll, with_parameters=with_parameters)
    groups = [g for each in said.terms.values() for g in each]
    return with_groups(diagram(spec, unroll=unroll, with_parameters=with_parameters), groups)


def lit(name: str, *, unroll: bool = True, **overrides: typing.Any) -> dict[str, set[str]]:
    """For each term of a reference spec, without its sign and weight, its edges."""
    made = lighted(mg.load(name, **overrides), unroll=unroll)
    edges = {e.id for e in made.edges}
    found = {}
    for group in made.groups:
        start = min(at for word in ("E[", "KL(", "CE(", "LME", "STAT", "GAME") if (at := group.text.find(word)) >= 0)
        found[group.text[start:]] = set(group.members & edges)
        ends = {end for e in made.edges if e.id in group.members for end in (e.source, e.target)}
        assert ends <= group.members
    return found


def test_readers_are_complete() -> None:
    """Every kind of atom and of distribution in a derived objective; others are for print alone."""
    modules = {"atoms", "comparisons", "games", "keys", "statistics"}
    derived = {kind for kind in (*ATOMS, *KEYS) if kind.__module__.removeprefix("mvgraph.objective.") in modules}
    assert set(READERS) == derived | {Draw}


# --- by hand ------------------------------------------------------------------------------------------------------


def test_a_mixture_of_products() -> None:
    """Each component reads its own views, through the node where experts meet."""
    found = lit("mopoe")
    assert found["E[log p(x.1|z); z~q(z|2)]"] == {"z>x.1:p", "x.2>q.z:q", "q.z>z:q"}
    assert found["E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]"] == {"z>x.2:p", "x.1>q.z:q", "x.2>q.z:q", "q.z>z:q"}
    assert found["KL(q(z|1) || p(z))"] == {"x.1>q.z:q", "q.z>z:q"}


def test_a_mixture_of_products_folded() -> None:
    """All views are one node."""
    found = lit("mopoe", unroll=False)
    assert found["E[log p(x.1|z); z~q(z|2)]"] == {"z>x.m:p", "x.m>q.z:q", "q.z>z:q"}
    assert found["KL(q(z|1) || p(z))"] == {"x.m>q.z:q", "q.z>z:q"}


def test_a_joint_network_beside_experts() -> None:
    """The joint network through its node, experts by lines of their own."""
    found = lit("jmvae")
    assert found["E[log p(x.1|z); z~qJ(z|1,2)]"] == {"z>x.1:p", "x.1>q.z:q", "x.2>q.z:q", "q.z>z:q"}
    assert found["KL(qJ(z|1,2) || q(z|2))"] == {"x.1>q.z:q", "x.2>q.z:q", "q.z>z:q", "x.2>z:q"}


def test_private_latents() -> None:
    """From their own view, or from an auxiliary prior."""
    found = lit("mmvae_plus")
    shared = {"z>x.1:p", "h.1>x.1:p", "q.z>z:q"}
    assert found["E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]"] == shared | {"x.1>h.1:q", "x.1>q.z:q"}
    assert found["E[log p(x.1|h.1,z); h.1~r(h.1), z~q(z|2)]"] == shared | {"r.h.1>h.1:q", "x.2>q.z:q"}
    assert found["KL(Mix_1/2[q(z|1), q(z|2)] || p(z))"] == {"x.1>q.z:q", "x.2>q.z:q", "q.z>z:q"}
    assert found["KL(q(h.2|2) || p(h.2))"] == {"x.2>h.2:q"}


def test_levels() -> None:
    """The divergence of one level: its experts, its conditional prior, and draws of the levels above."""
    found = lit("mhvae", p={"z": {"plate": {"level": 2}, "dim": 8}})
    upper = {"x.1>q.z.2:q", "q.z.2>z.2:q"}
    lower = {"x.1>q.z.1:q", "z.2>q.z.1:q", "q.z.1>z.1:q"}
    assert found["KL(PoE[p(z.2)·q(z.2|1)] || p(z.2))"] == upper
    assert found["KL(PoE[p(z.1|z.2)·q(z.1|1)] || p(z.1|z.2); z.2~PoE[p(z.2)·q(z.2|1)])"] == upper | lower | {
        "z.2>z.1:p"
    }
    score = "E[log p(x.2|z.1,z.2); z.1~PoE[p(z.1|z.2)·q(z.1|1)], z.2~PoE[p(z.2)·q(z.2|1)]]"
    assert found[score] == upper | lower | {"z.1>x.2:p", "z.2>x.2:p"}


def test_games() -> None:
    """A critic, what it looks at, and who made that."""
    game = "GAME_gan{ C; real z~p(z); fake z~q(z|1), z~q(z|2); pooled }"
    assert lit("maae")[game] == {"z>C:game", "x.1>q.z:q", "x.2>q.z:q", "q.z>z:q"}
    remade = next(v for k, v in lit("mhvae_gan").items() if k.startswith("GAME_lsgan{ C.1"))
    assert {"x.1>C.1:game", "z.1>x.1:p", "z.3>x.1:p", "x.2>q.z.3:q"} <= remade
    assert not {"x.2>C.2:game", "z.1>x.2:p"} & remade


def test_a_discrete_parent() -> None:
    """It is summed out of the prior."""
    mixture = "KL(Mix_1/2[q(z|1), q(z|2)] || Mix_p(c)[p(z|c)])"
    assert lit("cmvae")[mixture] == {"x.1>q.z:q", "x.2>q.z:q", "q.z>z:q", "c>z:p"}


def test_pseudo_data() -> None:
    """They are draws, as those are that the upper latent reads."""
    found = next(v for k, v in lit("nexus").items() if k.startswith("E[log p(zhat.1|c)"))
    read = {"z.1>q.c:q", "z.2>q.c:q", "q.c>c:q", "x.1>z.1:q", "x.2>z.2:q"}
    assert found == read | {"c>zhat.1:p", "z.1>zhat.1:q"}


def test_priors_made_of_posteriors() -> None:
    """Part by part, or the mixture as a whole."""
    found = lit("mmvm")
    assert found["KL(q(z.1|1) || N(0,I))"] == {"x.1>z.1:q", "prior.z>z.1:q"}
    assert found["KL(q(z.1|1) || q(z.2|2))"] == {"x.1>z.1:q", "x.2>z.2:q", "x.2>prior.z:q", "prior.z>z.1:q"}
    exact = lit("mmvm_exact")["KL(q(z.1|1) || Mix_1/2[q(z.1|1), q(z.2|2)])"]
    assert exact == {"x.1>z.1:q", "x.2>z.2:q", "x.1>prior.z:q", "x.2>prior.z:q", "prior.z>z.1:q"}


def test_statistics_conditions_and_logarithms() -> None:
    """What the batch statistic reads; what is given; everything under one logarithm."""
    assert lit("dcca")["STAT_cca{ z.1~q(z.1|1), z.2~q(z.2|2) }"] == {
        "z.1>CCA:game",
        "z.2>CCA:game",
        "x.1>z.1:q",
        "x.2>z.2:q",
    }
    assert lit("cvae")["KL(qJ(z|1,2) || p(z|x))"] == {"x>q.z:q", "y.2>q.z:q", "q.z>z:q", "x>z:p"}
    (everything,) = lit("mmvae").values()
    assert everything == {"z>x.1:p", "z>x.2:p", "x.1>q.z:q", "x.2>q.z:q", "q.z>z:q"}


def test_parameters_are_lit_with_what_they_make() -> None:
    """The decoder of what is scored, the encoder of what is read, the prior's where it counts."""
    made = lighted(mg.load("mmvae_plus"), unroll=True, with_parameters=True)
    dots = {n.id for n in made.nodes if n.kind == "parameter"}
    found = {g.text: g.members & dots for g in made.groups}
    assert found["+ 1/2 E[log p(x.1|h.1,z); h.1~r(h.1), z~q(z|2)]"] == {"theta.1", "phi.z.2"}
    assert found["- beta/2 KL(q(h.2|2) || p(h.2))"] == {"phi.h.2"}
    prior = lighted(mg.load("cmvae"), unroll=True, with_parameters=True)
    assert "psi.z" in next(g.members for g in prior.groups if "Mix_p(c)" in g.text)


def test_groups_have_the_order_and_the_formulas_of_the_objective() -> None:
    """One a term; of a spec with phases, one a term of each phase."""
    objective, made = mg.derive("mopoe"), lighted(mg.load("mopoe"))
    assert [g.text for g in made.groups] == list(objective.lines)
    assert [g.label for g in made.groups] == list(objective.formulas)
    assert made.groups[0].id == "term.1"
    phased = lighted(mg.load("telbo")).groups
    assert [g.id for g in phased] == ["joint.1", "joint.2", "joint.3", *(f"unimodal.{n}" for n in range(1, 5))]


# --- laws ---------------------------------------------------------------------------------------------------------


def evidence(text: str) -> set[tuple[str, str]]:
    """The latents and the views that posteriors in the text of a term are written with."""
    found = re.findall(r"q(?:J|Pool)?\(([\w.-]+)\|([^()]*)\)", text)
    return {(latent, view) for latent, views in found for view in views.split(",") if view}


def read(made: Diagram, group: Group, views: dict[str, str]) -> set[tuple[str, str]]:
    """The same by the edges that are lit, from data to latents or to the nodes where their experts meet."""
    lines = [e for e in made.edges if e.id in group.members and e.part == "q" and e.source in views]
    return {(e.target.removeprefix("q."), views[e.source]) for e in lines if not e.target.startswith("prior.")}


def check_laws(spec: Spec) -> None:
    """Every term lights something that is there, and the data that its text names, no other."""
    made = lighted(spec, unroll=True, with_parameters=True)
    there = {n.id for n in made.nodes} | {e.id for e in made.edges}
    views = dict(zip(data_names(spec), spec.view_names, strict=True))
    for group in made.groups:
        assert group.members
        assert group.members <= there
        assert read(made, group, views) == evidence(group.text)
        made_views = trained(spec).decoders[spec.observed.name]
        scored = {f"x.{v}" for v in re.findall(r"log p\(x\.([\w-]+)\|", group.text) if v in made_views}
        lit_targets = {e.target for e in made.edges if e.id in group.members and e.target.startswith("x.")}
        assert lit_targets == scored or "GAME" in group.text


@pytest.mark.parametrize("name", mg.names())
def test_terms_light_what_they_name(name: str) -> None:
    """Every reference spec."""
    check_laws(mg.load(name))


@pytest.mark.parametrize("with_parameters", [False, True])
@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("name", mg.names())
def test_nothing_stays_dark(name: str, unroll: bool, with_parameters: bool) -> None:
    """Whatever is drawn, some term comes from."""
    made = lighted(mg.load(name), unroll=unroll, with_parameters=with_parameters)
    there = {n.id for n in made.nodes} | {e.id for e in made.edges}
    assert frozenset().union(*(g.members for g in made.groups)) == there


OPEN = [n for n in mg.names() if mg.load(n).open_views == OpenViews(2)]


@pytest.mark.parametrize("name", OPEN)
def test_a_folded_sum_lights_what_its_terms_do(name: str) -> None:
    """In a folded picture of three views, where `explain` folds; nothing stays dark, no line is one of its own."""
    spec = mg.load(name, views=3)
    made = lighted(spec)
    there = {n.id for n in made.nodes} | {e.id for e in made.edges}
    assert frozenset().union(*(g.members for g in made.groups)) == there
    assert all(group.text in mg.explain(spec) for group in made.groups)


def test_members_of_folded_sums() -> None:
    """Those of every term that they stand for, and no more."""
    found = {g.text: g.members for g in lighted(mg.load("mmvae_plus", views=3)).groups}
    assert len(found) == 4
    absent = found["+ 1/3 Σ_m Σ_{n≠m} E[log p(x.m|h.m,z); h.m~r(h.m), z~q(z|n)]"]
    assert {"r.h.m>h.m:q", "z>x.m:p", "h.m>x.m:p", "x.m>q.z:q", "q.z>z:q"} <= absent
    assert "x.m>h.m:q" not in absent
    assert found["- beta/3 Σ_m KL(q(h.m|m) || p(h.m))"] == {"x.m", "h.m", "x.m>h.m:q"}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(specs())
def test_random_specs(tree: dict[str, typing.Any]) -> None:
    """Models that nobody wrote."""
    try:
        spec = load(tree)
    except SpecError:
        assume(False)
    assume(not [p for p in check(spec) if p.severity == "error"])
    check_laws(spec)
