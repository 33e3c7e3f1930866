"""The schema of the language, and its errors in the user's words."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mvgraph.errors import Problem, SpecError
from mvgraph.spec.reading import load
from mvgraph.spec.schema import KINDS, json_schema
from mvgraph.spec.yaml12 import parse

from .texts import GOOD, SMALL, WHOLE


def problems(text: str) -> list[Problem]:
    """All problems of a text."""
    with pytest.raises(SpecError, match="MVG1") as caught:
        load(text)
    return list(caught.value.problems)


def test_the_schema_is_a_schema_and_plain_json() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_any_validator_takes_the_good_specs(text: str) -> None:
    Draft202012Validator(json_schema()).validate(parse(text, "t").plain)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.registry.noun)
def test_every_word_of_every_vocabulary_is_in_the_schema(kind: Any) -> None:
    slot = json_schema()["$defs"][kind.registry.noun]
    assert slot["then"]["enum"] == kind.registry.names()
    assert list(slot["else"]["properties"]) == kind.registry.names()
    assert all(word["description"] for word in slot["else"]["properties"].values())


def test_the_schema_handed_out_may_be_changed() -> None:
    json_schema()["properties"].clear()
    assert json_schema()["properties"]


CASES = [
    ("mvgraph: 1", "mvgraph: 2", "MVG114", "mvgraph", "expected 1, found 2", "write 1"),
    ("mvgraph: 1\n", "", "MVG116", "", "lacks the key 'mvgraph'", "start the file with"),
    ("name: ", "nam: ", "MVG119", "nam", "unknown key 'nam'", "did you mean 'name'"),
    ("name: MoPoE-VAE\n", "", "MVG116", "", "lacks the key 'name'", "add `name"),
    ("year: 2021", "year: soon", "MVG114", "about.year", "expected a whole number, found 'soon'", ""),
    ("[Sutter, Daunhawer, Vogt]", "Sutter", "MVG114", "about.authors", "expected a list", "[Sutter]"),
    ("beta: 1.0", "beta: yes", "MVG110", "params.beta", "unknown param 'yes'", "known: cosine"),
    ("beta: 1.0", "beta: [1]", "MVG114", "params.beta", "expected a number, a schedule", ""),
    ("beta: 1.0", "beta: .nan", "MVG114", "params.beta", "found nan", ""),
    ("beta: 1.0", "a b: 1.0", "MVG119", "params.a b", "cannot be the name of a param", "letters"),
    ("{linear: {from: 0", "{lineer: {from: 0", "MVG110", "params.warm.lineer", "unknown param", "'linear'"),
    ("from: 0, to: 1, e", "from: x, to: 1, e", "MVG114", "params.warm.linear.from", "expected a number", ""),
    ("label: 50.5", "label: many", "MVG114", "params.lam.label", "expected a number, found 'many'", ""),
    ("shape: [784]", "shape: 784", "MVG114", "views.image.shape", "a list of whole numbers", "[784]"),
    ("shape: [784]", "shape: [0]", "MVG114", "views.image.shape.0", "at least 1, found 0", ""),
    ("shape: [784]", "shape: [true]", "MVG114", "views.image.shape.0", "found true", ""),
    ("shape: [784]", "shape: [784.0]", "MVG114", "views.image.shape.0", "found 784.0", ""),
    ("likelihood: bernoulli", "likelihood: bernuli", "MVG110", "views.image.likelihood", "'bernuli'", "'bernoulli'"),
    ("{hidden: [512, 512]}", "{hiden: [512]}", "MVG112", "views.image.encoder.mlp.hiden", "no option", "'hidden'"),
    ("{hidden: [512, 512]}", "3", "MVG114", "views.image.encoder.mlp", "a mapping", ""),
    ("label: {shape: [10]", "'a b': {shape: [10]", "MVG119", "views.a b", "the name of a view", "letters"),
    ("label: {shape: [10], likelihood: categorical}", "label: 3", "MVG114", "views.label", "a mapping", ""),
    ("latent: normal", "latent: 3", "MVG114", "p.z.latent", "expected a family, found 3", "write one of: "),
    ("latent: normal", "latnt: normal", "MVG116", "p.z", "lacks the key 'latent'", "`observed: true`"),
    ("dim: 64", "dim: 6.4", "MVG114", "p.z.dim", "a whole number or a mapping", ""),
    ("dim: 64", "dim: {image: -1}", "MVG114", "p.z.dim.image", "at least 1", ""),
    ("plate: view", "plate: views", "MVG114", "p.x.plate", "expected view", "write view"),
    ("observed: true", "observed: yes", "MVG114", "p.x.observed", "expected true, found 'yes'", "write true"),
    ("given: [z]", "given: z", "MVG114", "p.x.given", "expected a list", "[z]"),
    ("x: {observed: true, plate: view, given: [z]}", "{}", "MVG102", "", "not YAML", ""),
    ("mixture: subsets", "mixture: subset", "MVG114", "q.mixture", "none, singles, subsets", "'subsets'"),
    ("fuse: poe", "fuse: {poe: {a: 1}}", "MVG112", "q.z.fuse.poe.a", "'poe' has no option 'a'", "no options"),
    ("fuse: poe", "fuse: {poe: {}, mean: {}}", "MVG111", "q.z.fuse", "expected one fusion, found 2", "gpoe"),
    ("fuse: poe", "fuse: {}", "MVG111", "q.z.fuse", "expected one fusion, found none", "gpoe"),
    ("expert: normal, ", "", "MVG116", "q.z", "lacks the key 'expert'", "add `expert"),
    ("- elbo: {from: V", "- elbow: {from: V", "MVG110", "objective.maximize.0.elbow", "unknown term", "'elbo'"),
    ("from: V, to: V, ", "to: V, ", "MVG116", "objective.maximize.0.elbo", "lacks the key 'from'", ""),
    ("beta: beta", "beta: [1]", "MVG114", "objective.maximize.0.elbo.beta", "a number or a formula", ""),
    ("beta: beta", "beta: 1 +", "MVG120", "objective.maximize.0.elbo.beta", "cannot read the formula", ""),
    ("beta: beta", "beta: 2^64^2", "MVG121", "objective.maximize.0.elbo.beta", "an exponent", ""),
    ("beta: beta", "beta: ((9^64)^64)^64", "MVG121", "objective.maximize.0.elbo.beta", "too large", "at most"),
    ("beta: beta", "beta: 1e99999", "MVG114", "objective.maximize.0.elbo.beta", "found inf", ""),
    ("beta: beta", "beta: 1*1e99999", "MVG121", "objective.maximize.0.elbo.beta", "too large", "at most"),
    ("beta: beta", f"beta: {'(' * 99}", "MVG121", "objective.maximize.0.elbo.beta", "too large", "at most"),
    ("from: V", "from: V+S", "MVG130", "objective.maximize.0.elbo.from", "not a set of views", "write V"),
    ("from: V", "from: 1", "MVG114", "objective.maximize.0.elbo.from", "a list of views", "[1]"),
    ("from: V", "from: []", "MVG114", "objective.maximize.0.elbo.from", "a list of views", ""),
    ("S: full+singles", "S: ful", "MVG131", "objective.maximize.1.elbo.for.S", "not a range", "singles"),
    ("of: q(z | V)", "of: q(z", "MVG132", "objective.minimize.0.kl.of", "not a density", "write p(z)"),
    ("samples: 2", "samples: 0", "MVG114", "estimator.samples", "at least 1", ""),
    ("batch_size: 256", "batch_size: half", "MVG114", "training.batch_size", "a whole number or full", ""),
    ("lr: 5.0e-4", "lr: fast", "MVG114", "training.optimizer.adam.lr", "expected a number", ""),
    ("clip: {norm: 5}", "clip: 5", "MVG114", "training.clip", "expected a mapping", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "path", "message", "remedy"), CASES)
def test_one_mistake_is_one_problem_with_its_path_place_and_remedy(
    old: str, new: str, code: str, path: str, message: str, remedy: str
) -> None:
    assert old in WHOLE
    found = problems(WHOLE.replace(old, new, 1))
    chosen = next(p for p in found if p.code == code)
    assert ".".join(map(str, chosen.path)) == path
    assert message in chosen.message
    assert remedy in chosen.remedy
    assert chosen.place is not None
    assert chosen.excerpt or not chosen.place


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ("two", "a mapping of views, a number such as 3"),
        ("0", "at least 1"),
        ("1001", "at most 1000"),
        ("4..2", "allows no number of views"),
        ("..2", "`2..` for two or more"),
        ("{}", "views is empty"),
        ("[a]", "a mapping of views"),
        ("2.5", "a mapping of views"),
    ],
)
def test_a_wrong_number_of_views(views: str, message: str) -> None:
    (problem,) = problems(SMALL.replace("views: 3", f"views: {views}"))
    assert message in problem.message
    assert problem.path == ("views",)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ("{z: {latent: normal, dim: 2}}", "no observed node"),
        ("{x: {observed: true, given: [z]}}", "no latent node"),
        ("{z: {latent: normal, dim: 2}, x: {observed: true, given: []}, y: {observed: true, given: []}}", "a second"),
    ],
)
def test_p_has_one_observed_node_and_a_latent(p: str, message: str) -> None:
    text = SMALL.replace("p: {z: {latent: normal, dim: 2}, x: {observed: true, given: [z]}}", f"p: {p}")
    assert any(message in found.message for found in problems(text))


def test_all_problems_come_at_once_in_the_order_of_the_text() -> None:
    text = WHOLE.replace("latent: normal", "latent: normall").replace("year: 2021", "year: x").replace("poe,", "po,")
    found = [p.place.line for p in problems(text) if p.place]
    assert found == [3, 13, 17]


def test_the_text_of_a_problem() -> None:
    assert str(problems(SMALL.replace("dim: 2", "dim: two"))[0]) == (
        "<text>:4:25: error MVG114: p.z.dim: expected a whole number or a mapping or a list of whole numbers, "
        "found 'two'\n"
        "    p: {z: {latent: normal, dim: two}, x: {observed: true, given: [z]}}\n"
        "                            ^"
    )


def test_data_without_a_text_have_paths_and_no_places() -> None:
    with pytest.raises(SpecError, match=r"p\.z\.dim: error MVG114") as caught:
        load({**parse(SMALL, "t").plain, "p": {"z": {"latent": "normal", "dim": object()}}})
    assert caught.value.problems[0].place is None


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("views: {a: {shape: (10)}, b: {}}", "write a list: [10]"),
        ("views: {a: {shape: 10}, b: {}}", "write a list: [10]"),
        ("p: {z: {dim: 0}}", "write 1 or more"),
        ("q: {z: {fuse: moe}}", "write mixture: singles in q"),
        ("q: {z: {fuse: MoPoE}}", "write mixture: subsets and fuse: poe in q"),
        ("q: {z: {fuse: PoE}}", "did you mean 'poe'?"),
        ("objective: {minimize: [{kl: {of: q(z | a, b), to: p(z)}}]}", "'q(z | a, b)'"),
        ("objective: {minimize: [{kl: {of: 'q(z | [1, 2])', to: p(z)}}]}", "'q(z | a, b)'"),
        ("objective: {minimize: [{kl: {of: q(z | [1]), to: p(z)}}]}", "'q(z | a, b)'"),
    ],
)
def test_a_remedy_leads_to_the_model_that_was_meant(text: str, remedy: str) -> None:
    with pytest.raises(SpecError, match="error") as caught:
        load(f"extends: mopoe\n{text}\n")
    assert remedy in caught.value.problems[0].remedy


CONTROLS = [*map(chr, (*range(9), 11, 12, *range(14, 32), *range(127, 160))), "\ud800", "\udfff"]


@pytest.mark.parametrize("character", CONTROLS, ids=ascii)
def test_no_control_character_stands_in_a_key_or_a_value(character: str) -> None:
    escaped = f"\\u{ord(character):04x}"
    for line in (f'name: "a{escaped}"', f'"a{escaped}": 1', f'p: {{z: {{"{escaped}": 1}}}}', f'? "{escaped}"\n: 1'):
        with pytest.raises(SpecError, match="MVG106: a control character may not stand in a text"):
            load(f"extends: mvae\n{line}\n")
    for data in ({"name": character}, {f"a{character}": 1}, {"p": {"z": {character: 1}}}):
        with pytest.raises(SpecError, match="MVG106: a control character may not stand in a text"):
            load({"extends": "mvae", **data})


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ({1: {}, "1": {}}, "'1' stands twice"),
        ({None: {}}, "not None"),
        ({True: {}}, "not True"),
        ({1.5: {}}, "not 1.5"),
    ],
)
def test_keys_of_data_are_texts_or_whole_numbers(views: dict[object, object], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load("mvae", views=views)
    assert load("mvae", views={1: {}, 2: {}}) == load("mvae", views={"1": {}, "2": {}})


@pytest.mark.parametrize(
    "change",
    [
        {"p": {"z": {"dim": 10**20}}},
        {"views": {"a": {"shape": [10**20]}}},
        {"view_defaults": {"encoder": {"mlp": {"hidden": [10**20]}}}},
        {"estimator": {"samples": 10**20}},
        {"training": {"epochs": 10**20}},
        {"params": {"beta": {"linear": {"epochs": 10**20}}}},
        {"q": {"z": {"fuse": {"pool": {"message": 10**20}}}}},
    ],
)
def test_sizes_have_a_bound(change):
    spec = {"extends": "mvae", "name": "large", "views": {"a": {"shape": [2]}, "b": {"shape": [2]}}}
    with pytest.raises(SpecError, match=r"MVG114.*expected a number of at most"):
        load({**spec, **change})
