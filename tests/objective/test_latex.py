"""Objectives as LaTeX: every atom has a reader, order and signs are those of the text, TeX and browsers can read it."""

# ruff: noqa: E501 - a formula's line is as long as it is

from __future__ import annotations

import inspect
import pkgutil
import re
import typing
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings
from latex import PDFLATEX, compiled
from module.random_specs import specs

from mvgraph import objective
from mvgraph.errors import SpecError
from mvgraph.language.expr import Formula
from mvgraph.language.mathml import mathml
from mvgraph.language.symbols import prose, upright
from mvgraph.objective import derive, keys
from mvgraph.objective.canonical import Objective
from mvgraph.objective.games import Critic, Generator, Sample
from mvgraph.objective.keys import Expert, Mixture, Pool, Prior, Ref
from mvgraph.objective.latex import ATOMS, SAMPLES, atom
from mvgraph.objective.notation import KEYS, Notation
from mvgraph.objective.ranges import Each
from mvgraph.spec import zoo
from mvgraph.spec.reading import load

from .published import reference

NAMES = zoo.names()
OBJECTIVES = {n: derive(reference(n)) for n in NAMES}
NASTY: dict[str, Any] = {  # names that mean something to LaTeX
    "name": "nasty",
    "views": {"a_b": {}, "t-2": {}, "9": {}, "mu": {}},
    "params": {"lam_weight": 2.0, "x_1y": 1.0},
    "p": {
        "zhat2": {"latent": "normal", "dim": 3},
        "x": {"observed": True, "given": ["zhat2"], "likelihood": "normal", "network": "mlp"},
    },
    "q": {"zhat2": {"expert": "normal", "network": "mlp", "fuse": "poe"}},
    "objective": {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": "lam_weight/x_1y"}}]},
}


def parts(one: Objective) -> list[Objective]:
    """The objectives of the phases, or the one that there is."""
    return [*one.phases.values()] or [one]


def alone(name: str) -> Objective:
    """The objective of a spec with all views but one deleted."""
    spec = load(name)
    return derive(replace(spec, views=spec.views[:1]))


def classes() -> Iterator[type]:
    """Every class of the objective's modules."""
    for info in pkgutil.iter_modules(objective.__path__):
        module = import_module(f"mvgraph.objective.{info.name}")
        yield from (c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__)


# --- every class has a reader ------------------------------------------------------------------------------------


def test_every_atom_has_a_reader() -> None:
    """Every class that says whether it is a distance; the abstract ones apart."""
    atoms = {c for c in classes() if "is_distance" in dir(c) and not c.__name__.startswith("_")}
    assert {c.__name__ for c in atoms - set(ATOMS)} == {"Atom", "Distance", "Comparison"}
    assert set(ATOMS) < atoms


def test_every_key_has_a_reader() -> None:
    """Every class of the module of distributions, and everything that a critic may look at."""
    assert {c for c in classes() if c.__module__ == keys.__name__} - {Ref} == set(KEYS) - {Each}
    assert set(typing.get_args(Sample)) == set(SAMPLES)


# --- what is printed ---------------------------------------------------------------------------------------------

TELBO = r"""
\begin{aligned}
\mathcal{L}_{\mathrm{joint}} ={} & + \lambda \, \mathbb{E}_{z \sim q_{\mathrm{J}}(z \mid x_{1}, x_{2})}\bigl[\log p(x_{1} \mid z)\bigr] \\
& + \lambda \, \mathbb{E}_{z \sim q_{\mathrm{J}}(z \mid x_{1}, x_{2})}\bigl[\log p(x_{2} \mid z)\bigr] \\
& - \mathrm{KL}\bigl(q_{\mathrm{J}}(z \mid x_{1}, x_{2}) \,\|\, p(z)\bigr) \\
\mathcal{L}_{\mathrm{unimodal}} ={} & + \gamma \, \mathbb{E}_{z \sim q(z \mid x_{1})}\bigl[\log p(x_{1} \mid z)\bigr] \\
& + \gamma \, \mathbb{E}_{z \sim q(z \mid x_{2})}\bigl[\log p(x_{2} \mid z)\bigr] \\
& - \mathrm{KL}\bigl(q(z \mid x_{1}) \,\|\, p(z)\bigr) \\
& - \mathrm{KL}\bigl(q(z \mid x_{2}) \,\|\, p(z)\bigr)
\end{aligned}
"""
TERMS = {
    "cmvae": r"""
+ \frac{1}{2} \, \mathbb{E}_{\substack{h_{1} \sim r(h_{1}) \\ z \sim q(z \mid x_{2})}}\bigl[\log p(x_{1} \mid h_{1}, z)\bigr]
- \beta \, \mathrm{KL}\bigl(\tfrac{1}{2} [q(z \mid x_{1}) + q(z \mid x_{2})] \,\|\, \textstyle\sum_{c} p(c) \, p(z \mid c)\bigr)
""",
    "cvae": r"- \beta \, \mathrm{KL}\bigl(q_{\mathrm{J}}(z \mid x, y_{2}) \,\|\, p(z \mid x)\bigr)",
    "dcca": r"+ \mathrm{STAT}_{\text{cca}}\bigl\{z_{1} \sim q(z_{1} \mid x_{1}), z_{2} \sim q(z_{2} \mid x_{2})\bigr\}",
    "jnf": r"- \mathrm{CE}\bigl(q_{\mathrm{J}}(z \mid x_{1}, x_{2}) \,\|\, q(z \mid x_{1})\bigr)",
    "maae": r"- \mathrm{GAME}_{\text{gan}}\bigl\{C;\, \text{real } z \sim p(z);\, \text{fake } z \sim q(z \mid x_{1}), z \sim q(z \mid x_{2});\, \text{pooled}\bigr\}",
    "mhvae": r"- \beta \, \mathbb{E}_{z_{2} \sim \mathrm{PoE}[p(z_{2}) \cdot q(z_{2} \mid x_{\mathrm{us}})]}\bigl[\mathrm{KL}\bigl(\mathrm{PoE}[p(z_{1} \mid z_{2}) \cdot q(z_{1} \mid x_{\mathrm{us}})] \,\|\, p(z_{1} \mid z_{2})\bigr)\bigr]",
    "mmjsd": r"- \frac{\beta}{3} \, \mathrm{KL}\bigl(p(z) \,\|\, \mathrm{Geo}_{1/3}[p(z), q(z \mid x_{1}), q(z \mid x_{2})]\bigr)",
    "mmvae": r"""
+ \biggl\{\tfrac{1}{2} \, \mathbb{E}_{z^{(k)} \sim q(z^{(k)} \mid x_{\mathrm{mnist}})}\biggl[\log \frac{1}{30} \sum_{k=1}^{30} p(x_{\mathrm{mnist}} \mid z^{(k)})^{\frac{98}{25}} \, p(x_{\mathrm{svhn}} \mid z^{(k)}) \, \frac{p(z^{(k)})}{\tfrac{1}{2} [q(z^{(k)} \mid x_{\mathrm{mnist}}) + q(z^{(k)} \mid x_{\mathrm{svhn}})]}\biggr] + \tfrac{1}{2} \, \mathbb{E}_{z^{(k)} \sim q(z^{(k)} \mid x_{\mathrm{svhn}})}\biggl[\log \frac{1}{30} \sum_{k=1}^{30} p(x_{\mathrm{mnist}} \mid z^{(k)})^{\frac{98}{25}} \, p(x_{\mathrm{svhn}} \mid z^{(k)}) \, \frac{p(z^{(k)})}{\tfrac{1}{2} [q(z^{(k)} \mid x_{\mathrm{mnist}}) + q(z^{(k)} \mid x_{\mathrm{svhn}})]}\biggr]\biggr\}
""",
    "mmvm": r"""
- \alpha \beta \, \mathrm{KL}\bigl(q(z_{1} \mid x_{1}) \,\|\, \mathcal{N}(0, I)\bigr)
- \frac{\beta \left(1 - \alpha\right)}{2} \, \mathrm{KL}\bigl(q(z_{2} \mid x_{2}) \,\|\, q(z_{1} \mid x_{1})\bigr)
""",
    "mmvm_exact": r"- \beta \, \mathrm{KL}\bigl(q(z_{1} \mid x_{1}) \,\|\, \tfrac{1}{2} [q(z_{1} \mid x_{1}) + q(z_{2} \mid x_{2})]\bigr)",
    "mopoe": r"""
+ \frac{1}{3} \, \mathbb{E}_{z \sim \mathrm{PoE}[p(z) \cdot q(z \mid x_{1}) \cdot q(z \mid x_{2})]}\bigl[\log p(x_{1} \mid z)\bigr]
- \frac{\beta}{3} \, \mathrm{KL}\bigl(\mathrm{PoE}[p(z) \cdot q(z \mid x_{1}) \cdot q(z \mid x_{2})] \,\|\, p(z)\bigr)
""",
    "nexus": r"""
+ \lambda_{\mathrm{img}} \, \mathbb{E}_{z_{\mathrm{img}} \sim q(z_{\mathrm{img}} \mid x_{\mathrm{img}})}\bigl[\log p(x_{\mathrm{img}} \mid z_{\mathrm{img}})\bigr]
""",
    "weighted_mvae": r"- \beta \, \mathrm{KL}\bigl(\mathrm{gPoE}[q(z \mid x_{1})^{a_{1}} \cdot q(z \mid x_{2})^{a_{2}}] \,\|\, p(z)\bigr)",
}


def test_a_whole_objective() -> None:
    """Phases, one below the other; flags as text."""
    assert derive(load("telbo")).latex() == TELBO.strip()
    flagged = alone("ae").latex()
    assert flagged.splitlines()[-2] == r"& \text{! pseudo-likelihood: mse of view 1 is no density}"


def test_an_objective_without_terms() -> None:
    """Nothing is scored where the one view is given."""
    assert r"\mathcal{L} ={} & 0" in alone("cvae").latex()


@pytest.mark.parametrize("name", TERMS)
def test_terms(name: str) -> None:
    """Terms typed by hand, of every kind."""
    found = [f for one in parts(OBJECTIVES[name]) for f in one.formulas]
    assert set(TERMS[name].strip().splitlines()) <= set(found)


def test_one_logarithm() -> None:
    """With the strata inside the logarithm, the draws of each have numbers of their own."""
    (term,) = derive(load("mmvae_tight", views=2)).formulas
    assert r"z^{(1,k)} \sim q(z^{(1,k)} \mid x_{1})" in term
    assert r"[\tfrac{1}{2} \, p(x_{1} \mid z^{(1,k)})" in term
    (single,) = alone("mmvae_tight").formulas
    assert single == (
        r"+ \mathbb{E}_{z^{(1,k)} \sim q(z^{(1,k)} \mid x_{1})}\biggl[\log \frac{1}{30} \sum_{k=1}^{30} "
        r"[p(x_{1} \mid z^{(1,k)}) \, \frac{p(z^{(1,k)})}{q(z^{(1,k)} \mid x_{1})}]\biggr]"
    )


def test_mixtures_of_unequal_weights() -> None:
    """A weight before each part; a part over several latents is a product; one part is itself."""
    one, two, z = Prior(Ref("z")), Prior(Ref("w")), Notation()
    assert (
        z.key(Mixture((Fraction(1, 3), Fraction(2, 3)), ((one,), (two,))))
        == r"\tfrac{1}{3} \, p(z) + \tfrac{2}{3} \, p(w)"
    )
    assert z.key(Mixture((Fraction(1),), ((one, two),))) == r"p(z) \, p(w)"
    pool = Pool(Formula("alpha").expr, (Expert(Ref("z", "1"), "1"),))
    assert z.key(pool) == r"\alpha \, \mathcal{N}(0, I) + \left(1 - \alpha\right) \, q(z_{1} \mid x_{1})"


def test_both_players() -> None:
    """The critic is not among the terms, but has a name."""
    (game,) = [a for _, a in OBJECTIVES["maae"].terms if isinstance(a, Generator)]
    assert atom(Notation(), Critic(game.match)) == r"\text{critic of } C"


@pytest.mark.parametrize("name", NAMES)
def test_signs_order_and_identity_are_those_of_the_text(name: str) -> None:
    """Line by line the same sign; what has another text has another formula."""
    for one in parts(OBJECTIVES[name]):
        assert [f[:2] for f in one.formulas] == [line[:2] for line in one.lines]
        assert len(set(one.formulas)) == len(set(one.lines)) == len(one.terms)


# --- who can read it ----------------------------------------------------------------------------------------------


def everything() -> dict[str, str]:
    """The LaTeX of every reference spec, and of names that are hard to write."""
    nasty = derive(load(NASTY))
    return {n: o.latex() for n, o in OBJECTIVES.items()} | {
        "nasty": nasty.latex(),
        "prose": prose(r"a_b<c>|d|{e}~^#$%&\f"),
    }


@pytest.mark.parametrize("text", everything().values(), ids=everything())
def test_braces_close(text: str) -> None:
    """Braces, `left` and `right`, environments."""
    depth = 0
    for character in re.sub(r"\\[{}\\]", "", text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"\\left(?![a-z])", text)) == len(re.findall(r"\\right(?![a-z])", text))
    begun, ended = (sorted(re.findall(rf"\\{word}{{(\w+)}}", text)) for word in ("begin", "end"))
    assert begun == ended


