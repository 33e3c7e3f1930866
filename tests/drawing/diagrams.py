"""Diagrams typed by hand, for tests of layouts and renderers."""

from __future__ import annotations

from mvgraph.drawing.diagram import Diagram, Edge, Group, Node, Plate


def edge(source: str, target: str, part: str = "p", **about: object) -> Edge:
    """An edge with an id of its own."""
    return Edge(f"{source}>{target}:{part}", source, target, part, **about)  # type: ignore[arg-type]


def mopoe(parameters: bool = False) -> Diagram:
    """A shared latent, a plate of views, a fusion; with parameters the plates of data and of views overlap."""
    nodes = [
        Node("z", "latent", "z", "z", "latent z: normal, 20 entries"),
        Node("q.z", "factor", r"\mathrm{MoPoE}", "MoPoE", "a mixture of products of experts"),
        Node("x.m", "observed", "x_{m}", "x_m", "data of view m"),
    ]
    edges = [edge("z", "x.m"), edge("x.m", "q.z", "q", arrow=False), edge("q.z", "z", "q")]
    views = {"x.m"}
    if parameters:
        nodes.append(Node("theta.m", "parameter", r"\theta_{m}", "theta_m", "decoder of view m"))
        edges.append(edge("theta.m", "x.m"))
        views.add("theta.m")
    rows = Plate("plate:n", r"n = 1, \dots, N", "n = 1, ..., N", frozenset({"z", "q.z", "x.m"}), "data")
    plate = Plate("plate:m", r"m = 1, \dots, M", "m = 1, ..., M", frozenset(views), "views")
    group = Group("term1", r"\mathbb{E}_{q}[\log p(x_{m} \mid z)]", "E[log p(x.m|z)]", frozenset(e.id for e in edges))
    return Diagram("MoPoE", "One shared latent, M views.", tuple(nodes), (rows, plate), tuple(edges), (group,))


def private() -> Diagram:
    """A shared and private latents: two edges between the same two nodes, one each way."""
    nodes = (
        Node("z", "latent", "z", "z"),
        Node("h.m", "latent", "h_{m}", "h_m", deterministic=True),
        Node("r.h.m", "auxiliary", "r(h_{m})", "r(h_m)"),
        Node("q.z", "factor", r"\mathrm{PoE}", "PoE"),
        Node("x.m", "observed", "x_{m}", "x_m"),
    )
    edges = (
        edge("z", "x.m"),
        edge("h.m", "x.m"),
        edge("x.m", "q.z", "q", arrow=False),
        edge("q.z", "z", "q"),
        edge("x.m", "h.m", "q"),
        edge("r.h.m", "h.m", "q"),
    )
    rows = Plate("plate:n", r"n = 1, \dots, N", "n = 1, ..., N", frozenset(n.id for n in nodes))
    plate = Plate("plate:m", r"m = 1, \dots, M", "m = 1, ..., M", frozenset({"h.m", "r.h.m", "x.m"}))
    return Diagram("DMVAE", "A shared and private latents.", nodes, (rows, plate), edges)


def hierarchy() -> Diagram:
    """A plate of levels with a labelled edge from a node to itself, one of views, parameters in both plates only."""
    nodes = (
        Node("z.l", "latent", "z_{l}", "z_l"),
        Node("q.z.l", "factor", r"\mathrm{PoE}", "PoE"),
        Node("x.m", "observed", "x_{m}", "x_m"),
        Node("phi.m.l", "parameter", r"\phi_{m,l}", "phi_m,l"),
    )
    edges = (
        edge("z.l", "z.l", label="l' > l", text="l' > l"),
        edge("z.l", "x.m", label="l = 1", text="l = 1"),
        edge("x.m", "q.z.l", "q", arrow=False),
        edge("phi.m.l", "q.z.l", "q", arrow=False),
        edge("q.z.l", "z.l", "q"),
    )
    rows = Plate("plate:n", r"n = 1, \dots, N", "n = 1, ..., N", frozenset({"z.l", "q.z.l", "x.m"}))
    levels = Plate("plate:l", r"l = 1, \dots, L", "l = 1, ..., L", frozenset({"z.l", "q.z.l", "phi.m.l"}))
    views = Plate("plate:m", r"m = 1, \dots, M", "m = 1, ..., M", frozenset({"x.m", "phi.m.l"}))
    return Diagram("MHVAE", "A hierarchy of latents, M views.", nodes, (rows, levels, views), edges)


def every_kind() -> Diagram:
    """Every kind of node, every part, every change, without plates."""
    kinds = ("latent", "observed", "condition", "discrete", "pseudo", "factor", "parameter", "auxiliary", "critic")
    nodes = [Node(k, k, rf"\mathrm{{{k}}}", k, f"a {k}") for k in (*kinds, "statistic")]  # type: ignore[arg-type]
    edges = [
        edge("latent", "observed"),
        edge("condition", "observed", change="added"),
        edge("discrete", "latent", change="removed"),
        edge("latent", "pseudo", change="changed"),
        edge("observed", "factor", "q", arrow=False),
        edge("factor", "latent", "q"),
        edge("parameter", "observed"),
        edge("auxiliary", "latent", "q"),
        edge("latent", "critic", "game"),
        edge("latent", "statistic", "game"),
    ]
    return Diagram("kinds", "Every kind of node.", tuple(nodes), (), tuple(edges))


ALL = {
    "mopoe": mopoe(),
    "parameters": mopoe(True),
    "private": private(),
    "hierarchy": hierarchy(),
    "kinds": every_kind(),
}
