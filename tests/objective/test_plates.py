"""Objectives for every number of views: the formula put at a number is what is derived there, or there is none."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import mvgraph as mg
from mvgraph.errors import SpecError
from mvgraph.interface.specs import sound
from mvgraph.objective.canonical import derive
from mvgraph.objective.derivation.deriving import LiftedObjective, derive_lifted
from mvgraph.objective.folding.renaming import universe
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.explaining import AccountOfAll
from mvgraph.objective.plates.reach import space
from mvgraph.objective.plates.space import SIZE, IrregularError, Space
from mvgraph.objective.plates.uniform import Sums
from mvgraph.objective.plates.wording import everywhere
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load

OPEN = [n for n in mg.names() if load(n).open_views == OpenViews(2)]
SETS = [n for n in OPEN if load(n).mixture == "subsets" or n == "mvae_subsampled"]  # 2^M terms
ONE = sympy.Integer(1)
VIEW = {"likelihood": "normal", "shape": [3], "encoder": "linear", "decoder": "linear"}
SHARED = {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
PRIVATE = {
    "z": {"latent": "normal", "dim": 2},
    "h": {"latent": "normal", "plate": "view", "dim": 1},
    "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
}
POE = {"z": {"expert": "normal", "fuse": "poe"}}


def model(*routes: Any, q: Any = POE, p: Any = SHARED, minimize: Any = (), **top: Any) -> Spec:
    """A small spec for any number of views."""
    objective = {"maximize": list(routes), **({"minimize": list(minimize)} if minimize else {})}
    return load({"name": "s", "views": "1..", "view_defaults": VIEW, "p": p, "q": q, "objective": objective, **top})


def elbo(from_: str = "V", to: str = "V", **options: Any) -> dict[str, Any]:
    """A route."""
    return {"elbo": {"from": from_, "to": to, **options}}


def private(absent: str, mixture: str = "none") -> dict[str, Any]:
    """A posterior family with a private latent."""
    aux = {"auxiliary": "normal"} if absent == "aux" else {}
    return {"mixture": mixture, **POE, "h": {"expert": "normal", "absent": absent, **aux}}


def lines(spec: Spec) -> list[str]:
    """The formula."""
    return [str(piece) for piece in AccountOfAll(spec).sum().pieces]


def right(spec: Spec, found: LiftedObjective, number: int, phase: str = "") -> bool:
    """Whether a formula gives the terms that are derived for a number of views."""
    one = load(spec, views=number)
    objective = derive(one).phases[phase] if phase else derive(one)
    ours, theirs = ({atom: c for c, atom in terms} for terms in (found.at(universe(one)), objective.terms))
    return ours.keys() == theirs.keys() and all(sympy.cancel(ours[a] - c) == 0 for a, c in theirs.items())


@pytest.mark.parametrize("name", OPEN)
def test_a_formula_gives_the_terms_of_every_number_of_views(name: str) -> None:
    """Numbers of views that it was found from, and others."""
    spec = load(name)
    found = AccountOfAll(spec).sum()
    assert AccountOfAll(spec).since(found) == 2
    for number in range(2, 7 if name in SETS else 9):
        assert right(spec, found, number)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_a_formula_gives_the_terms_of_many_sets(name: str) -> None:
    """2^M terms."""
    found = AccountOfAll(load(name)).sum()
    assert all(right(load(name), found, number) for number in (7, 8))


@pytest.mark.parametrize("name", [n for n in OPEN if load(n).phases])
def test_phases_have_formulas_of_their_own(name: str) -> None:
    """One for each."""
    spec = load(name)
    for phase in spec.phases:
        found = AccountOfAll(spec).sum(phase.name)
        assert all(right(spec, found, number, phase.name) for number in (2, 5, 8))


def test_formulas() -> None:
    """What a person would write."""
    assert lines(load("mopoe"))[1::2] == [
        "+ 1/(2**M - 1) Σ_{S≠V} Σ_m E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]",
        "- beta/(2**M - 1) Σ_{S≠V} KL(PoE[Π_{m∈S} q(z|m)] || p(z))",
    ]
    assert lines(load("mvae_subsampled"))[4] == (
        "- beta*k/(2**M - M - 2) Σ_{2≤|S|<M} KL(PoE[p(z)·Π_{m∈S} q(z|m)] || p(z))"
    )
    assert lines(load("mvtcae"))[0] == "+ (1 - alpha/M) Σ_m E[log p(x.m|z); z~PoE[Π_{n∈V} q(z|n)]]"
    assert lines(load("mmvm"))[2] == "- beta*(1 - alpha)/M Σ_m Σ_{n≠m} KL(q(z.m|m) || q(z.n|n))"
    assert lines(load("dmvae"))[2:4] == [
        "- M KL(PoE[p(z)·Π_{m∈V} q(z|m)] || p(z))",
        "- (M + 1) Σ_m KL(q(h.m|m) || p(h.m))",
    ]
    assert lines(load("mmjsd"))[1] == "- beta/(M + 1) KL(p(z) || Geo_1/(M + 1)[p(z), q(z|m): m∈V])"
    assert lines(load("ae")) == ["+ 1/M**2 Σ_m Σ_n E[log p(x.m|z); z~q(z|n)]"]
    under = "1/M Σ_m Σ_n E[log p(x.m|z); z~q(z|n)] - KL(Mix_1/M[q(z|m): m∈V] || p(z))"
    assert lines(load("mmvae")) == [f"+ LME_30,outside{{ + {under} }}"]


def test_sets_that_a_term_does_not_show_are_counted() -> None:
    """Half of all sets hold a view; the sizes of all sets with it add up to (M + 1) 2^(M - 2)."""
    found = lines(model(elbo(density="component"), q=private("prior", "subsets"), p=PRIVATE))
    assert found[-1] == "- 2**M/(2*2**M - 2) Σ_m KL(q(h.m|m) || p(h.m))"
    sizes = model(elbo("S", "S", **{"for": {"S": "subsets"}}, weight="size(S)"), q=private("own"), p=PRIVATE)
    assert lines(sizes)[-1] == "- 2**M*(M + 1)/4 Σ_m KL(q(h.m|m) || p(h.m))"


def test_a_term_may_be_missing_for_few_views() -> None:
    """One density is no Jensen-Shannon divergence: the formula holds from two views on, and says so."""
    term = {"js": {"of": ["q(z | m)"], "for": {"m": "V"}}}
    account = AccountOfAll(model(elbo(beta=0), q={"mixture": "singles", "z": {"expert": "normal"}}, minimize=[term]))
    assert account.since(account.sum()) == 2
    other = AccountOfAll(model(elbo()))
    assert other.since(other.sum()) == 1


IRREGULAR = {
    "inside each other": model(
        elbo("S", **{"for": {"S": "subsets"}}), q={"mixture": "subsets", **POE}, name="nested mixtures"
    ),
    "does not show": model(
        elbo("S", **{"for": {"S": "subsets"}}, weight="1/size(S)"), q=private("own"), p=PRIVATE, name="hidden sizes"
    ),
    "is not open": load("dvcca"),
}


@pytest.mark.parametrize("reason", IRREGULAR)
def test_what_is_not_regular_is_refused(reason: str) -> None:
    """With the reason."""
    with pytest.raises(IrregularError, match=reason):
        AccountOfAll(IRREGULAR[reason]).sum()


@pytest.mark.parametrize("wrong", [2, 3, 4, 5, 6])
def test_a_coefficient_that_strays_is_found(wrong: int) -> None:
    """At one number of views: no formula, or one that does not hold so far down."""
    spec = load("mvtcae")

    def terms(number: int) -> list[tuple[Any, Any]]:
        (first, atom), *rest = derive(load(spec, views=number)).terms
        return [(first * 2 if number == wrong else first, atom), *rest]

    sums = Sums(lambda number: load(spec, views=number), terms, space(spec))
    if wrong < 4:
        assert sums.uniform.since == wrong + 1
    else:
        with pytest.raises(IrregularError):
            _ = sums.uniform


def test_too_few_numbers_of_views_decide_nothing() -> None:
    """A function of the space may be zero at some of them, and not for all."""
    found = Space((ONE, M, POWER))
    assert not found.decided_by([3, 4])
    assert found.decided_by([3, 4, 5])
    with pytest.raises(IrregularError, match="too few"):
        found.formula({3: ONE, 4: ONE})
    with pytest.raises(IrregularError, match="no formula in M"):
        found.formula({3: ONE, 4: ONE, 5: ONE, 6: ONE * 2})


def test_sizes_of_sets_have_to_vary_too() -> None:
    """s and M are told apart by several sizes of sets."""
    found = Space((ONE,), (ONE, SIZE, M))
    assert not found.decided_by([3])
    assert not found.decided_by([3, 4][:1])
    assert found.decided_by([3, 4, 5])


def test_words_with_numbers() -> None:
    """A number in a sentence becomes a formula where it is one."""
    assert everywhere({m: f"the weight 1/{m}" for m in (3, 4, 5, 6)}, space(load("mvtcae"))) == "the weight 1/M"
    assert everywhere({3: "one 3", 4: "two 4", 5: "one 5", 6: "one 6"}) is None
    assert everywhere({3: "a 3", 4: "a 5", 5: "a 4", 6: "a 6"}) is None


WEIGHTS = st.sampled_from(["1", "beta", "1/M", "M - alpha", "beta/(M + 1)", "(M^2 - 1)/M"])
RANGES = st.sampled_from(["V", "singles", "full", "full+singles", "subsets"])


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec for any number of views."""
    latents = draw(st.sampled_from([SHARED, PRIVATE]))
    mixture = draw(st.sampled_from(["none", "none", "singles", "subsets"]))
    family = {
        "expert": "normal",
        "fuse": draw(st.sampled_from(["poe", "mean", "joint"] if mixture == "none" else ["poe"])),
    }
    if family["fuse"] == "poe":
        family["prior_expert"] = draw(st.sampled_from(["never", "full", "always"]))
    q: dict[str, Any] = {"mixture": mixture, "z": family}
    if latents is PRIVATE:
        q["h"] = private(draw(st.sampled_from(["prior", "own", "aux"])))["h"]
    routes = draw(st.lists(routes_of(), min_size=1, max_size=2))
    kl = {"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": draw(WEIGHTS)}}
    minimize = draw(st.sampled_from([[], [kl]]))
    return {
        "name": "random",
        "views": "2..",
        "view_defaults": VIEW,
        "params": {"alpha": 0.5, "beta": 2.0},
        "p": latents,
        "q": q,
        "objective": {"maximize": routes, **({"minimize": minimize} if minimize else {})},
    }


