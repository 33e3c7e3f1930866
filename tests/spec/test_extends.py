"""One spec on top of another."""

from pathlib import Path

import pytest

from mvgraph.errors import Place, SpecError
from mvgraph.graph import check
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import gather, load
from mvgraph.spec.yaml12 import parse_value
from mvgraph.vocab.family import Family
from mvgraph.vocab.network import Network

from .texts import PRIVATE, SMALL, WHOLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the specs to start from."""
    for name, text in {"whole": WHOLE, "private": PRIVATE, "small": SMALL}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def extend(folder: Path, base: str, text: str) -> Spec:
    """A spec in a sub-folder that extends one of the folder."""
    file = folder / "sub" / "over.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"extends: ../{base}.yaml\n{text}", encoding="utf-8")
    return load(file)


def test_a_mapping_merges_a_scalar_and_a_list_replace_null_removes(folder: Path) -> None:
    spec = extend(
        folder,
        "whole",
        "name: mine\nabout: {authors: [Me], year: null}\nviews: {label: null, sound: {shape: [3]}}\nparams: {beta: 2}",
    )
    assert spec.name == "mine"
    assert (spec.about.authors, spec.about.year) == (("Me",), None)
    assert spec.about.title == "Generalized Multimodal ELBO"
    assert spec.view_names == ("image", "sound")
    assert spec.params["beta"] == 2


def test_the_same_word_merges_its_options_another_word_replaces(folder: Path) -> None:
    spec = extend(
        folder,
        "private",
        """\
p: {h: {latent: {laplace: {floor: 0.5}}, network: {mlp: {hidden: [3]}}}}
q: {z: {expert: normal}, h: {auxiliary: laplace}}
""",
    )
    assert spec.latent("h").family == Family.read({"laplace": {"scale": 0.75, "floor": 0.5}})
    assert spec.latent("h").network == Network.read({"mlp": {"hidden": [3]}})
    assert spec.posterior("z").expert == Family.read("normal")
    assert spec.posterior("h").auxiliary == Family.read("laplace")  # a bare word


LEARNT = Family.read({"laplace": {"learnt": ["scale"]}})


@pytest.mark.parametrize(
    ("auxiliary", "family", "notes"),
    [
        ("laplace", Family.read("laplace"), 1),
        ("{laplace: {}}", LEARNT, 0),
        ("{laplace: null}", Family.read("laplace"), 0),
        ("{laplace: {learnt: null}}", Family.read("laplace"), 0),
        ("{laplace: {floor: 0.5}}", Family.read({"laplace": {"learnt": ["scale"], "floor": 0.5}}), 0),
        ("normal", Family.read("normal"), 0),
    ],
)
@pytest.mark.parametrize("way", ["extends", "--set", "keyword"])
def test_a_bare_word_resets_and_a_mapping_merges(
    folder: Path, way: str, auxiliary: str, family: Family, notes: int
) -> None:
    base = folder / "private.yaml"
    ways = {
        "extends": lambda: extend(folder, "private", f"q: {{h: {{auxiliary: {auxiliary}}}}}\n"),
        "--set": lambda: load(base, sets=[f"q.h.auxiliary={auxiliary}"]),
        "keyword": lambda: load(base, q={"h": {"auxiliary": parse_value(auxiliary, Place("", 1, 1), ()).plain}}),
    }
    spec = ways[way]()
    assert spec.posterior("h").auxiliary == family
    said = [p for p in check(spec) if p.code == "MVG144"]
    assert len(said) == notes
    for note in said:
        assert (note.severity, note.path) == ("note", ("q", "h", "auxiliary"))
        assert "'laplace' by itself has its defaults: learnt: [scale] of the spec below is reset" in str(note)
        assert "write {laplace: {}} to keep it, or {laplace: null} to reset it without this note" in note.remedy
        assert note.place is not None
        assert note.place.file.endswith({"extends": "over.yaml", "--set": "--set", "keyword": "keyword q"}[way])


def test_what_a_bare_word_resets_is_found_everywhere() -> None:
    """A prior, an expert, a network, a likelihood, an optimizer, a fusion, a schedule's word in another slot."""
    text = """\
extends: jmvae
q: {z: {expert: normal}}
training: {optimizer: adam}
view_defaults: {encoder: mlp}
"""
    spec = load(text)
    assert spec.posterior("z").expert == Family.read("normal")
    assert [p.path for p in check(spec) if p.severity == "note"] == [
        ("q", "z", "expert"),
        ("training", "optimizer"),
        ("view_defaults", "encoder"),
    ]


