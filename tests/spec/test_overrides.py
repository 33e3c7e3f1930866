"""Overrides by text and by keyword."""

from typing import Any

import pytest

from mvgraph.errors import SpecError
from mvgraph.language.expr import Formula
from mvgraph.spec.reading import load
from mvgraph.spec.terms import Route
from mvgraph.vocab.network import Network

from .texts import PRIVATE, SMALL, WHOLE


def test_texts_step_into_mappings_lists_and_words() -> None:
    spec = load(
        WHOLE,
        sets=[
            "p.z.dim=32",
            "beta=2.5",
            "objective.maximize.1.elbo.samples=5",
            "views.image.encoder.mlp.hidden=[7]",
            "views.label.likelihood=normal",
            "views.label.decoder.mlp.hidden=[8]",
            "params.warm.linear.epochs=3",
            "training.clip=",
            "about.title='a=b'",
        ],
    )
    assert spec.dim("z") == 32
    assert spec.params["beta"] == 2.5
    assert isinstance(spec.maximize[1], Route)
    assert spec.maximize[1].samples == 5
    assert spec.views[0].encoder == Network.read({"mlp": {"hidden": [7]}})
    assert spec.views[1].decoder == Network.read({"mlp": {"hidden": [8]}})
    assert spec.training.clip.norm is None
    assert spec.about.title == "a=b"


def test_a_short_word_is_stepped_into_and_another_word_replaces() -> None:
    spec = load(PRIVATE, sets=["p.h.network.mlp.hidden=[3]", "q.h.expert.normal.scale=2"])
    assert spec.latent("h").network == Network.read({"mlp": {"hidden": [3]}})
    assert spec.posterior("h").expert.word == "normal"


def test_later_texts_win() -> None:
    assert load(SMALL, sets=["p.z.dim=3", "p.z.dim=4"]).dim("z") == 4


def test_keywords_are_keys_of_the_top_level_or_params() -> None:
    spec = load(WHOLE, beta=3, training={"epochs": 1}, views={"label": None, "sound": {"shape": (3,)}})
    assert spec.params["beta"] == 3
    assert (spec.training.epochs, spec.training.batch_size) == (1, 256)
    assert spec.view_names == ("image", "sound")
    assert load(WHOLE, warm={"linear": {"epochs": 9}}) != load(WHOLE)


def test_words_and_formulas_may_be_given_as_values() -> None:
    spec = load(PRIVATE, view_defaults={"encoder": Network.read({"mlp": {"hidden": [3]}})})
    assert spec.view_defaults.encoder == Network.read({"mlp": {"hidden": [3]}})
    objective = {"maximize": [{"elbo": {"from": "V", "to": "V", "weight": Formula("1/M")}}]}
    assert load(SMALL, objective=objective).maximize[0].weight == Formula("1/M")


def test_open_views_are_filled_by_keyword() -> None:
    assert load(PRIVATE, views={"a": None, "b": None}).view_names == ("a", "b")
    with pytest.raises(SpecError, match="2 to 4 views, not for exactly 1 view"):
        load(PRIVATE, views={"a": None})


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("p.z.dim=two", 5, "p.z.dim: expected a whole number", ""),
        ("bta=2", 1, "no key and no param 'bta'", "did you mean 'beta'"),
        ("mvgraph=2", 1, "no key and no param 'mvgraph'", "known"),
        ("p.y.dim=2", 3, "there is no 'y' here", "known: z, x"),
        ("p.z.dm=2", 5, "unknown key 'dm'", "did you mean 'dim'"),
        ("views.image.encoder.mpl.hidden=[1]", 21, "unknown network 'mpl'", "did you mean 'mlp'"),
        ("views.image.encoder.mlp.hiden=[1]", 25, "has no option 'hiden'", "did you mean 'hidden'"),
        ("objective.maximize.7.elbo.samples=2", 20, "the list has no item '7'", "it has 2 items, numbered from 0"),
        ("objective.maximize.x.elbo.samples=2", 20, "the list has no item 'x'", "numbered"),
        ("p.z.dim", 1, "is not an override", "a.b.c=VALUE"),
        ("=3", 1, "is not an override", "a.b.c=VALUE"),
        ("p..dim=3", 1, "is not an override", "a.b.c=VALUE"),
        ("p.z.given=[1", 13, "not YAML", "bracket"),
        ("name.x=1", 1, "name: expected a text, found a mapping", ""),
        ("p.z.dim=!!python/name:os.system", 9, "tag", ""),
    ],
)
def test_a_mistake_in_a_text_points_into_it(text: str, column: int, message: str, remedy: str) -> None:
    with pytest.raises(SpecError, match="--set:1") as caught:
        load(WHOLE, sets=[text])
    (problem,) = caught.value.problems
    assert message in problem.message
    assert remedy in problem.remedy
    assert problem.place is not None
    assert (problem.place.column, problem.excerpt) == (column, text)


def test_mistakes_in_several_texts_come_at_once() -> None:
    with pytest.raises(SpecError, match="--set:3") as caught:
        load(WHOLE, sets=["bta=2", "p.z.dim=3", "p.z.dim=x", "nothing"])
    assert [p.place.line for p in caught.value.problems if p.place] == [1, 3, 4]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"bta": 2}, "no key and no param 'bta'"),
        ({"extends": "mvae"}, "no key and no param 'extends'"),
        ({"beta": object()}, "expected a number, a schedule"),
        ({"training": {"epoch": 3}}, "unknown key 'epoch' in training"),
    ],
)
def test_a_mistake_in_a_keyword_names_it(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        load(WHOLE, **keywords)
    place = caught.value.problems[0].place
    assert place is not None
    assert place.file == f"keyword {next(iter(keywords))}"