@st.composite
def routes_of(draw: st.DrawFn) -> dict[str, Any]:
    """A route with its variables."""
    bound = draw(st.sampled_from([{}, {"S": draw(RANGES)}, {"m": "V"}, {"S": draw(RANGES), "m": "V"}]))
    from_ = draw(st.sampled_from(["V", *(["S"] if "S" in bound else []), *(["[m]"] if "m" in bound else [])]))
    to = draw(st.sampled_from(["V", *(["S"] if "S" in bound else []), *(["[m]"] if "m" in bound else [])]))
    options = {
        "weight": draw(WEIGHTS),
        "beta": draw(WEIGHTS),
        "density": draw(st.sampled_from(["mixture", "component"])),
    }
    combine = draw(st.sampled_from(["sum", "mean"])) if bound else "sum"
    word = draw(st.sampled_from(["elbo", "elbo", "iwae"]))
    options |= {"samples": 2} if word == "iwae" else {}
    return {word: {"from": from_, "to": to, "combine": combine, **({"for": bound} if bound else {}), **options}}


def _holds(tree: dict[str, Any]) -> None:
    """The law for whatever the checks accept: no formula, or the right one."""
    try:
        spec = sound(tree)
    except SpecError:
        event("refused by the checks")
        return
    try:
        found = AccountOfAll(spec).sum()
    except IrregularError as error:
        event(f"irregular: {str(error).split(':')[0]}")
        return
    event("regular")
    assert all(right(spec, found, number) for number in (2, 3, 4, 5))


