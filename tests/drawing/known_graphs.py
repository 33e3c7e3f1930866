"""Models that Pyro, NumPyro and PyMC draw in their documentation and tests, and what is said of their pictures there.

Each function gives a model as a networkx graph, written anew from its description, and the nodes, edges and rectangles
that the source states. Rectangles have the names of the source: Pyro and NumPyro draw a plate that crosses another one
several times, as `NAME` and `NAME__CLONE`; PyMC draws one of its own for every product of dimensions, `A x B`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx


@dataclass(frozen=True)
class Known:
    """A model and what another system says of its picture.

    Arguments:
        graph: the model, rebuilt.
        nodes: all that are drawn.
        edges: pairs, from parent to child.
        rectangles: those of the plates, with all nodes within.
        observed: the shaded nodes.
    """

    graph: nx.DiGraph
    nodes: frozenset[str]
    edges: frozenset[tuple[str, str]]
    rectangles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    observed: frozenset[str] = frozenset()

    @property
    def plates(self) -> dict[str, frozenset[str]]:
        """The plates that the rectangles stand for: clones are one, and a product is its factors."""
        found: dict[str, frozenset[str]] = {}
        for name, nodes in self.rectangles.items():
            for plate in re.sub("(__CLONE)+$", "", name).split(" x "):
                found[plate] = found.get(plate, frozenset()) | nodes
        return found


def model(**nodes: tuple[Iterable[str], Iterable[str], dict[str, Any]]) -> nx.DiGraph:
    """A graph of nodes with their parents and plates."""
    graph = nx.DiGraph()
    for name, (_, plates, about) in nodes.items():
        graph.add_node(name, plates=list(plates), **about)
    graph.add_edges_from((parent, name) for name, (parents, _, _) in nodes.items() for parent in parents)
    return graph


def node(*parents: str, plates: str = "", **about: Any) -> tuple[Iterable[str], Iterable[str], dict[str, Any]]:
    """A node of `model`; plates with blanks between."""
    return parents, plates.split(), about


def said(nodes: str, edges: str, observed: str = "", **rectangles: str) -> dict[str, Any]:
    """What a source says: names with blanks between, edges as `a>b`."""
    return {
        "nodes": frozenset(nodes.split()),
        "edges": frozenset(tuple(e.split(">")) for e in edges.split()),
        "observed": frozenset(observed.split()),
        "rectangles": {name: frozenset(inside.split()) for name, inside in rectangles.items()},
    }


def pyro_simple() -> Known:
    """Pyro, tutorial "Automatic rendering of Pyro models" (tutorial/source/model_rendering), "A Simple Example"."""
    rebuilt = model(m=node(), sd=node("m"), obs=node("m", "sd", plates="N", kind="observed"))
    return Known(rebuilt, **said("m sd obs", "m>sd m>obs sd>obs", "obs", N="obs"))


def pyro_mace() -> Known:
    """Pyro, the same tutorial, section "Tweaking the visualization": annotators, and positions within items.

    NumPyro's notebook of the same name (notebooks/source/model_rendering) draws the same model.
    """
    rebuilt = model(
        epsilon=node(plates="annotator"),
        theta=node(plates="annotator"),
        c=node(plates="item", kind="discrete"),
        s=node("theta", plates="item position", kind="discrete"),
        y=node("epsilon", "c", "s", plates="item position", kind="observed"),
    )
    edges = "theta>s epsilon>y c>y s>y"
    plates = {"annotator": "epsilon theta", "item": "c s y", "position": "s y"}
    return Known(rebuilt, **said("epsilon theta c s y", edges, "y", **plates))


def pyro_parameters() -> Known:
    """Pyro, the same tutorial, section "Rendering the parameters": parameters beside random variables."""
    rebuilt = model(
        sigma=node(kind="parameter"),
        mu=node(kind="parameter"),
        x=node("sigma", "mu"),
        y=node("x"),
        z=node("x", "y", plates="N", kind="observed"),
    )
    return Known(rebuilt, **said("sigma mu x y z", "x>y x>z y>z sigma>x mu>x", "z", N="z"))


def pyro_overlapping() -> Known:
    """Pyro, the same tutorial, section "Overlapping non-nested plates", where `plate2` becomes two rectangles."""
    rebuilt = model(
        x=node(plates="plate1"), y=node("x", plates="plate1 plate2"), z=node("y", plates="plate2", kind="observed")
    )
    return Known(rebuilt, **said("x y z", "x>y y>z", "z", plate1="x y", plate2="y", plate2__CLONE="z"))


def numpyro_crossing() -> Known:
    """NumPyro, test/test_model_rendering.py, `nested_plates`: `M` within `N` and beside it, cloned."""
    rebuilt = model(x=node(plates="N"), y=node(plates="N M"), z=node(plates="M"))
    return Known(rebuilt, **said("x y z", "", N="x y", M="y", M__CLONE="z"))


def numpyro_same_nodes() -> Known:
    """NumPyro, test/test_model_rendering.py, `plate_improper_subsets`: two plates around the same node."""
    return Known(model(x=node(plates="N M")), **said("x", "", N="x", M="x"))


def numpyro_discrete() -> Known:
    """NumPyro, test/test_model_rendering.py, `discrete_to_continuous`: no plates."""
    return Known(model(c=node(kind="discrete"), x=node("c")), **said("c x", "c>x"))


def inspect_collider() -> Known:
    """Pyro and NumPyro, test_inspect.py, `test_plate_collider`: two plates that cross at the observed node.

    Edges are its table of prior dependencies, plates those that the model opens.
    """
    rebuilt = model(x=node(plates="i"), y=node(plates="j"), z=node("x", "y", plates="i j", kind="observed"))
    return Known(rebuilt, **said("x y z", "x>z y>z", "z", i="x z", j="y z"))


def inspect_coupling() -> Known:
    """Pyro and NumPyro, test_inspect.py, `test_plate_coupling_3`: two plates that cross at the latent node.

    Edges are its table of prior dependencies, plates those that the model opens.
    """
    rebuilt = model(
        x=node(plates="i j"), y=node("x", plates="i", kind="observed"), z=node("x", plates="j", kind="observed")
    )
    return Known(rebuilt, **said("x y z", "x>y x>z", "y z", i="x y", j="x z"))


def inspect_nested() -> Known:
    """Pyro and NumPyro, test_inspect.py, `test_nested_plate_collider`: two plates side by side in a third.

    Edges are its table of prior dependencies, plates those that the model opens.
    """
    rebuilt = model(
        a=node(plates="i j"), b=node(plates="i k"), c=node("a", "b", plates="i"), d=node("c", kind="observed")
    )
    return Known(rebuilt, **said("a b c d", "a>c b>c c>d", "d", i="a b c", j="a", k="b"))


def pymc_schools() -> Known:
    """PyMC, tests/test_model_graph.py, `school_model`: the eight schools, as `model_to_networkx` gives them."""
    rebuilt = model(
        eta=node(plates="8"), mu=node(), tau=node(), obs=node("eta", "mu", "tau", plates="8", kind="observed")
    )
    return Known(rebuilt, **said("eta obs tau mu", "eta>obs tau>obs mu>obs", "obs", **{"8": "eta obs"}))


def pymc_radon() -> Known:
    """PyMC, tests/test_model_graph.py, `radon_model`: counties and homes; data stand below what they are data of."""
    rebuilt = model(
        sigma_a=node(),
        gamma=node(plates="3"),
        mu_a=node("gamma", plates="919", deterministic=True),
        eps_a=node("sigma_a", plates="85"),
        a=node("mu_a", "eps_a", plates="919", deterministic=True),
        b=node(),
        sigma_y=node(),
        floor_measure_offset=node(kind="condition"),
        y_like=node("a", "b", "sigma_y", "floor_measure_offset", plates="919", kind="observed"),
        log_radon=node("y_like", plates="919", kind="condition"),
    )
    nodes = "sigma_a gamma mu_a eps_a a b sigma_y y_like floor_measure_offset log_radon"
    edges = "gamma>mu_a sigma_a>eps_a mu_a>a eps_a>a a>y_like b>y_like sigma_y>y_like floor_measure_offset>y_like"
    plates = {"3": "gamma", "85": "eps_a", "919": "a mu_a y_like log_radon"}
    return Known(rebuilt, **said(nodes, f"{edges} y_like>log_radon", "y_like", **plates))


def pymc_dimensions() -> Known:
    """PyMC, tests/test_model_graph.py, `model_with_dims`: cities and years, with a third rectangle for their product.

    `tax revenue` is written `tax_revenue`, and its dimensions without their lengths.
    """
    rebuilt = model(
        economics=node(plates="1"),
        population=node(plates="city"),
        time=node(plates="year", kind="condition"),
        tax_revenue=node("economics", "population", "time", plates="year city", deterministic=True),
        L=node("tax_revenue", plates="3 4", kind="observed"),
        observed=node("L", plates="3 4", kind="condition"),
    )
    nodes = "economics population time tax_revenue L observed"
    edges = "economics>tax_revenue population>tax_revenue time>tax_revenue tax_revenue>L L>observed"
    plates = {
        "1": "economics",
        "city": "population",
        "year": "time",
        "year x city": "tax_revenue",
        "3 x 4": "L observed",
    }
    return Known(rebuilt, **said(nodes, edges, "L", **plates))


def pymc_imputation() -> Known:
    """PyMC, tests/test_model_graph.py, `model_with_imputations`: observed and missing parts of one variable."""
    rebuilt = model(
        a=node(),
        L_unobserved=node("a", plates="2"),
        L_observed=node("a", plates="10", kind="observed"),
        L=node("L_unobserved", "L_observed", plates="12", deterministic=True),
    )
    edges = "a>L_unobserved a>L_observed L_unobserved>L L_observed>L"
    plates = {"2": "L_unobserved", "10": "L_observed", "12": "L"}
    return Known(rebuilt, **said("a L_unobserved L_observed L", edges, "L_observed", **plates))


KNOWN = {
    made.__name__: made
    for made in (
        *(pyro_simple, pyro_mace, pyro_parameters, pyro_overlapping),
        *(numpyro_crossing, numpyro_same_nodes, numpyro_discrete),
        *(inspect_collider, inspect_coupling, inspect_nested),
        *(pymc_schools, pymc_radon, pymc_dimensions, pymc_imputation),
    )
}
