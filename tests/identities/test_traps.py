"""What is tempting and false: `mg.diff` says that it is different, and by how much, term by term.

Each residual is written down from the two sums by hand, for any number of views M.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec

from .algebra import each, elbo, iwae, model, of

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
NEVER = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "never"}}
FULL = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}
ALWAYS = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
GPOE = {"z": {"expert": "normal", "fuse": {"gpoe": {"weights": "a"}}}}
JS = {"of": ["q(z | m)"], "for": {"m": "V"}}

Lines = Iterator[tuple[Fraction | int, str]]


def experts(views: int) -> list[str]:
    return [f"q(z|{v})" for v in range(1, views + 1)]


def poe(members: list[str], *, prior: bool = False) -> str:
    factors = [*(["p(z)"] if prior else []), *members]
    return factors[0] if len(factors) == 1 else f"PoE[{'·'.join(factors)}]"


def mix(members: list[str]) -> str:
    return members[0] if len(members) == 1 else f"Mix_1/{len(members)}[{', '.join(members)}]"


def scores(key: str, views: int, weight: Fraction | int = 1, targets: list[int] | None = None) -> Lines:
    yield from ((weight, f"E[log p(x.{v}|z); z~{key}]") for v in targets or range(1, views + 1))


def kl(key: str, weight: Fraction | int = 1, to: str = "p(z)") -> Lines:
    yield -weight, f"KL({key} || {to})"


def bound(key: str, views: int, weight: Fraction | int = 1, beta: Fraction | int = 1) -> Lines:
    yield from scores(key, views, weight)
    yield from kl(key, weight * beta)


def subsets(views: int) -> list[list[str]]:
    return [list(s) for n in range(1, views + 1) for s in combinations(experts(views), n)]


def less(one: Lines) -> Lines:
    yield from ((-c, text) for c, text in one)


@dataclass(frozen=True)
class Trap:
    """Two objectives that are not the same.

    Arguments:
        a, b: the specs.
        residual: B − A.
        verdict: what they are.
        views: for how many views.
    """

    a: Callable[[int], Spec]
    b: Callable[[int], Spec]
    residual: Callable[[int], Lines]
    verdict: Relation = Relation.DIFFERENT
    views: tuple[int, ...] = (2, 3)


def i4(m: int) -> Lines:
    """MVTCAE(0, 1) and MVAE: everything is under another product."""
    yield from less(bound(poe(experts(m)), m))
    yield from bound(poe(experts(m), prior=True), m)


def i7(m: int) -> Lines:
    """mcVAE and the mixture's own density."""
    for q in experts(m):
        yield from scores(q, m, Fraction(1, m) - 1)
        yield from kl(q, -1)
    yield from kl(mix(experts(m)))


def i9(m: int) -> Lines:
    """One draw under one logarithm over all components, and the bound."""
    for q in experts(m):
        yield from scores(q, m, Fraction(1, m))
    yield from kl(mix(experts(m)))
    inside = " ".join(sorted(f"+ {Fraction(1, m)} {t}" for q in experts(m) for _, t in scores(q, m)))
    yield -1, f"LME_1,inside{{ {inside} - KL({mix(experts(m))} || p(z)) }}"


def i10(m: int) -> Lines:
    """For β = 2 the gap is 2 JS, so that one JS is not enough."""
    yield from (line for q in experts(m) for line in kl(q, Fraction(2, m)))
    yield from kl(mix(experts(m)), -2)
    yield from (line for q in experts(m) for line in kl(q, Fraction(-1, m), mix(experts(m))))


def i12(m: int) -> Lines:
    """MoPoE averages routes S to V, sub-sampled MVAE adds routes S to S."""
    share = Fraction(1, 2**m - 1)
    for s in subsets(m):
        yield from less(bound(poe(s), m, share))
        inside = [experts(m).index(q) + 1 for q in s]
        yield from scores(poe(s), m, targets=inside)
        yield from kl(poe(s))


def i13(m: int) -> Lines:
    """The whole and its parts added, and all subsets averaged: other weights, and from three views other sets."""
    for s in subsets(m):
        added = 1 if len(s) in (1, m) else 0
        yield from bound(poe(s, prior=True), m, Fraction(1, 2**m - 1) - added)


def i14(m: int) -> Lines:
    """DMVAE's sum has every divergence M times, the library's once."""
    yield from (line for key in (poe(experts(m), prior=True), *experts(m)) for line in kl(key, 1 - m))


def i20(m: int) -> Lines:
    """Equal exponents 1/M are not the product."""
    yield from less(bound(f"gPoE[{'·'.join(f'{q}^a_{v}' for v, q in enumerate(experts(m), 1))}]", m))
    yield from bound(poe(experts(m)), m)


def i21(m: int) -> Lines:
    """From three views there are subsets between the whole and its parts."""
    for s in subsets(m):
        if 1 < len(s) < m:
            yield from scores(poe(s), m, targets=[experts(m).index(q) + 1 for q in s])
            yield from kl(poe(s))


def i22(m: int) -> Lines:
    """Sub-sampled MVAE has the prior in every product, me_mvae in none."""
    for s in ([q] for q in experts(m)):
        at = [experts(m).index(s[0]) + 1]
        yield from less(scores(poe(s, prior=True), m, targets=at))
        yield from less(kl(poe(s, prior=True)))
        yield from scores(s[0], m, targets=at)
        yield from kl(s[0])
    yield from less(bound(poe(experts(m), prior=True), m))
    yield from bound(poe(experts(m)), m)