QUIET = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": [*HealthCheck]}


@settings(max_examples=25, **QUIET)
@given(specs())
def test_random_specs(tree: dict[str, Any]) -> None:
    """A few."""
    _holds(tree)


@pytest.mark.slow
@settings(max_examples=2000, **QUIET)
@given(specs())
def test_many_random_specs(tree: dict[str, Any]) -> None:
    """Many."""
    _holds(tree)


def test_the_cost_does_not_depend_on_the_number_of_views() -> None:
    """Function calls of a derivation, counted: fifty views are as many as three."""

    def calls(views: int) -> int:
        spec, count = load("mopoe", views=views), 0

        def step(_frame: Any, event: str, _value: Any) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(step)
        try:
            _ = derive_lifted(spec).pieces
        finally:
            sys.setprofile(None)
        return count

    calls(3)  # what is remembered by then is remembered for both
    assert calls(50) < 1.2 * calls(3)


MORE = {
    "a mixture over all sets as one density": model(elbo(), q={"mixture": "subsets", **POE}),
    "a logarithm over all sets": model(
        {"iwae": {"from": "V", "to": "V", "samples": 3, "density": "component"}},
        q=private("aux", "subsets"),
        p=PRIVATE,
        name="sets under a logarithm",
    ),
    "a weight that divides by params": model(elbo(weight="1/(M - alpha)"), params={"alpha": 0.5}),
}


@pytest.mark.parametrize("name", MORE)
def test_more_specs_are_formulas(name: str) -> None:
    """Written out, they are what is derived there."""
    whole = AccountOfAll(MORE[name]).sum()
    assert all(right(MORE[name], whole, number) for number in (2, 3, 4, 5))
