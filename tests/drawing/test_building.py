"""Diagrams of specs: what they hold, whatever the picture."""

import pytest
import yaml

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.graph import build


def edges(made, part):
    return {(e.source, e.target) for e in made.edges if e.part == part}


def plates(made):
    return {p.id: set(p.nodes) for p in made.plates}


def test_a_mixture_of_products_folded():
    made = diagram(mg.load("mopoe"))
    assert {n.id: n.label for n in made.nodes} == {"z": "z", "x.m": "x_{m}", "q.z": r"\mathrm{MoPoE}\cdot p"}
    assert edges(made, "p") == {("z", "x.m")}
    assert edges(made, "q") == {("x.m", "q.z"), ("q.z", "z")}
    assert plates(made) == {"plate:n": {"z", "x.m", "q.z"}, "plate:m": {"x.m"}}
    assert [p.label for p in made.plates] == [r"n = 1, \dots, N", r"m = 1, \dots, M"]


def test_views_by_name_when_unrolled():
    views = {"image": {"shape": [4], "likelihood": "normal"}, "left_eye": {"shape": [2], "likelihood": "normal"}}
    made = diagram(mg.load("mopoe", views=views), unroll=True)
    assert {n.id: n.label for n in made.nodes if n.kind == "observed"} == {
        "x.image": r"x_{\mathrm{image}}",
        "x.left_eye": r"x_{\mathrm{left}_{\mathrm{eye}}}",
    }
    assert plates(made) == {"plate:n": {"z", "q.z", "x.image", "x.left_eye"}}


def test_parameters_stand_in_the_plate_of_views_and_outside_that_of_the_data():
    inside = plates(diagram(mg.load("mopoe"), with_parameters=True))
    assert inside["plate:m"] == {"x.m", "theta.m", "phi.m"}
    assert not inside["plate:n"] & {"theta.m", "phi.m"}


def test_a_joint_network_stands_beside_the_experts():
    made = diagram(mg.load("jmvae"))
    assert edges(made, "q") == {("x.m", "z"), ("x.m", "q.z"), ("q.z", "z")}
    assert made.node("q.z").text == "joint"


def test_views_that_the_model_tells_apart_are_not_folded():
    made = diagram(mg.load("dvcca"))
    assert edges(made, "p") == {("z", "x.1"), ("z", "x.2")}
    assert edges(made, "q") == {("x.1", "z")}
    assert set(plates(made)) == {"plate:n"}


def test_a_condition_stands_apart_and_the_other_views_go_on():
    made = diagram(mg.load("cvae"))
    assert made.node("x").kind == "condition"
    assert edges(made, "p") == {("x", "z"), ("x", "y.m"), ("z", "y.m")}
    assert [p.label for p in made.plates] == [r"n = 1, \dots, N", r"m = 2, \dots, M"]


def test_private_latents_with_auxiliary_priors():
    made = diagram(mg.load("mmvae_plus"))
    assert edges(made, "q") == {("x.m", "q.z"), ("q.z", "z"), ("x.m", "h.m"), ("r.h.m", "h.m")}
    assert made.node("r.h.m").label == "r(h_{m})"
    assert plates(made)["plate:m"] == {"x.m", "h.m", "r.h.m"}


def test_levels_are_a_plate_with_an_edge_from_level_to_level():
    made = diagram(mg.load("mhvae"))
    notes = {(e.source, e.target, e.part): e.text for e in made.edges if e.text}
    assert notes == {("z.l", "z.l", "p"): "l' > l", ("z.l", "q.z.l", "q"): "l' > l"}
    assert plates(made)["plate:l"] == {"z.l", "q.z.l"}
    assert made.plates[1].text == "l = 1, ..., 3"


def test_notes_say_which_levels_an_edge_joins():
    dots = diagram(mg.load("mhvae"), with_parameters=True)
    assert next(e.text for e in dots.edges if e.source == "psi.z.l") == "l < 3"
    lowest = mg.load("mhvae", p={"x": {"observed": True, "plate": "view", "given": ["z[1]"]}})
    assert next(e.text for e in diagram(lowest).edges if e.target == "x.m" and e.part == "p") == "l = 1"
    chain = mg.load("mhvae", p={"z": {"given": ["z[l+1]"]}})
    assert next(e.text for e in diagram(chain).edges if e.id == "z.l>z.l:p") == "l + 1"


