"""Every check: a spec with the fault gives the code at the place; the good spec gives nothing; the text is golden."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from graph_faults import FAULTS, GOOD, Fault

from mvgraph.errors import Problem
from mvgraph.graph import check
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.spec import zoo
from mvgraph.spec.model import Estimator, Latent, Spec, View
from mvgraph.spec.nodes import Discrete
from mvgraph.spec.phases import Objective
from mvgraph.spec.reading import load
from mvgraph.spec.terms import Divergence, Route
from mvgraph.vocab.family import Family

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("MVGRAPH_UPDATE_GOLDEN") == "1"


def shown(problems: list[Problem]) -> str:
    return "\n".join(str(p) for p in problems) + "\n"


@pytest.fixture(scope="module")
def good() -> Spec:
    return load(GOOD)


def test_a_good_spec_has_no_problems(good: Spec) -> None:
    assert check(good) == []


@pytest.mark.parametrize("case", FAULTS, ids=lambda f: f.name)
def test_a_fault_is_found_where_it_stands(case: Fault) -> None:
    problems = check(load(case.text))
    assert tuple(sorted(p.code for p in problems)) == tuple(sorted(case.codes)), shown(problems)
    place = problems[0].place
    assert place is not None
    rest = "\n".join(case.text.splitlines()[place.line - 1 :])[place.column - 1 :]
    assert rest.replace("'", "").startswith(case.at), rest[:40]
    file = GOLDEN / f"{case.name}.txt"
    if UPDATE:
        file.write_text(shown(problems), encoding="utf-8")
    assert shown(problems) == file.read_text(encoding="utf-8")


def first_route(good: Spec, **changes: object) -> Spec:
    route = good.maximize[0]
    assert isinstance(route, Route)
    return replace(good, objective=Objective((replace(route, **changes),)))  # type: ignore[arg-type]


def test_problems_of_a_spec_made_in_python_have_a_path(good: Spec) -> None:
    problems = check(replace(good, mixture="singles", params=Table({**good.params, "gamma": 1.0}), document=None))
    assert [(p.code, p.path, p.place) for p in problems] == [("MVG226", ("params", "gamma"), None)]
    assert str(problems[0]).startswith("params.gamma: warning MVG226: the param 'gamma' is never used")


def test_what_the_grammar_refuses_is_refused_in_python_too(good: Spec) -> None:
    normal = Family.read("normal")
    z, h = good.latents
    kl = Divergence("q(z", "p(z)", Table({"n": "W"}))
    cases = {
        "MVG306": first_route(good, samples=0),
        "MVG401": replace(good, latents=(replace(z, dim=0), h)),
        "MVG250": replace(good, discretes=(Discrete("c", 0),)),
        "MVG403": replace(good, views=(View("image", (0,), normal), *good.views[1:])),
        "MVG130": first_route(good, from_="[]"),
        "MVG120": first_route(good, beta=Formula("beta +")),
        "MVG131": replace(good, objective=Objective(good.maximize, (kl,))),
        "MVG132": replace(good, objective=Objective(good.maximize, (kl,))),
    }
    for code, spec in cases.items():
        assert code in [p.code for p in check(spec)], code


def test_a_node_or_view_that_stands_twice_is_an_error(good: Spec) -> None:
    twice = replace(
        good, latents=(*good.latents, Latent("z", Family.read("normal"), 2)), views=good.views + good.views[:1]
    )
    messages = [p.message for p in check(twice) if p.code == "MVG201"]
    assert messages == ["there are two views named 'image'", "there are two nodes named 'z'"]


def test_estimator_samples_are_counted(good: Spec) -> None:
    assert [p.code for p in check(replace(good, estimator=Estimator(samples=0)))] == ["MVG306"]


WARNED = {  # dead experts, a biased gradient
    **{name: ["MVG228"] for name in ("dvcca", "vcca_private", "cvae", "cvae_fixed")},
    "mmvae_dreg": ["MVG360"],
}


@pytest.mark.parametrize("name", zoo.names())
def test_reference_specs_have_no_errors(name: str) -> None:
    problems = check(load(name))
    assert [p.code for p in problems] == WARNED.get(name, []), shown(problems)
    assert all(p.severity == "warning" for p in problems)


@pytest.mark.parametrize("name", [n for n in zoo.names() if load(n).open_views and load(n).open_views.most is None])
def test_reference_specs_have_no_errors_with_four_views(name: str) -> None:
    views = {v: {"shape": [3]} for v in "abcd"}
    assert [p.code for p in check(load(name, views=views))] == WARNED.get(name, [])


def test_single_view_networks_of_plain_jmvae_are_dead() -> None:
    problems = check(load("jmvae", sets=["params.alpha=0"]))
    assert [p.code for p in problems] == ["MVG228"]
    assert "views 1, 2" in problems[0].message


def test_a_table_of_weights_fits_dmvae() -> None:
    views = {"mnist": {"shape": [4]}, "svhn": {"shape": [5]}}
    assert check(load("dmvae", views=views, params={"lam": {"mnist": 50, "svhn": 1}})) == []


def test_sizes_of_a_shared_latent_by_position_are_refused_where_exponents_are_learnt() -> None:
    problems = check(load("weighted_mvae", sets=["p.z.dim=[32]"]))
    assert [(p.code, p.path) for p in problems] == [("MVG402", ("p", "z", "dim"))]


def test_views_named_by_their_positions_are_fine() -> None:
    assert check(load("mopoe", views={"1": {}, "2": {}, "3": {}})) == []


def test_checking_needs_no_torch() -> None:
    code = (
        "import sys; from mvgraph.spec.reading import load; from mvgraph.graph import check, build;"
        "s = load('mmvae_plus'); check(s); build(s); sys.exit('torch._C' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_golden_file_has_a_case() -> None:
    assert {f.stem for f in GOLDEN.glob("*.txt")} == {f.name for f in FAULTS}


CONDITIONED = """\
mvgraph: 1
name: conditioned
views: {a: {shape: [4]}, b: {shape: [3]}, age: {shape: [1]}, site: {shape: [2]}}
view_defaults: {likelihood: normal}
p:
  c: {condition: true, view: age}
  s: {condition: true, view: site}
  z: {latent: normal, dim: 2}
  x: {observed: true, plate: view, given: [z, c, s]}