@pytest.mark.parametrize("name", [*zoo.names(), *zoo.published()])
def test_no_spec_of_ours_resets_a_word_unsaid(name: str) -> None:
    assert [p for p in gather(name).problems if p.severity == "note"] == []


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("p: {z: {giveen: null}}", "giveen", "known: latent, dim"),
        ("traning: null", "traning", "did you mean 'training'"),
        ("params: {bta: null}", "bta", "did you mean 'beta'"),
        ("views: {lable: null}", "lable", "did you mean 'label'? known: image, label; a new view is written lable: {}"),
        ("q: {z: {fuze: null}}", "fuze", "did you mean 'fuse'"),
        ("q: {z: {absent: null}}", "absent", "known: expert, fuse, prior_expert"),
        ("moves: null", "moves", "known: "),
        ("training: {optimizer: {adam: {lrr: null}}}", "lrr", "did you mean 'lr'"),
        ("training: {clip: {nrm: null}}", "nrm", "did you mean 'norm'"),
        ("p: {y: null}", "y", "known: z, x"),
    ],
)
def test_null_removes_only_what_is_there(folder: Path, text: str, key: str, remedy: str) -> None:
    with pytest.raises(SpecError, match=f"MVG143: there is no '{key}' to remove here") as caught:
        extend(folder, "whole", text)
    (problem,) = caught.value.problems
    assert remedy in problem.remedy
    assert problem.excerpt[problem.place.column - 1 :].startswith(key) if problem.place else False


def test_null_may_be_the_value_of_a_key_that_takes_it(folder: Path) -> None:
    assert extend(folder, "small", "training: {early_stopping: null}\n") == extend(folder, "small", "")


def test_a_mistyped_key_that_an_override_is_to_remove_is_an_error() -> None:
    with pytest.raises(SpecError, match=r"--set:1:5: error MVG143: there is no 'giveen' to remove here"):
        load(WHOLE, sets=["p.z.giveen=null"])


def test_null_removes_an_option_of_a_word(folder: Path) -> None:
    spec = extend(folder, "private", "p: {h: {latent: {laplace: {scale: null}}}}\n")
    assert spec.latent("h").family == Family.read("laplace")


@pytest.mark.parametrize(
    ("param", "value"),
    [("3", 3), ("cosine: {from: 0, to: 1, epochs: 2}", None), ("{image: 2}", {"image": 2.0})],
)
def test_a_param_is_a_word_slot(folder: Path, param: str, value: object) -> None:
    text = f"{{{param}}}" if param.startswith("cosine") else param
    spec = extend(folder, "whole", f"params: {{warm: {text}}}\n")
    assert value is None or spec.params["warm"] == value


def test_options_of_a_schedule_merge_and_tables_merge(folder: Path) -> None:
    spec = extend(folder, "whole", "params: {warm: {linear: {epochs: 7}}, lam: {label: 2}}\n")
    assert getattr(spec.params["warm"], "epochs") == 7  # noqa: B009 - the word's class is not imported
    assert spec.params["lam"] == {"image": 1.0, "label": 2.0}