def i29(m: int) -> Lines:
    """The geometric center is not the mixture."""
    center = f"Geo_1/{m}[{', '.join(experts(m))}]"
    yield from (line for q in experts(m) for line in kl(q, Fraction(-1, m), center))
    yield from (line for q in experts(m) for line in kl(q, Fraction(1, m), mix(experts(m))))


def i35(m: int) -> Lines:
    """What CRMVAE has more than a multiple of JMVAE-kl: every view scored under its own expert."""
    yield from (line for v, q in enumerate(experts(m), 1) for line in scores(q, m, Fraction(1, 2 * (m + 1)), [v]))


def divided(spec: Spec, weight: str) -> Spec:
    """Every written term times a number."""
    up, down = (
        tuple(replace(t, weight=type(t.weight)(f"({t.weight.text})*{weight}")) for t in terms)  # type: ignore[call-arg]
        for terms in (spec.objective.maximize, spec.objective.minimize)
    )
    return replace(spec, objective=replace(spec.objective, maximize=up, minimize=down))


def jmvae_kl(m: int) -> Spec:
    """JMVAE-kl over a product, with β = α = 2β of CRMVAE's, times 1/(2(M + 1))."""
    to = {"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": "2*beta"}}
    return divided(model(m, elbo(beta="2*beta"), q=NEVER, minimize=[to], params={"beta": 0.1}), "1/(2*(M + 1))")


def line(m: int, *routes: dict[str, Any], q: Any = SINGLES, **top: Any) -> Spec:
    return model(m, *routes, q=q, **top)


TRAPS = {
    "I-4": Trap(lambda m: of("mvtcae", m, alpha=0, beta=1), lambda m: of("mvae", m, beta=1), i4, views=(1, 2, 3)),
    "I-7": Trap(lambda m: line(m, elbo("[m]", **each()), q=NEVER), lambda m: line(m, elbo(density="mixture")), i7),
    "I-9": Trap(
        lambda m: line(m, iwae(1, strata="inside")), lambda m: line(m, elbo(density="mixture")), i9, Relation.ORDERED
    ),
    "I-10": Trap(
        lambda m: line(m, elbo(density="component", beta=2)),
        lambda m: line(m, elbo(density="mixture", beta=2), minimize=[{"js": JS}]),
        lambda m: less(i10(m)),
        Relation.ORDERED,
    ),
    "I-11": Trap(
        lambda _: of("mopoe", 1, beta=1),
        lambda _: line(1, elbo(), q=NEVER),
        lambda m: less(i4(m)),
        views=(1,),
    ),
    "I-12": Trap(
        lambda m: line(m, elbo(density="component"), q={"mixture": "subsets", **NEVER}),
        lambda m: line(m, elbo("S", "S", **each("S", "subsets")), q=NEVER),
        i12,
    ),
    "I-13": Trap(
        lambda m: line(m, elbo("S", **each("S", "full+singles")), q=ALWAYS),
        lambda m: line(m, elbo(density="component"), q={"mixture": "subsets", **ALWAYS}),
        i13,
        views=(3,),
    ),
    "I-14": Trap(
        lambda m: line(m, elbo("S", **each("S", "full+singles")), q=FULL),
        lambda m: line(m, elbo("S", "[m]", **{"for": {"S": "full+singles", "m": "V"}}), q=FULL),
        lambda m: less(i14(m)),
        Relation.ORDERED,
    ),
    "I-20": Trap(lambda m: line(m, elbo(), q=GPOE, params={"a": 1 / m}), lambda m: line(m, elbo(), q=NEVER), i20),
    "I-21": Trap(
        lambda m: of("me_mvae", m, beta=1),
        lambda m: line(m, elbo("S", "S", **each("S", "subsets")), q=NEVER),
        i21,
        views=(3,),
    ),
    "I-22": Trap(lambda m: of("mvae_subsampled", m, k=0, beta=1), lambda m: of("me_mvae", m, beta=1), i22),
    "I-29": Trap(
        lambda m: line(m, elbo(beta=0), minimize=[{"js": {**JS, "center": "geometric"}}]),
        lambda m: line(m, elbo(beta=0), minimize=[{"js": JS}]),
        i29,
        Relation.ORDERED,
    ),
    "I-35": Trap(jmvae_kl, lambda m: of("crmvae", m, beta=0.1), i35),
}
ASSUMED = {"I-4": {"alpha": 0, "beta": 1}, "I-11": {"beta": 1}, "I-21": {"beta": 1}, "I-22": {"beta": 1}}
CASES = [(name, trap, m) for name, trap in TRAPS.items() for m in trap.views]


@pytest.mark.parametrize(("name", "trap", "views"), CASES, ids=[f"{n} at {m}" for n, _, m in CASES])
def test_a_trap_is_different_by_its_residual(name: str, trap: Trap, views: int) -> None:
    found = mg.diff(trap.a(views), trap.b(views), assuming=ASSUMED.get(name, {}))
    assert found.verdict is trap.verdict
    expected: dict[str, Fraction] = {}
    for weight, text in trap.residual(views):
        expected[text] = expected.get(text, Fraction(0)) + weight
    assert {str(a): str(c) for c, a in found.residual} == {t: str(c) for t, c in expected.items() if c}
