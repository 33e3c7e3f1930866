"""The pictures of docs/drawing.md and of the README: some models, and the notation piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import networkx as nx

import mvgraph as mg
from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Part, Plate
from mvgraph.drawing.themes import THEMES

FOLDER = "images/drawing"
VIEWS = {"image": {"shape": [784]}, "sound": {"shape": [128]}, "label": {"shape": [10], "likelihood": "categorical"}}
MODELS: dict[str, Callable[[], mg.Picture]] = {
    "mmvae_plus": lambda: mg.draw("mmvae_plus"),
    "unrolled": lambda: mg.draw("mmvae_plus", views=VIEWS, unroll=True),
    "parameters": lambda: mg.draw("mhvae", parameters=True),
    "difference": lambda: mg.draw("mvae", against="mmvae_plus", legend=True),
    "regression": lambda: mg.draw(regression()),
}


def regression() -> nx.DiGraph:
    """The graph of docs/drawing.md that no spec was written for."""
    graph = nx.DiGraph(name="regression", plates=[{"id": "n", "label": r"n = 1, \dots, N"}])
    graph.add_node("w", label=r"\mathbf{w}")
    graph.add_node("x", kind="condition", label="x_n", plates="n")
    graph.add_node("y", kind="observed", label="y_n", plates="n")
    graph.add_edges_from([("w", "y"), ("x", "y")])
    return graph


def node(kind: Kind, label: str, *, deterministic: bool = False, change: Change = "same") -> Diagram:
    """A node by itself."""
    return Diagram(kind, "", (Node(kind, kind, label, kind, deterministic=deterministic, change=change),))


def edge(part: Part) -> Diagram:
    """An edge between a latent and data; of a game between a latent and its critic."""
    latent, data = Node("z", "latent", "z", "z"), Node("x", "observed", "x", "x")
    critic = Node("C", "critic", "C", "C")
    ends = {"p": (latent, data), "q": (data, latent), "game": (latent, critic)}[part]
    return Diagram(part, "", ends, (), (Edge("edge", ends[0].id, ends[1].id, part),))


def plate() -> Diagram:
    """Data in a plate."""
    views = Plate("m", r"m = 1, \dots, M", "m = 1, ..., M", frozenset({"x"}))
    return Diagram("plate", "", (Node("x", "observed", "x_{m}", "x_m"),), (views,))


SAMPLES: dict[str, tuple[Diagram, str]] = {
    "latent": (node("latent", "z"), "a latent variable"),
    "deterministic": (node("latent", "z", deterministic=True), "a latent whose posterior is one value (`delta`)"),
    "discrete": (node("discrete", "c"), "a discrete parent, which is summed out (`discrete: 40`)"),
    "observed": (node("observed", "x_{m}"), "data that the model scores"),
    "condition": (node("condition", "x"), "data that are given and never scored (`condition: true`)"),
    "pseudo": (node("pseudo", r"\hat{z}"), "pseudo-data: draws of a lower level, which an upper one scores"),
    "factor": (
        node("factor", r"\mathrm{PoE} \cdot p"),
        "where experts meet: a rule of fusion, a joint network, a mixture; `· p`: the prior is one more expert",
    ),
    "auxiliary": (
        node("auxiliary", "r(h_{m})"),
        "what a private latent is drawn from where its view is no evidence (`absent: aux`)",
    ),
    "parameter": (node("parameter", r"\theta_{m}"), "the parameters of a network, with `--parameters`"),
    "critic": (node("critic", "C"), "the critic of a game"),
    "statistic": (node("statistic", r"\mathrm{CCA}"), "a statistic of a whole batch"),
    "plate": (plate(), "what is within is there once for every m; plates nest, and overlap"),
    "generation": (edge("p"), "p, the generative graph: data are made from latents"),
    "inference": (edge("q"), "q, the inference graph: latents are inferred from data"),
    "game": (edge("game"), "what a critic or a statistic looks at"),
    "added": (node("latent", "h", change="added"), "of two models only in the second"),
    "removed": (node("latent", "h", change="removed"), "of two models only in the first"),
    "changed": (node("latent", "z", change="changed"), "in both models, and different"),
}


def pictures() -> Iterator[tuple[str, str]]:
    """Every picture's file, from docs/, and its text."""
    drawn = {name: make() for name, make in MODELS.items()} | {n: mg.draw(d) for n, (d, _) in samples().items()}
    for name, picture in drawn.items():
        yield from ((file(name, theme), picture.svg(theme)) for theme in THEMES)


def samples() -> dict[str, tuple[Diagram, str]]:
    """The pieces of the notation, under the names of their pictures."""
    return {f"notation_{name}": sample for name, sample in SAMPLES.items()}


def file(name: str, theme: str) -> str:
    """Where a picture is, from docs/."""
    return f"{FOLDER}/{name}{'' if theme == 'light' else f'_{theme}'}.svg"


def table() -> Iterator[str]:
    """The notation, a picture and its meaning a row."""
    yield from ("| | |", "| :---: | --- |")
    for name, (_, meaning) in samples().items():
        yield f"| {shown(name, name.removeprefix('notation_'))} | {meaning} |"


def model(name: str) -> Iterator[str]:
    """One of the models."""
    yield shown(name, MODELS[name]().diagram.title)


def shown(name: str, alt: str) -> str:
    """A picture that follows the reader's light or dark page."""
    dark = f'<source media="(prefers-color-scheme: dark)" srcset="{file(name, "dark")}">'
    return f'<picture>{dark}<img alt="{alt}" src="{file(name, "light")}"></picture>'
