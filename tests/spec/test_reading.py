"""Specs as values: what a text, data, a name and the Python builder read as."""

from pathlib import Path

import pytest

from mvgraph.errors import SpecError
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.spec import builder, zoo
from mvgraph.spec.model import Clip, EarlyStopping, OpenViews, View
from mvgraph.spec.reading import load
from mvgraph.spec.terms import Divergence, Route
from mvgraph.spec.writing import dump
from mvgraph.spec.yaml12 import parse
from mvgraph.vocab.family import Family
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.network import Network
from mvgraph.vocab.param import Param

from .texts import GOOD, PRIVATE, SMALL, WHOLE


def test_a_whole_spec_says_what_its_text_says() -> None:
    spec = load(WHOLE)
    assert spec.name == "MoPoE-VAE"
    assert spec.about.authors == ("Sutter", "Daunhawer", "Vogt")
    assert spec.params == {
        "beta": 1.0,
        "warm": Param.read({"linear": {"from": 0, "to": 1, "epochs": 10}}),
        "lam": Table({"image": 1.0, "label": 50.5}),
    }
    assert spec.view_names == ("image", "label")
    assert spec.view("label") == View("label", (10,), Family.read("categorical"), Network.read("mlp"), None)
    assert spec.latent("z").family == Family.read("normal")
    assert spec.dim("z") == 64
    assert spec.observed.given == ("z",)
    assert spec.mixture == "subsets"
    assert spec.posterior("z").fuse == Fusion.read("poe")
    assert spec.training.clip == Clip(norm=5.0)
    assert spec.training.early_stopping == EarlyStopping(patience=3)
    assert spec.estimator.samples == 2


def test_routes_and_terms() -> None:
    spec = load(WHOLE)
    first, second = spec.maximize
    assert first == Route("elbo", "V", "V", beta=Formula("beta"), density="component")
    assert isinstance(second, Route)
    assert (second.from_, second.to) == ("S", "[m]")
    assert second.for_ == {"S": "full+singles", "m": "V"}
    assert second.likelihood_weight == Table({"image": Formula("1"), "label": Formula("lam[m]")})
    assert spec.minimize == (Divergence("q(z | V)", "q(z | m)", Table({"m": "V"}), weight=Formula("0.001")),)


def test_private_latents_and_open_views() -> None:
    spec = load(PRIVATE)
    assert spec.open_views == OpenViews(2, 4)
    assert spec.view_names == ("1", "2")
    assert spec.latent("h").plate
    assert not spec.latent("z").plate
    assert spec.posterior("h").share == "z"
    (route,) = spec.maximize
    assert isinstance(route, Route)
    assert (route.word, route.from_, route.samples, route.strata) == ("iwae", "[1, m]", 10, "inside")
    assert route.beta == Table({"z": Formula("1"), "h": Formula("2.5")})
    assert spec.training.batch_size == "full"


