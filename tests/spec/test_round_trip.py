"""The law `load(dump(spec)) == spec`, on random well-formed specs."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvgraph.errors import SpecError
from mvgraph.spec.reading import load
from mvgraph.spec.writing import dump, tree

ODD = [
    "null",
    "true",
    "1",
    "1e3",
    "0x1F",
    "on",
    "no",
    "a: b",
    "# c",
    "- d",
    "{e}",
    "it's",
    '"f"',
    " g ",
    "~",
    "2021-01-01",
    "<<",
    "V",
]
WITHOUT_CONTROLS = st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t\r")
TEXT = st.text(WITHOUT_CONTROLS, max_size=20) | st.sampled_from(ODD)
NUMBER = st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.integers(1, 1000) | st.floats(0, 1e30, exclude_min=True)
COUNT = st.integers(1, 2000)
FAMILY = st.sampled_from(
    ["normal", "laplace", "bernoulli", {"normal": None}, {"normal": {"scale": 0.5}}, {"laplace": {"scale": "exp"}}]
)
NETWORK = st.sampled_from(["mlp", {"mlp": {"hidden": [3, 4]}}, {"mlp": {"hidden": []}}, "linear"])
FUSION = st.sampled_from(["poe", "mean", "joint", {"poe": {}}, {"gpoe": {"weights": "a"}}])
OPTIMIZER = st.sampled_from(["adam", {"adam": {"lr": 1e-5}}, {"sgd": {"lr": 0.1}}])
PARAM = NUMBER | st.sampled_from(
    [{"linear": {"from": 0, "to": 1, "epochs": 5}}, {"learnt": {"init": "1/M"}}, {"a": 1, "b": 1e-7}]
)
NAME = st.from_regex(r"[a-zA-Z][a-z0-9_]{0,5}", fullmatch=True) | st.sampled_from(
    ["on", "no", "null", "true", "é", "e1"]
)
VIEW_NAME = NAME | st.sampled_from(["1", "1e3", "a-b", "0x1", "2_a"])
FORMULA = NUMBER.filter(lambda x: abs(x) < 1e90) | st.sampled_from(
    ["1/M", "beta", "lam[m]", "2 * size(S)", "(M - 1)^2", "-1"]
)
INDEX = st.sampled_from(["V", "full+singles", "subsets", "random(2)", "singles + full"])
EVIDENCE = st.sampled_from(["V", "S", ["m"], [1], ["image", 2], "[a,b]"])
DENSITY = st.sampled_from(["p(z)", "q(z | V)", "q(h.m | m)", "q( z|S )"])
FOR = st.dictionaries(st.sampled_from(["m", "S", "n"]), INDEX, max_size=2)


def mapping(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with all required keys and some of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


def named(names: st.SearchStrategy[str], values: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Any]:
    """A mapping of a few names to values."""
    return st.dictionaries(names, values, min_size=least, max_size=3)


WEIGHTS = FORMULA | named(NAME, FORMULA)
SHAPE = st.lists(COUNT, min_size=1, max_size=3)
VIEW = mapping({}, {"shape": SHAPE, "likelihood": FAMILY, "encoder": NETWORK, "decoder": NETWORK})
VIEWS = st.integers(1, 5) | st.sampled_from(["2..", "2..4", "1.."]) | named(VIEW_NAME, VIEW | st.none())
LATENT = mapping(
    {"latent": FAMILY, "dim": COUNT | named(VIEW_NAME, COUNT)},
    {"plate": st.just("view"), "given": st.lists(NAME, max_size=2), "network": NETWORK},
)
OBSERVED = mapping(
    {"observed": st.just(True), "given": st.lists(NAME, max_size=2)},
    {"plate": st.just("view"), "likelihood": FAMILY, "network": NETWORK},
)
POSTERIOR = mapping(
    {"expert": FAMILY},
    {
        "fuse": FUSION,
        "prior_expert": st.sampled_from(["never", "full", "always"]),
        "absent": st.sampled_from(["prior", "aux", "own"]),
        "auxiliary": FAMILY,
        "network": NETWORK,
        "share": NAME,
    },
)
COMBINE = st.sampled_from(["sum", "mean"])
ROUTE = mapping(
    {"from": EVIDENCE, "to": EVIDENCE},
    {
        "for": FOR,
        "combine": COMBINE,
        "beta": WEIGHTS,
        "likelihood_weight": WEIGHTS,
        "weight": FORMULA,
        "density": st.sampled_from(["mixture", "component"]),
        "samples": COUNT,
        "strata": st.sampled_from(["outside", "inside"]),
    },
)
KL = mapping({"of": DENSITY, "to": DENSITY}, {"for": FOR, "combine": COMBINE, "weight": FORMULA})
TERM = mapping({"elbo": ROUTE}, {}) | mapping({"iwae": ROUTE}, {}) | mapping({"kl": KL}, {})
TERMS = st.lists(TERM, min_size=1, max_size=3)
ABOUT = mapping({}, {"title": TEXT, "authors": st.lists(TEXT, max_size=3), "year": COUNT, "arxiv": TEXT, "url": TEXT})
TRAINING = mapping(
    {},
    {
        "optimizer": OPTIMIZER,
        "batch_size": COUNT | st.just("full"),
        "epochs": COUNT,
        "clip": mapping({}, {"norm": POSITIVE, "value": POSITIVE}),
        "early_stopping": mapping({}, {"patience": COUNT, "least": POSITIVE}) | st.none(),
    },
)
GRAPH = st.tuples(named(NAME.map(lambda n: n + "z"), LATENT), OBSERVED).map(lambda pair: {**pair[0], "x": pair[1]})
Q = st.tuples(mapping({}, {"mixture": st.sampled_from(["none", "singles", "subsets"])}), named(NAME, POSTERIOR))
SPEC = mapping(
    {
        "mvgraph": st.just(1),
        "name": TEXT,
        "views": VIEWS,
        "p": GRAPH,
        "q": Q.map(lambda pair: {**pair[0], **pair[1]}),
        "objective": mapping({"maximize": TERMS}, {"minimize": TERMS}),
    },
    {
        "about": ABOUT,
        "params": named(NAME, PARAM),
        "view_defaults": VIEW,
        "estimator": mapping({}, {"samples": COUNT, "kl": st.sampled_from(["closed", "sampled"])}),
        "training": TRAINING,
    },
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(SPEC)
def test_what_is_written_reads_back(data: dict[str, Any]) -> None:
    spec = load(data)
    text = dump(spec)
    again = load(text)
    assert again == spec
    assert dump(again) == text
    assert load(tree(spec)) == spec
    assert load(data) == spec


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXT, TEXT)
def test_any_text_survives(name: str, title: str) -> None:
    data = {"views": 2, "p": {"z": {"latent": "normal", "dim": 1}, "x": {"observed": True, "given": ["z"]}}}
    rest = {"q": {"z": {"expert": "normal"}}, "objective": {"maximize": [{"elbo": {"from": "V", "to": "V"}}]}}
    spec = load({"name": name, "about": {"title": title, "authors": [name, title]}, **data, **rest})
    assert load(dump(spec)) == spec


def test_python_data_have_no_control_characters_either() -> None:
    """What would not read back from a file is refused before it is written."""
    with pytest.raises(SpecError, match=r"MVG106: a control character .* '\\x1b"):
        load({"extends": "mvae", "name": "\x1b[31mred"})