q: {z: {expert: normal, fuse: poe, prior_expert: always}}
objective: {maximize: [{elbo: {from: V, to: V}}]}
"""


@pytest.mark.parametrize("mixture", ["none", "singles", "subsets"])
@pytest.mark.parametrize(
    "route", ["from: V, to: V", "for: {S: full}, from: S, to: V", "from: [a, age], to: V", "from: [age], to: V"]
)
def test_a_condition_is_no_expert(mixture: str, route: str) -> None:
    text = CONDITIONED.replace("from: V, to: V", route).replace("q: {z", f"q: {{mixture: {mixture}, z")
    (problem,) = [p for p in check(load(text)) if p.severity == "error"]
    assert (problem.code, problem.path[-1]) == ("MVG262", "from")
    assert problem.remedy.startswith("write from: [a, b]")


@pytest.mark.parametrize("route", ["for: {m: V}, from: [m], to: V", "for: {S: subsets}, from: S, to: V"])
def test_a_condition_is_none_of_the_views_that_variables_run_over(route: str) -> None:
    assert not [p for p in check(load(CONDITIONED.replace("from: V, to: V", route))) if p.severity == "error"]


def test_evidence_without_the_conditions_needs_no_warning() -> None:
    assert check(load(CONDITIONED.replace("from: V", "from: [a, b]"))) == []
    assert check(load(CONDITIONED.replace("fuse: poe, prior_expert: always", "fuse: joint"))) != []
    joint = check(load(CONDITIONED.replace("fuse: poe, prior_expert: always", "fuse: joint")))
    assert [p.severity for p in joint] == ["warning"]