def test_chains(folder: Path) -> None:
    (folder / "middle.yaml").write_text("extends: whole.yaml\nname: middle\nparams: {beta: 5}\n", encoding="utf-8")
    spec = extend(folder, "middle", "name: top\n")
    assert (spec.name, spec.params["beta"]) == ("top", 5)


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ("{a: null}", "the model is for 2 to 4 views, not for exactly 1 view"),
        ("5", "not for exactly 5 views"),
        ("2..", "not for 2 or more views"),
        ("1..3", "not for 1 to 3 views"),
    ],
)
def test_the_number_of_views_lies_in_the_range_of_the_base(folder: Path, views: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        extend(folder, "private", f"views: {views}\n")
    place = caught.value.problems[0].place
    assert place
    assert (Path(place.file).name, place.line, place.column) == ("over.yaml", 2, 1)


def test_the_range_holds_along_a_chain(folder: Path) -> None:
    (folder / "middle.yaml").write_text(
        "extends: private.yaml\nviews: {a: null, b: null, c: null, d: null}\n", encoding="utf-8"
    )
    assert len(extend(folder, "middle", "").views) == 4
    with pytest.raises(SpecError, match="2 to 4 views, not for exactly 5 views"):
        extend(folder, "middle", "views: {e: {}}\n")


def test_open_views_can_be_narrowed(folder: Path) -> None:
    spec = extend(folder, "private", "views: 3\n")
    assert spec.open_views == OpenViews(3, 3)
    assert spec.view_names == ("1", "2", "3")


def test_a_problem_points_into_the_file_that_it_comes_from(folder: Path) -> None:
    (folder / "bad.yaml").write_text(WHOLE.replace("year: 2021", "year: x"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"about.year") as caught:
        extend(folder, "bad", "training: {epochs: x}\n")
    places = [p.place for p in caught.value.problems if p.place]
    assert sorted((Path(p.file).name, p.line) for p in places) == [("bad.yaml", 3), ("over.yaml", 2)]
    assert all(p.excerpt for p in caught.value.problems)


def test_a_circle_is_told(folder: Path) -> None:
    (folder / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (folder / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"in a circle: a.yaml -> b.yaml -> a.yaml"):
        load(folder / "a.yaml")
    (folder / "self.yaml").write_text("extends: self.yaml\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"in a circle: self.yaml -> self.yaml"):
        load(folder / "self.yaml")


def test_a_long_chain_is_no_circle(folder: Path) -> None:
    for number in range(25):
        base = f"{number + 1}.yaml" if number < 24 else "whole.yaml"
        (folder / f"{number}.yaml").write_text(f"extends: {base}\n", encoding="utf-8")
    assert load(folder / "6.yaml") == load(WHOLE)
    with pytest.raises(SpecError, match="MVG145: a chain of more than 20 specs that extend each other"):
        load(folder / "0.yaml")


@pytest.mark.parametrize("text", ["root:x:0:0:secret\n", "password: secret\n", "- secret\n", "{a: [secret\n"])
def test_nothing_of_a_file_that_is_no_spec_is_shown(folder: Path, text: str) -> None:
    for name in ("secret.yaml", "secret"):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / "over.yaml").write_text(f"name: x\nextends: ./{name}\n", encoding="utf-8")
        with pytest.raises(SpecError, match=r"over.yaml:2:1: error MVG10[08]") as caught:
            load(folder / "over.yaml")
        assert "secret" not in str(caught.value).replace("./secret", "").replace(f"{name}'", "")


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("nothing.yaml", "no such file"),
        ("mopeo", "no reference spec"),
        ("..", "a folder"),
        ("3", "expected a text"),
        ("'-'", "standard input"),
    ],
)
def test_a_base_that_is_none(folder: Path, extends: str, message: str) -> None:
    file = folder / "over.yaml"
    file.write_text(f"name: x\nextends: {extends}\n", encoding="utf-8")
    with pytest.raises(SpecError, match=message) as caught:
        load(file)
    places = [(p.place.file, p.place.line) for p in caught.value.problems if p.place]
    assert (str(file), 2) in places