def test_levels_by_name_when_unrolled():
    made = diagram(mg.load("mhvae"), unroll=True)
    assert {("z.2", "z.1"), ("z.3", "z.1"), ("z.3", "z.2")} <= edges(made, "p")
    assert {("z.2", "q.z.1"), ("z.3", "q.z.1"), ("z.3", "q.z.2")} <= edges(made, "q")


def test_critics_and_statistics_look_on():
    assert edges(diagram(mg.load("maae")), "game") == {("z", "C")}
    assert edges(diagram(mg.load("mhvae_gan")), "game") == {("x.m", "C.m")}
    cca = diagram(mg.load("dcca"))
    assert edges(cca, "game") == {("z.m", "CCA")}
    assert "CCA" not in plates(cca)["plate:n"]


def test_discrete_and_pseudo_nodes_and_point_posteriors():
    assert diagram(mg.load("cmvae")).node("c").kind == "discrete"
    assert diagram(mg.load("nexus")).node("zhat.m").kind == "pseudo"
    assert diagram(mg.load("maae")).node("z").deterministic
    assert not diagram(mg.load("mvae")).node("z").deterministic


def test_a_prior_made_of_posteriors():
    made = diagram(mg.load("mmvm"))
    assert edges(made, "q") == {("x.m", "z.m"), ("x.m", "prior.z"), ("prior.z", "z.m")}
    assert "prior.z" not in plates(made)["plate:m"]


def test_one_part_alone():
    assert {e.part for e in diagram(mg.load("mopoe"), part="p").edges} == {"p"}
    assert {n.id for n in diagram(mg.load("mopoe"), part="p").nodes} == {"z", "x.m"}
    assert {e.part for e in diagram(mg.load("mopoe"), part="q").edges} == {"q"}


@pytest.mark.parametrize("name", mg.names())
def test_generative_edges_are_those_of_the_graph(name):
    spec = mg.load(name)
    graph = build(spec)
    drawn = edges(diagram(spec, unroll=True), "p")
    generated = {(a, b) for a, b, p in graph.edges(data="part") if p == "p"}
    assert drawn == (set() if name == "dcca" else generated)  # DCCA trains no decoder


def test_what_no_term_scores_is_not_generated():
    """A label inferred from two views, of which neither is made."""
    objective = {"maximize": [{"elbo": {"from": ["a", "b"], "to": ["y"]}}]}
    spec = mg.load("mvae", views={v: {"shape": [2]} for v in "aby"}, objective=objective)
    made = diagram(spec, unroll=True)
    assert edges(made, "p") == {("z", "x.y")}
    assert {("x.a", "q.z"), ("x.b", "q.z"), ("q.z", "z")} == edges(made, "q")


@pytest.mark.parametrize("name", mg.names())
def test_folding_loses_no_kind_of_edge(name):
    spec = mg.load(name)
    for with_parameters in (False, True):
        folded = diagram(spec, with_parameters=with_parameters)
        unrolled = diagram(spec, unroll=True, with_parameters=with_parameters)
        bases = [
            {(e.source.split(".")[0], e.target.split(".")[0], e.part) for e in d.edges} for d in (folded, unrolled)
        ]
        assert bases[0] == bases[1]
        assert len(folded.nodes) <= len(unrolled.nodes)


def test_many_views_are_one_plate():
    assert len(diagram(mg.load("mopoe", views=40)).nodes) == 3
    assert len(diagram(mg.load("mopoe", views=40), unroll=True).nodes) == 42


@pytest.mark.parametrize("name", ["cmvae", "dmvae", "mmvae_plus", "nexus", "cvae", "mhvae"])
def test_the_order_of_keys_does_not_matter(name):
    data = yaml.safe_load(mg.dump(name))
    turned = {key: dict(reversed(part.items())) if key in ("p", "q") else part for key, part in data.items()}
    for options in ({}, {"unroll": True}, {"with_parameters": True}):
        assert diagram(mg.load(dict(reversed(turned.items()))), **options) == diagram(mg.load(name), **options)
