"""All problems at once: no fault hides another, and what a fault keeps from being checked is said."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations
from typing import Any

import pytest
import yaml
from graph_faults import FAULTS, GOOD, Fault

import mvgraph as mg
from mvgraph.errors import Path, Problem

SYNTAX: dict[str, tuple[str, str, str, Path]] = {  # old, new, code, path
    "unknown likelihood": ("categorical", "gaussian", "MVG110", ("views", "label", "likelihood")),
    "likelihood with a slip": ("categorical", "categorial", "MVG110", ("views", "label", "likelihood")),
    "shape is a text": ("shape: [6]", "shape: (6)", "MVG114", ("views", "sound", "shape")),
    "key with a slip": ("label: {shape:", "label: {shap:", "MVG119", ("views", "label", "shap")),
    "unknown key": ("mvgraph: 1", "mvgraph: 1\nzzz: 3", "MVG119", ("zzz",)),
    "unknown option": (
        "mvgraph: 1",
        "mvgraph: 1\ntraining: {optimizer: {adam: {zzz: 3}}}",
        "MVG112",
        ("training", "optimizer", "adam", "zzz"),
    ),
    "key of a node with a slip": ("observed: true", "observde: true", "MVG119", ("p", "x", "observde")),
    "no number": ("beta: 1.0", "beta: [1]", "MVG114", ("params", "beta")),
    "node twice": ("q:\n", "  x: {observed: true, given: [z]}\nq:\n", "MVG103", ()),
    "a tag": ("name: good", "name: !!str good\nabout: !!set {}", "MVG109", ("about",)),
    "no year": ("mvgraph: 1", "mvgraph: 1\nabout: {year: x}", "MVG114", ("about", "year")),
    "mistyped mixture": ("mixture: none", "mixture: nome", "MVG114", ("q", "mixture")),
    "unreadable weight": ("weight: alpha", "weight: 'alpha +'", "MVG120", ("objective", "minimize", 0, "kl", "weight")),
    "unreadable range": (
        "S: full+singles",
        "S: fool+singles",
        "MVG131",
        ("objective", "maximize", 0, "elbo", "for", "S"),
    ),
    "dim is missing": ("dim: 3}", "}", "MVG116", ("p", "z")),
}


def said(text: str) -> tuple[set[tuple[str, Path]], list[str]]:
    """Codes and paths of all problems, and the places that are not checked."""
    return facts(mg.check(text))


def facts(problems: list[Problem]) -> tuple[set[tuple[str, Path]], list[str]]:
    open_ = [p.message.partition(": ")[2].split(", ") for p in problems if p.code == "MVG146"]
    return {(p.code, p.path) for p in problems}, [name for names in open_ for name in names]


def is_told(code: str, path: Path, found: set[tuple[str, Path]], unchecked: list[str]) -> bool:
    """Whether a problem is reported, or its place is one that another problem stands at, or that is not checked."""
    name = ".".join(map(str, path))
    return (code, path) in found or path in [p for _, p in found] or any(f"{u}.".startswith(name) for u in unchecked)


@pytest.mark.parametrize("name", SYNTAX)
def test_a_fault_of_the_syntax_is_one_problem(name: str) -> None:
    old, new, code, path = SYNTAX[name]
    found, _ = said(GOOD.replace(old, new, 1))
    assert found - {("MVG146", ())} == {(code, path)}


def text_of(case: Fault, *names: str) -> str | None:
    """A faulty spec with faults of the syntax beside; None where they change the same text."""
    text = case.text
    for name in names:
        old, new, _, _ = SYNTAX[name]
        if text.count(old) != GOOD.count(old) or ("training:" in new and "training:" in text):
            return None
        text = text.replace(old, new, 1)
    with suppress(yaml.YAMLError):
        yaml.safe_load(text)
        return text
    return None  # they meet in one word, which is no YAML then


@pytest.mark.parametrize(("number", "case"), [*enumerate(FAULTS)][::9], ids=lambda x: getattr(x, "name", ""))
def test_a_fault_of_the_syntax_hides_no_other(number: int, case: Fault) -> None:
    hides_nothing(case, number)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "case"), [*enumerate(FAULTS)], ids=lambda x: getattr(x, "name", ""))
def test_no_fault_of_the_syntax_hides_any_other(number: int, case: Fault) -> None:
    hides_nothing(case, number + 1)


def hides_nothing(case: Fault, number: int) -> None:
    """The faults of the syntax are told beside what the case has alone, or its place is said to be unchecked."""
    alone, _ = said(case.text)
    names = list(SYNTAX)
    pairs = [*combinations(names, 2)]
    for beside in ((names[number % len(names)],), pairs[(number * 7) % len(pairs)]):
        text = text_of(case, *beside)
        if text is None:
            continue
        found, unchecked = said(text)
        lost = [p for p in alone if not is_told(*p, found, unchecked)]
        assert not lost, (beside, lost, unchecked)
        for name in beside:
            assert SYNTAX[name][2] in {code for code, _ in found}, name  # under another path, where names are others


FIFTEEN = """\
mvgraph: 1
name: fifteen
params: {beta: 1.0, gama: 2}
views:
  a: {shape: [4], likelihood: gaussian}
  b: {shape: (6), likelihood: normal}
  c: {shap: [3], likelihood: categorical}
