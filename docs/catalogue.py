"""The table of reference models in docs/models.md, made from the specs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import mvgraph as mg
from mvgraph.language.word import inline
from mvgraph.objective.prose import term_line
from mvgraph.spec.model import Latent, Posterior, Spec

TUTORIAL = [
    *("ae", "jmvae", "dccae", "dvcca", "mcvae", "mvae", "me_mvae", "mmvae"),
    *("mvtcae", "mopoe", "mmjsd", "weighted_mvae", "mmvae_plus", "dmvae", "maae", "mwae"),
]
BESIDE = ["mmvm", "telbo", "jnf", "crmvae", "cmvae", "nexus", "mhvae", "cvae", "mnist_svhn_poe"]
HEAD = ("model", "from", "views", "latents", "fusion", "objective as written", "a bound?", "rows that count", "draws")
Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], list[str]]


def groups() -> dict[str, list[str]]:
    """The reference models by where they come from; every one is in one group."""
    variants = [n for n in mg.names() if n not in (*TUTORIAL, *BESIDE)]
    return {
        "The sixteen of the multi-view-AE tutorial": TUTORIAL,
        "Nine beside them": BESIDE,
        "Variants": variants,
    }


def models(table: Table, missing: Callable[[str], str]) -> Iterator[str]:
    """One table a group.

    Arguments:
        table: how a table is written.
        missing: which rows with missing views count in training, by the name of a model.
    """
    for title, names in groups().items():
        yield from (f"## {title}", "", *table(HEAD, [row(name, missing(name)) for name in names]), "")


def row(name: str, missing: str) -> tuple[str, ...]:
    """One model."""
    spec = mg.load(name)
    return (
        f"`{name}`",
        reference(spec),
        views(spec),
        ", ".join(map(latent, spec.latents)),
        fusion(spec),
        objective(spec),
        bound(spec),
        missing,
        estimator(spec),
    )


def reference(spec: Spec) -> str:
    """Authors and year, linked to the paper."""
    about = spec.about
    who = about.authors[0] if len(about.authors) == 1 else f"{about.authors[0]} et al." if about.authors else spec.name
    link = f"https://arxiv.org/abs/{about.arxiv}" if about.arxiv else about.url
    text = f"{who} {about.year}" if about.year else who
    return f"[{text}]({link})" if link else text


def views(spec: Spec) -> str:
    """How many there may be."""
    if spec.open_views is None:
        return str(len(spec.views))
    least, most = spec.open_views.least, spec.open_views.most
    return f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"


def latent(node: Latent) -> str:
    """A latent with its prior; `.m` where every view has a copy."""
    mixed = f", a mixture over {node.marginal_over}" if node.marginal_over else ""
    return f"{node.name}{'.m' if node.plate else ''} ({inline(node.family)}{mixed})"


def fusion(spec: Spec) -> str:
    """How the experts meet, and what q is a mixture over."""
    rules = dict.fromkeys(f for rule in spec.posteriors if (f := _fused(rule)))
    mixture = {"none": [], "singles": ["mixture over single views"], "subsets": ["mixture over subsets"]}[spec.mixture]
    return ", ".join([*rules, *mixture]) or "none"


def _fused(rule: Posterior) -> str:
    prior = {"never": "", "full": " (prior in the full set)", "always": " with the prior"}[rule.prior_expert]
    return f"{inline(rule.fuse)}{prior}" if rule.fuse is not None else ""


def objective(spec: Spec) -> str:
    """The written terms with their signs, phase by phase."""
    if not spec.phases:
        return _signed(spec)
    return "; ".join(f"*{name}*: {_signed(part)}" for name, part in spec.by_phase.items())


def _signed(spec: Spec) -> str:
    return " ".join([*(f"+ {term_line(t)}" for t in spec.maximize), *(f"− {term_line(t)}" for t in spec.minimize)])


def bound(spec: Spec) -> str:
    """The verdict, and why."""
    verdict = mg.derive(spec).verdict
    return f"{'yes' if verdict.holds else 'no'}: {verdict.reason}"


def estimator(spec: Spec) -> str:
    """How its expectations are estimated."""
    terms = [t for part in (spec, *spec.by_phase.values()) for t in part.maximize]
    draws = max([spec.estimator.samples, *(getattr(t, "samples", 1) for t in terms)])
    deterministic = all(rule.expert.word == "delta" for rule in spec.posteriors)
    parts = ["deterministic"] if deterministic else [f"{draws} draw{'s' * (draws > 1)}"]
    parts += ["each component"] if spec.mixture != "none" and not deterministic else []
    parts += [f"gradient {spec.estimator.gradient}"] if spec.estimator.gradient != "pathwise" else []
    return ", ".join(parts)
