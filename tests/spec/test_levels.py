"""Plates of levels: one latent a level, whatever the way they are written, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvgraph.errors import SpecError
from mvgraph.graph.checks import check
from mvgraph.spec.builder import compose, elbo, latent, observed, posterior
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.spec.writing import dump

TEXT = """\
mvgraph: 1
name: levels
views: 2
view_defaults: {likelihood: normal}
p:
  z: {latent: normal, plate: {level: 3}, dim: [4, 3, 2], given: ['z[l+1:]']}
  x: {observed: true, plate: view, given: [z]}
q:
  z: {expert: normal, fuse: poe, share: z}
objective: {maximize: [elbo: {from: V, to: V}]}
"""


def parents(spec: Spec) -> dict[str, tuple[str, ...]]:
    """The parents of every node."""
    return {n.name: n.given for n in (*spec.latents, spec.observed)}


def test_a_plate_of_levels_is_one_latent_a_level() -> None:
    spec = load(TEXT)
    assert parents(spec) == {"z.1": ("z.2", "z.3"), "z.2": ("z.3",), "z.3": (), "x": ("z.1", "z.2", "z.3")}
    assert [spec.dim(x.name) for x in spec.latents] == [4, 3, 2]
    assert [(q.name, q.share) for q in spec.posteriors] == [("z.1", None), ("z.2", "z.1"), ("z.3", "z.1")]
    assert not check(spec)


@pytest.mark.parametrize(
    ("own", "above"),
    [
        ("given: ['z[l+1:]']", [("z.2", "z.3"), ("z.3",), ()]),
        ("given: ['z[l + 1]']", [("z.2",), ("z.3",), ()]),
        ("given: ['z[l+2:]']", [("z.3",), (), ()]),
        ("", [(), (), ()]),
    ],
)
def test_levels_above_ones_own(own: str, above: list[tuple[str, ...]]) -> None:
    spec = load(TEXT.replace(", given: ['z[l+1:]']", f", {own}" if own else ""))
    assert [x.given for x in spec.latents] == above
    assert load(dump(spec)) == spec


@pytest.mark.parametrize(
    ("given_", "names"),
    [
        ("z", ("z.1", "z.2", "z.3")),
        ("'z[1:]'", ("z.1", "z.2", "z.3")),
        ("'z[2:]'", ("z.2", "z.3")),
        ("'z[2]'", ("z.2",)),
        ("'z[3]', 'z[1]'", ("z.3", "z.1")),
    ],
)
def test_levels_that_data_depend_on(given_: str, names: tuple[str, ...]) -> None:
    spec = load(TEXT.replace("given: [z]", f"given: [{given_}]"))
    assert spec.observed.given == names
    assert load(dump(spec)) == spec


def test_the_text_is_folded_again() -> None:
    written = dump(load(TEXT))
    assert "  z: {latent: normal, dim: [4, 3, 2], plate: {level: 3}, given: ['z[l+1:]']}\n" in written
    assert "  x: {observed: true, plate: view, given: [z]}\n" in written
    assert "  z: {expert: normal, fuse: poe, share: z}\n" in written


@pytest.mark.parametrize("value", [2, 5])
def test_the_number_of_levels_can_be_set(value: int) -> None:
    spec = load(TEXT.replace("[4, 3, 2]", "2"), sets=[f"p.z.plate.level={value}"])
    assert [x.name for x in spec.latents] == [f"z.{n + 1}" for n in range(value)]
    assert load(spec, sets=["p.z.plate.level=3"]) == load(TEXT.replace("[4, 3, 2]", "2"))


@given(st.integers(1, 4), st.integers(1, 5), st.booleans(), st.booleans(), st.booleans())
def test_round_trip(count: int, start: int, tail: bool, own: bool, share: bool) -> None:
    text = f"z[{min(start, count)}{':' if tail else ''}]"
    hierarchy = {"latent": "normal", "dim": list(range(1, count + 1)), "plate": {"level": count}}
    spec = load(
        {
            "name": "s",
            "views": 2,
            "p": {
                "z": {**hierarchy, "given": [f"z[l+{start}{':' if own else ''}]", "c"]},
                "w": {**hierarchy, "given": ["z[l]", text]},
                "c": {"latent": "normal", "dim": 1},
                "x": {"observed": True, "given": [text, "c", "w"]},
            },
            "q": {n: {"expert": "normal", **({"share": n} if share and n != "c" else {})} for n in "czw"},
            "objective": {"maximize": [{"elbo": {"from": "V", "to": "V"}}]},
        }
    )
    assert load(dump(spec)) == spec


def test_the_builder_writes_the_same() -> None:
    built = compose(
        name="levels",
        views=2,
        view_defaults={"likelihood": "normal"},
        p={
            "z": latent("normal", dim=[4, 3, 2], plate={"level": 3}, given=["z[l+1:]"]),
            "x": observed(given=["z"]),
        },
        q={"z": posterior("normal", fuse="poe", share="z")},
        maximize=[elbo("V", "V")],
    )
    assert built == load(TEXT)


FAULTS = {
    "z[l+": ("MVG133", "'z[l+' is not a parent"),
    "z[]": ("MVG133", "'z[]' is not a parent"),
    "z[+1]": ("MVG133", "'z[+1]' is not a parent"),
    "z[:2]": ("MVG133", "'z[:2]' is not a parent"),
    "z": ("MVG142", "a level of 'z' depends on levels above it only"),
    "z[2]": ("MVG142", "a level of 'z' depends on levels above it only"),
    "z[l:]": ("MVG142", "a level of 'z' depends on levels above it only"),
    "c[1]": ("MVG142", "'c' has no levels"),
}


@pytest.mark.parametrize(("text", "code", "message"), [(t, *f) for t, f in FAULTS.items()])
def test_faults_of_parents(text: str, code: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        load(TEXT.replace("z[l+1:]", text))
    (problem,) = raised.value.problems
    assert (problem.code, problem.message, problem.place and problem.place.line) == (code, message, 6)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("given: [z]", "given: ['z[l]']", "l is the level of a node in a plate of levels, and 'x' is in none"),
        ("given: [z]", "given: ['z[4:]']", "there is no level 4 of 'z'"),
        ("[4, 3, 2]", "[4, 3]", "'z' has 3 levels, and sizes for 1, 2"),
        ("[4, 3, 2]", "{a: 4, b: 3, c: 2}", "'z' has 3 levels, and sizes for a, b, c"),
        ("{level: 3}", "{level: 0}", "p.z.plate.level: expected a number of at least 1, found 0"),
        ("{level: 3}", "{levels: 3}", "unknown key 'levels' in p.z.plate"),
        ("{level: 3}", "level", "p.z.plate: expected view or a mapping, found 'level'"),
    ],
)
def test_faults_of_plates(before: str, after: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        load(TEXT.replace(before, after))
    assert message in [p.message for p in raised.value.problems]


def test_a_finding_about_every_level_is_told_once() -> None:
    found = check(load(TEXT.replace("fuse: poe", "fuse: mean, prior_expert: always")))
    (problem,) = [p for p in found if p.severity == "error"]
    assert problem.message == "the prior of 'z' cannot be an expert: the fusion 'mean' takes no prior"
    assert problem.place is not None
    assert problem.place.line == 9


def test_one_level_has_no_parent() -> None:
    spec = load(TEXT.replace("[4, 3, 2]", "2"), sets=["p.z.plate.level=1"])
    assert parents(spec) == {"z.1": (), "x": ("z.1",)}
    assert load(dump(spec)) == spec
