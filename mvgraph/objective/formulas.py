"""The joint density, the posteriors and the rules of routes as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mvgraph.language.symbols import latex
from mvgraph.objective.atoms import Draw
from mvgraph.objective.family import parents, prior_key
from mvgraph.objective.keys import Ref
from mvgraph.objective.notation import density, notation
from mvgraph.objective.prose import copies
from mvgraph.spec.model import Spec

RULES = {
    "elbo": r"\mathcal{L}_S = \sum_t \lambda_t \, \mathbb{E}\bigl[\log p(x_t \mid \mathrm{pa}_t)\bigr]"
    r" - \sum_v \beta_v \, \mathbb{E}\bigl[\mathrm{KL}\bigl(q(v \mid x_S) \,\|\, p(v \mid \mathrm{pa}_v)\bigr)\bigr]",
    "iwae": r"\mathcal{L} = \mathbb{E}\bigl[\log \tfrac{1}{K} \textstyle\sum_k w_k\bigr], \quad"
    r" \log w = \sum_t \lambda_t \log p(x_t \mid \mathrm{pa}_t)"
    r" + \sum_v \beta_v \bigl(\log p(v \mid \mathrm{pa}_v) - \log q(v \mid x_S)\bigr)",
}


def joint(spec: Spec) -> str:
    r"""p as a product over the unrolled graph.

    >>> from mvgraph.spec.reading import load
    >>> joint(load("dvcca"))
    'p(z, x_{1}, x_{2}) = p(z) \\, p(x_{1} \\mid z) \\, p(x_{2} \\mid z)'
    """
    names = notation(spec)
    latents = [ref for v in spec.latents for ref in copies(spec, v)]
    scored = [spec.observed.name, *(node.name for node in spec.pseudo)]
    data = [(name, view) for name in scored for view in spec.scored_views]
    nodes = [*map(names.latent, latents), *(names.name(Ref(*one)) for one in data)]
    factors = [names.key(prior_key(spec, ref)) for ref in latents]
    factors += [density("p", names.name(Ref(*one)), _above(spec, *one)) for one in data]
    whole, product = density("p", ", ".join(nodes), map(latex, spec.conditioned)), r" \, ".join(factors)
    return f"{whole} = {product}"


def drawn_from(spec: Spec, views: Iterable[str], draws: Sequence[Draw], count: int) -> str:
    """What the latents are drawn from, given the data of some views; nothing where not all of them are drawn."""
    if len(draws) < count:
        return ""
    drawn = r", \; ".join(map(notation(spec).draw, draws))
    return rf"S = \{{{', '.join(map(latex, sorted(views)))}\}}: \quad {drawn}"


def _above(spec: Spec, node: str, view: str) -> Iterator[str]:
    latents, fixed = parents(spec, spec.target(node).given, view)
    yield from (notation(spec).name(ref) for ref in (*latents, *fixed))