@pytest.mark.parametrize("text", everything().values(), ids=everything())
def test_browsers_read_it(text: str) -> None:
    """As MathML: well formed, no command or alignment left over, whether the whole or a part of it."""
    written = "".join(ElementTree.fromstring(mathml(text)).itertext())
    assert written.count("\\") == text.count(r"\backslash")
    assert written.count("&") == text.count(r"\&")


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(specs())
def test_random_specs(tree: dict[str, Any]) -> None:
    """Models that nobody wrote: a formula for every line, of the same sign, another for another text, all readable."""
    try:
        one = derive(load(tree))
    except SpecError:
        assume(False)
    assert [f[:2] for f in one.formulas] == [line[:2] for line in one.lines]
    assert len(set(one.formulas)) == len(one.terms)
    assert "\\" not in "".join(mathml(f) for f in one.formulas)


def test_mathml_is_safe() -> None:
    """Whatever a name holds, it is text."""
    read = mathml(prose("<script>alert(1)</script>") + upright('"><img src=x onerror=a()>'))
    assert "<script" not in read
    assert "<img" not in read
    assert "href" not in mathml(r"\href{javascript:alert(1)}{x}")
    assert "style=" not in mathml(r"\style{background:url(x)}{x}")


@PDFLATEX
def test_tex_compiles_it(tmp_path: Path) -> None:
    """Every reference spec in one document."""
    compiled((f"\\[\n{text}\n\\]" for text in everything().values()), tmp_path)