trainnig: {epocs: 3}
p:
  z: {latent: normal, dim: many}
  w: {latent: normal, dim: 2}
  x: {observde: true, plate: view, given: [z, y]}
q:
  z: {expert: laplace, fuse: poe}
  w: {expert: normal, absent: onw}
objective:
  maximize:
    - elbo: {from: V, to: [d], beta: betta}
  minimize:
    - elbo: {from: V, to: V}
estimator: {gradient: pathwis}
"""
MISTAKES: list[tuple[str, Path]] = [
    ("MVG226", ("params", "gama")),
    ("MVG110", ("views", "a", "likelihood")),
    ("MVG114", ("views", "b", "shape")),
    ("MVG119", ("views", "c", "shap")),
    ("MVG119", ("trainnig",)),
    ("MVG119", ("training", "epocs")),
    ("MVG114", ("p", "z", "dim")),
    ("MVG205", ("p", "w")),
    ("MVG119", ("p", "x", "observde")),
    ("MVG202", ("p", "x", "given", 1)),
    ("MVG301", ("q", "z", "fuse")),
    ("MVG114", ("q", "w", "absent")),
    ("MVG215", ("objective", "maximize", 0, "elbo", "to")),
    ("MVG223", ("objective", "maximize", 0, "elbo", "beta")),
    ("MVG305", ("objective", "minimize", 0, "elbo")),
    ("MVG114", ("estimator", "gradient")),
]


def test_sixteen_mistakes_are_sixteen_problems() -> None:
    problems = [p for p in mg.check(FIFTEEN) if p.code != "MVG146"]
    assert sorted((p.code, p.path) for p in problems) == sorted(MISTAKES)  # type: ignore[type-var]
    assert [p.place.line for p in problems if p.place] == sorted(p.place.line for p in problems if p.place)
    assert all(p.place and p.excerpt for p in problems)


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("beta: beta,", "beta: betta,", "MVG223", "unknown param 'betta'"),
        ("observed: true", "observde: true", "MVG119", "unknown key 'observde' in p.x"),
        (
            "  z: {expert: normal, fuse: poe, prior_expert: full}",
            "  zz: {expert: normal, fuse: poe, prior_expert: full}",
            "MVG208",
            "q infers 'zz'",
        ),
        ("given: [z, h]", "given: [zz, h]", "MVG202", "unknown parent 'zz'"),
        ("of: q(z | V)", "of: q(zz | V)", "MVG220", "'zz' is no latent of p"),
        ("from: S,", "from: [imag],", "MVG215", "'imag' is neither a view nor bound"),
    ],
)
def test_an_error_that_repeats_the_cause_of_another_is_not_shown(old: str, new: str, code: str, message: str) -> None:
    errors = [p for p in mg.check(GOOD.replace(old, new, 1)) if p.severity == "error"]
    assert [p.code for p in errors][:1] == [code]
    assert message in errors[0].message
    assert len(errors) == 1


def test_a_mapping_of_one_key_lacks_no_other() -> None:
    errors = [p for p in mg.check(GOOD.replace("plate: view}", "plate: {group: s}}", 1)) if p.severity == "error"]
    assert "unknown key 'group' in p.h.plate" in errors[0].message
    assert "did you mean 'level'" in errors[0].remedy
    assert "MVG116" not in [p.code for p in errors]


def test_what_no_base_can_tell_is_not_said() -> None:
    found, unchecked = said("extends: mopo\nq: {z: {fuse: poee, prior_exprt: full}}\ntraining: {epochs: x}\n")
    assert found - {("MVG146", ())} == {
        ("MVG100", ("extends",)),
        ("MVG110", ("q", "z", "fuse")),
        ("MVG119", ("q", "z", "prior_exprt")),
        ("MVG114", ("training", "epochs")),
    }
    assert unchecked == ["what follows from the spec as a whole"]


def test_of_a_text_that_is_no_yaml_nothing_else_is_checked() -> None:
    assert [p.code for p in mg.check("mvgraph: 1\np: [a, {b\n")] == ["MVG102", "MVG146"]


def test_overrides_and_texts_tell_their_mistakes_together() -> None:
    overrides: dict[str, Any] = {"bta": 2, "p": {"z": {"dim": 0}}}
    found, _ = facts(mg.check(GOOD.replace("given: [z, h]", "given: [z, h, y]"), **overrides))
    assert found == {("MVG117", ("bta",)), ("MVG114", ("p", "z", "dim")), ("MVG202", ("p", "x", "given", 2))}


def test_every_verb_tells_all_errors() -> None:
    with pytest.raises(mg.SpecError, match="MVG110") as caught:
        mg.compile(FIFTEEN)
    assert len([p for p in caught.value.problems if p.severity == "error"]) == len(MISTAKES) - 1  # one is a warning