@pytest.mark.parametrize(
    ("views", "count", "open_views"),
    [("3", 3, OpenViews(3, 3)), ("2..", 2, OpenViews(2)), ("2..4", 2, OpenViews(2, 4)), ("{a: null, b: {}}", 2, None)],
)
def test_views_by_number(views: str, count: int, open_views: OpenViews | None) -> None:
    spec = load(SMALL.replace("views: 3", f"views: {views}"))
    assert (len(spec.views), spec.open_views) == (count, open_views)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("0.1", "0.1"),
        ("1.0e-3", "0.001"),
        ("1e-30", "1.0e-30"),
        ("2", "2"),
        ("2.0", "2"),
        ("-1", "-1"),
        ("'0.10'", "0.10"),
        ("1/M", "1/M"),
        ("' (M - 1) / M '", "(M - 1) / M"),
    ],
)
def test_weights_are_exact_formulas(text: str, formula: str) -> None:
    spec = load(SMALL.replace("to: V}", f"to: V, weight: {text}}}"))
    assert spec.maximize[0].weight == Formula(formula)
    assert load(dump(spec)) == spec


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("V", "V"),
        ("S", "S"),
        ("[m]", "[m]"),
        ("[1]", "[1]"),
        ("[image,  label]", "[image, label]"),
        ("'[a,b]'", "[a, b]"),
    ],
)
def test_sets_of_views_are_stored_as_canonical_text(text: str, stored: str) -> None:
    spec = load(SMALL.replace("from: V", f"from: {text}"))
    assert isinstance(spec.maximize[0], Route)
    assert spec.maximize[0].from_ == stored


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_text_data_path_and_spec_are_the_same_source(text: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(text, encoding="utf-8")
    spec = load(text)
    assert load(file) == load(str(file)) == load(parse(text, "t").plain) == load(spec) == spec


def test_a_name_a_path_and_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    assert zoo.names() == ["small"]
    assert zoo.path("small") == tmp_path / "small.yaml"
    assert load("small").name == "small"
    with pytest.raises(SpecError, match="no reference spec is named 'smal'") as caught:
        load("smal")
    assert "did you mean 'small'" in caught.value.problems[0].remedy
    with pytest.raises(SpecError, match="no reference spec"):
        zoo.path("../small")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain").write_text(SMALL, encoding="utf-8")
    assert load("plain").name == "small"


@pytest.mark.parametrize("name", zoo.names())
def test_every_reference_spec_reads_and_reads_back(name: str) -> None:
    spec = load(name)
    assert load(dump(spec)) == spec
    assert dump(load(dump(spec))) == dump(spec)


def test_the_document_knows_every_place() -> None:
    document = load(WHOLE).document
    assert document is not None
    place = document.place(("q", "z", "fuse"))
    assert place is not None
    assert document.lines[place.file][place.line - 1][place.column - 1 :].startswith("fuse: poe")


def test_the_builder_has_the_same_words() -> None:
    built = builder.compose(
        name="MMVAE+",
        views="2..4",
        p={
            "z": builder.latent("laplace", dim=32),
            "h": builder.latent(
                {"laplace": {"scale": 0.75}}, plate="view", dim=8, given=["z"], network=Network.read("mlp")
            ),
            "x": builder.observed(given=["z", "h"], likelihood=Family.read("normal"), network="mlp"),
        },
        mixture="singles",
        q={
            "z": builder.posterior({"laplace": {"scale": "softmax"}}),
            "h": builder.posterior(
                "laplace", absent="aux", auxiliary=Family.read({"laplace": {"learnt": ["scale"]}}), share="z"
            ),
        },
        maximize=[
            builder.iwae(
                [1, "m"],
                "V",
                for_={"m": "V"},
                samples=10,
                strata="inside",
                beta={"z": 1, "h": Formula("2.5")},
                combine="mean",
            )
        ],
        training={"batch_size": "full"},
    )
    assert built == load(PRIVATE)


def test_the_builder_and_the_text_have_the_same_divergences() -> None:
    each = {"m": "V"}
    built = [
        builder.js(["p(z)", "q(z | m)"], for_=each, center="geometric", weight=2),
        builder.ce("q(z | V)", "q(z | m)", for_=each, combine="mean"),
    ]
    text = """
extends: mvae
name: compared
objective:
  minimize:
    - js: {of: [p(z), q(z | m)], for: {m: V}, center: geometric, weight: 2}
    - ce: {of: q(z | V), to: q(z | m), for: {m: V}, combine: mean}
"""
    spec = load(text)
    assert load("mvae", name="compared", objective={"minimize": built}) == spec == load(dump(spec))
    assert [t.word for t in spec.minimize] == ["js", "ce"]


def test_the_builder_tells_all_mistakes() -> None:
    with pytest.raises(SpecError, match=r"p\.z\.latent") as caught:
        builder.compose(
            name="bad",
            views={"a": builder.view(shape=[2], likelihood="norml")},
            p={"z": builder.latent("gauss", dim=2), "x": builder.observed(given=["z"])},
            q={"z": builder.posterior("normal", fuse="poe")},
            minimize=[builder.kl("q(z | V)", "p(z)", weight=0.5), builder.elbo("V", "V", samples=0)],
        )
    assert len(caught.value.problems) == 3


def test_dump_writes_the_language_as_the_design_does() -> None:
    assert dump(load(PRIVATE.replace("combine: mean", "weight: 2"))).splitlines() == [
        "mvgraph: 1",
        "name: MMVAE+",
        "views: 2..4",
        "p:",
        "  z: {latent: laplace, dim: 32}",
        "  h: {latent: {laplace: {scale: 0.75}}, dim: 8, plate: view, given: [z], network: mlp}",
        "  x: {observed: true, plate: view, given: [z, h], likelihood: normal, network: mlp}",
        "q:",
        "  mixture: singles",
        "  z: {expert: {laplace: {scale: softmax}}}",
        "  h: {expert: laplace, absent: aux, auxiliary: {laplace: {learnt: [scale]}}, share: z}",
        "objective:",
        "  maximize:",
        "    - iwae: {from: [1, m], to: V, for: {m: V}, beta: {z: 1, h: 2.5}, weight: 2, samples: 10, strata: inside}",
        "training: {batch_size: full}",
    ]
