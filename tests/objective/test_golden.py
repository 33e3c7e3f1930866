"""The canonical objective of every reference spec: golden files, published text, and other numbers of views."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from mvgraph.objective import derive
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews
from mvgraph.spec.reading import load

from .published import PUBLISHED, flags, lines, phases, reference

GOLDEN = Path(__file__).parent / "golden"
NAMES = zoo.names()
OPEN = [n for n in NAMES if load(n).open_views == OpenViews(2)]  # those for more than two views


def golden(name: str, text: str) -> str:
    """The text kept under a name, written first where MVGRAPH_UPDATE_GOLDEN is set."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("MVGRAPH_UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    """The printed objective has not changed."""
    text = str(derive(reference(name)))
    assert text == golden(name, text)


@pytest.mark.parametrize("name", OPEN)
def test_golden_three_views(name: str) -> None:
    """The same for three views."""
    text = str(derive(load(name, views=3)))
    assert text == golden(f"{name}_3", text)


@pytest.mark.parametrize("name", NAMES)
def test_published(name: str) -> None:
    """The derived objective is the published one, term by term, and has its flags."""
    objective = derive(reference(name))
    parts = objective.phases or {"": objective}
    assert {n: sorted(part.lines) for n, part in parts.items()} == phases(PUBLISHED[name])
    assert set(flags(PUBLISHED[name])) <= {f"! {f}" for f in objective.flags}


@pytest.mark.parametrize("name", NAMES)
def test_golden_file_is_published(name: str) -> None:
    """The golden file itself, so that regeneration cannot hide an error."""
    kept = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert phases(kept) == phases(PUBLISHED[name])
    extra = set(flags(kept)) - set(flags(PUBLISHED[name]))
    assert all(f.startswith("! pseudo-likelihood") for f in extra)


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a spec."""
    assert {p.stem for p in GOLDEN.glob("*.txt")} == {*NAMES, *(f"{n}_3" for n in OPEN)}


# --- three views, by enumeration: nothing here asks the product anything ---------------------------------------------

VIEWS = ("1", "2", "3")
SETS = [c for n in (1, 2, 3) for c in combinations(VIEWS, n)]


def poe(views: tuple[str, ...], prior: bool = False) -> str:
    """The text of a product of experts."""
    members = [*(["p(z)"] if prior else []), *(f"q(z|{v})" for v in views)]
    return members[0] if len(members) == 1 else f"PoE[{'·'.join(members)}]"


def route(key: str, targets: tuple[str, ...] = VIEWS, like: str = "", beta: str = "beta ") -> Iterator[str]:
    """The lines of one route: all likelihoods under one posterior, and its divergence."""
    yield from (f"+ {like}E[log p(x.{v}|z); z~{key}]" for v in targets)
    if beta:
        yield f"- {beta}KL({key} || p(z))"


def cvae(prior: str) -> Iterator[str]:
    """The first view is given, the others are scored."""
    yield from (f"+ E[log p(y.{v}|x,z); z~qJ(z|1,2,3)]" for v in VIEWS[1:])
    yield f"- beta KL(qJ(z|1,2,3) || {prior})"


def levels(views: tuple[str, ...], targets: tuple[str, ...] = VIEWS, like: str = "", beta: str = "beta ") -> list[str]:
    """The lines of one route through three levels, each with its prior as an expert."""
    one, two, three = (
        f"PoE[{p}·{'·'.join(f'q(z.{n}|{v})' for v in views)}]"
        for n, p in enumerate(("p(z.1|z.2,z.3)", "p(z.2|z.3)", "p(z.3)"), 1)
    )
    drawn = f"z.1~{one}, z.2~{two}, z.3~{three}"
    return [
        *(f"+ {like}E[log p(x.{v}|z.1,z.2,z.3); {drawn}]" for v in targets),
        f"- {beta}KL({one} || p(z.1|z.2,z.3); z.2~{two}, z.3~{three})",
        f"- {beta}KL({two} || p(z.2|z.3); z.3~{three})",
        f"- {beta}KL({three} || p(z.3))",
    ]


def judged(targets: tuple[str, ...]) -> Iterator[str]:
    """A critic for each view, of what is reconstructed through three levels from each view alone."""
    for v in targets:
        scores = (levels((n,), (v,))[0] for n in targets)
        fakes = ", ".join(s.removeprefix("+ ").replace("log p(", "").replace("z.3); ", "z.3; ") for s in scores)
        yield f"- mu GAME_lsgan{{ C.{v}; real x.{v}; fake {fakes} }}"


def nexus(views: tuple[str, ...]) -> Iterator[str]:
    """A bound for each view, and a level above that is given the draws of all of them."""
    key = f"qPool(c|{','.join(f'sg(z.{v})' for v in views)})"
    drawn = ", ".join(f"z.{v}~q(z.{v}|{v})" for v in views)
    for v in views:
        yield f"+ lam E[log p(x.{v}|z.{v}); z.{v}~q(z.{v}|{v})]"
        yield f"- beta KL(q(z.{v}|{v}) || p(z.{v}))"
        yield f"+ gamma E[log p(zhat.{v}|c); c~{key}, {drawn}]"
    yield f"- beta_c KL({key} || p(c); {drawn})"


def mopoe() -> Iterator[str]:
    """Seven components, the prior in the full one."""
    for s in SETS:
        yield from route(poe(s, len(s) == 3), like="1/7 ", beta="beta/7 ")


def mmvm(exact: bool = False) -> Iterator[str]:
    """Each view for itself, and its distance from every other posterior, or from their mixture."""
    weight, mixture = "beta*(1 - alpha)/3", "Mix_1/3[q(z.1|1), q(z.2|2), q(z.3|3)]"
    for v in VIEWS:
        own = f"q(z.{v}|{v})"
        yield f"+ E[log p(x.{v}|z.{v}); z.{v}~{own}]"
        if exact:
            yield f"- beta KL({own} || {mixture})"
            continue
        yield f"- alpha*beta KL({own} || N(0,I))"
        yield from (f"- {weight} KL({own} || q(z.{w}|{w}))" for w in VIEWS if w != v)


def mvtcae() -> Iterator[str]:
    """One product, and its distance from every expert."""
    key = poe(VIEWS)
    yield from route(key, like="(1 - alpha/3) ", beta="beta*(1 - alpha) ")
    yield from (f"- alpha*beta/3 KL({key} || q(z|{v}))" for v in VIEWS)


def jmvae() -> Iterator[str]:
    """One joint network, and its distance from every expert."""
    yield from route("qJ(z|1,2,3)")
    yield from (f"- alpha KL(qJ(z|1,2,3) || q(z|{v}))" for v in VIEWS)


def me_mvae() -> Iterator[str]:
    """All views, and each alone."""
    yield from route(poe(VIEWS))
    for v in VIEWS:
        yield from route(f"q(z|{v})", (v,))


def mcvae() -> Iterator[str]:
    """Each view explains all."""
    for v in VIEWS:
        yield from route(f"q(z|{v})")


def ae() -> Iterator[str]:
    """Every pair."""
    for v in VIEWS:
        yield from route(f"q(z|{v})", like="1/9 ", beta="")


def dmvae() -> Iterator[str]:
    """Four sources; each shared divergence three times, each private one four times."""
    for s in [*SETS[:3], VIEWS]:
        key = poe(s, len(s) == 3)
        yield from (f"+ lam E[log p(x.{v}|h.{v},z); h.{v}~q(h.{v}|{v}), z~{key}]" for v in VIEWS)
        yield f"- 3 KL({key} || p(z))"
    yield from (f"- 4 KL(q(h.{v}|{v}) || p(h.{v}))" for v in VIEWS)


def mmvae_plus() -> Iterator[str]:
    """Each source, other views' private latents from the auxiliary prior."""
    for s in VIEWS:
        for v in VIEWS:
            private = f"q(h.{v}|{v})" if s == v else f"r(h.{v})"
            yield f"+ 1/3 E[log p(x.{v}|h.{v},z); h.{v}~{private}, z~q(z|{s})]"
        yield f"- beta/3 KL(q(h.{s}|{s}) || p(h.{s}))"
    yield "- beta KL(Mix_1/3[q(z|1), q(z|2), q(z|3)] || p(z))"


def mmvae(strata: str) -> Iterator[str]:
    """One log-mean-exp over three components."""
    scores = " ".join(f"+ 1/3 E[log p(x.{v}|z); z~q(z|{s})]" for v in VIEWS for s in VIEWS)
    yield f"+ LME_30,{strata}{{ {scores} - KL(Mix_1/3[q(z|1), q(z|2), q(z|3)] || p(z)) }}"


def crmvae() -> Iterator[str]:
    """One product, each view under it and under its own expert, and its distance from the prior and every expert."""
    key = poe(VIEWS)
    yield from route(key, like="1/8 ", beta="beta/4 ")
    yield from (f"+ 1/8 E[log p(x.{v}|z); z~q(z|{v})]" for v in VIEWS)
    yield from (f"- beta/4 KL({key} || q(z|{v}))" for v in VIEWS)


def dccae() -> Iterator[str]:
    """Each view by its own code, and all codes together."""
    yield from (f"+ lam E[log p(x.{v}|z.{v}); z.{v}~q(z.{v}|{v})]" for v in VIEWS)
    yield "+ STAT_cca{ z.1~q(z.1|1), z.2~q(z.2|2), z.3~q(z.3|3) }"


def mmjsd() -> Iterator[str]:
    """Every source scores every view; four members, each compared with the geometric mean of all."""
    yield from (f"+ lam/3 E[log p(x.{v}|z); z~q(z|{s})]" for s in VIEWS for v in VIEWS)
    each = ["p(z)", *(f"q(z|{v})" for v in VIEWS)]
    yield from (f"- beta/4 KL({k} || Geo_1/4[{', '.join(each)}])" for k in each)


def mmjsd_private() -> Iterator[str]:
    """The same with private latents from their own views."""
    for line in mmjsd():
        view = line.partition("x.")[2][:1]
        yield line.replace("|z); ", f"|h.{view},z); h.{view}~q(h.{view}|{view}), ")
    yield from (f"- beta_h KL(q(h.{v}|{v}) || p(h.{v}))" for v in VIEWS)


def game(play: str) -> Iterator[str]:
    """An autoencoder, all whose codes are fakes of one game."""
    yield from ae()
    yield f"- GAME_{play}{{ C; real z~p(z); fake {', '.join(f'z~q(z|{v})' for v in VIEWS)}; pooled }}"


def weighted() -> Iterator[str]:
    """One generalised product."""
    yield from route("gPoE[q(z|1)^a_1·q(z|2)^a_2·q(z|3)^a_3]", like="1/3 ")


def jnf() -> Iterator[str]:
    """The bound of all views by the joint network, and its cross-entropy with every expert."""
    yield from route("qJ(z|1,2,3)")
    yield from (f"- CE(qJ(z|1,2,3) || q(z|{v}))" for v in VIEWS)


def telbo() -> Iterator[str]:
    """The bound of all views by the joint network, and of each alone by its own; of two phases, their sum."""
    for key, views, like in (("qJ(z|1,2,3)", VIEWS, "lam "), *((f"q(z|{v})", (v,), "gamma ") for v in VIEWS)):
        yield from route(key, views, like=like, beta="")
        yield f"- KL({key} || p(z))"


THREE = {
    "ae": ae(),
    "crmvae": crmvae(),
    "cvae": cvae("p(z|x)"),
    "cvae_fixed": cvae("p(z)"),
    "nexus": nexus(VIEWS),
    "dcca": dccae(),
    "dccae": dccae(),
    "dmvae": dmvae(),
    "jmvae": jmvae(),
    "maae": game("gan"),
    "maae_compat": game("gan_compat(eps: 1e-08)"),
    "mcvae": mcvae(),
    "sparse_mcvae": mcvae(),
    "me_mvae": me_mvae(),
    "mhvae": [x for s in (VIEWS, *((v,) for v in VIEWS)) for x in levels(s)],
    "mhvae_gan": [*(x for s in (VIEWS, *((v,) for v in VIEWS)) for x in levels(s)), *judged(VIEWS)],
    "mhvae_subsets": [x for s in SETS for x in levels(s, like="1/7 ", beta="beta/7 ")],
    "mmvae": mmvae("outside"),
    "mmvae_dreg": mmvae("outside"),
    "mmvae_plus": mmvae_plus(),
    "mmvae_tight": mmvae("inside"),
    "mmjsd": mmjsd(),
    "mmjsd_private": mmjsd_private(),
    "cmvae": [line.replace("|| p(z))", "|| Mix_p(c)[p(z|c)])") for line in mmvae_plus()],
    "mmvm": mmvm(),
    "mmvm_exact": mmvm(exact=True),
    "mopoe": mopoe(),
    "mvae": route(poe(VIEWS, prior=True)),
    "mvae_subsampled": lines(PUBLISHED["mvae_subsampled"]),
    "mvtcae": mvtcae(),
    "jnf": jnf(),
    "telbo": telbo(),
    "telbo_joint": telbo(),
    "mwae": game("wgan(clip: 0.01)"),
    "weighted_mvae": weighted(),
}


def test_three_views_by_enumeration() -> None:
    """Every open reference spec, against sums written out over sets of views."""
    found = {n: sorted(derive(load(n, views=3)).lines) for n in OPEN}
    assert found == {n: sorted(each) for n, each in THREE.items()}


# --- one view: the model without the others ---------------------------------------------------------------------------

ONE: dict[str, list[str]] = {
    "ae": ["+ E[log p(x.1|z); z~q(z|1)]"],
    "crmvae": [*route("q(z|1)", ("1",), like="1/2 ", beta="beta/2 ")],
    "dmvae": [
        "+ 2*lam E[log p(x.1|h.1,z); h.1~q(h.1|1), z~PoE[p(z)·q(z|1)]]",
        "- 2 KL(PoE[p(z)·q(z|1)] || p(z))",
        "- 2 KL(q(h.1|1) || p(h.1))",
    ],
    "cvae": [],  # what is conditioned on is not scored
    "cvae_fixed": [],
    "nexus": [*nexus(("1",))],
    "jmvae": [*route("q(z|1)")],
    "maae": ["+ E[log p(x.1|z); z~q(z|1)]", "- GAME_gan{ C; real z~p(z); fake z~q(z|1); pooled }"],
    "maae_compat": [
        "+ E[log p(x.1|z); z~q(z|1)]",
        "- GAME_gan_compat(eps: 1e-08){ C; real z~p(z); fake z~q(z|1); pooled }",
    ],
    "mcvae": [*route("q(z|1)")],
    "sparse_mcvae": [*route("q(z|1)")],
    "me_mvae": [*route("q(z|1)", ("1",), like="2 ", beta="2*beta ")],
    "mhvae": levels(("1",), ("1",), like="2 ", beta="2*beta "),
    "mhvae_gan": [*levels(("1",), ("1",), like="2 ", beta="2*beta "), *judged(("1",))],
    "mhvae_subsets": levels(("1",), ("1",)),
    "mmjsd": [
        "+ lam E[log p(x.1|z); z~q(z|1)]",
        "- beta/2 KL(p(z) || Geo_1/2[p(z), q(z|1)])",
        "- beta/2 KL(q(z|1) || Geo_1/2[p(z), q(z|1)])",
    ],
    "mmjsd_private": [
        "+ lam E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]",
        "- beta/2 KL(p(z) || Geo_1/2[p(z), q(z|1)])",
        "- beta_h KL(q(h.1|1) || p(h.1))",
        "- beta/2 KL(q(z|1) || Geo_1/2[p(z), q(z|1)])",
    ],
    "mmvae": ["+ LME_30,outside{ + E[log p(x.1|z); z~q(z|1)] - KL(q(z|1) || p(z)) }"],
    "mmvae_dreg": ["+ LME_30,outside{ + E[log p(x.1|z); z~q(z|1)] - KL(q(z|1) || p(z)) }"],
    "mmvae_plus": [
        "+ E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]",
        "- beta KL(q(h.1|1) || p(h.1))",
        "- beta KL(q(z|1) || p(z))",
    ],
    "mmvae_tight": ["+ LME_30,inside{ + E[log p(x.1|z); z~q(z|1)] - KL(q(z|1) || p(z)) }"],
    "cmvae": [
        "+ E[log p(x.1|h.1,z); h.1~q(h.1|1), z~q(z|1)]",
        "- beta KL(q(h.1|1) || p(h.1))",
        "- beta KL(q(z|1) || Mix_p(c)[p(z|c)])",
    ],
    "mmvm": ["+ E[log p(x.1|z.1); z.1~q(z.1|1)]", "- alpha*beta KL(q(z.1|1) || N(0,I))"],
    "mmvm_exact": ["+ E[log p(x.1|z.1); z.1~q(z.1|1)]"],
    "mopoe": [*route("PoE[p(z)·q(z|1)]", ("1",))],
    "mvae": [*route("PoE[p(z)·q(z|1)]", ("1",))],
    "mvae_subsampled": [*route("PoE[p(z)·q(z|1)]", ("1",), like="2 ", beta="2*beta ")],
    "mvtcae": [*route("q(z|1)", ("1",), like="(1 - alpha) ", beta="beta*(1 - alpha) ")],
    "jnf": [*route("q(z|1)"), "- CE(q(z|1) || q(z|1))"],
    "telbo": [*route("q(z|1)", ("1",), like="(gamma + lam) ", beta="2 ")],
    "telbo_joint": [*route("q(z|1)", ("1",), like="(gamma + lam) ", beta="2 ")],
    "mwae": ["+ E[log p(x.1|z); z~q(z|1)]", "- GAME_wgan(clip: 0.01){ C; real z~p(z); fake z~q(z|1); pooled }"],
    "weighted_mvae": [*route("gPoE[q(z|1)^a_1]", ("1",))],
}
ONE = {n: [x for x in each if "x.2" not in x and "x.3" not in x] for n, each in ONE.items()}


@pytest.mark.parametrize("name", [n for n in OPEN if n not in ("dcca", "dccae")])  # nothing correlates with itself
def test_one_view(name: str) -> None:
    """A spec with all views but one deleted."""
    spec = load(name)
    alone = replace(spec, views=spec.views[:1])
    assert sorted(derive(alone).lines) == sorted(ONE[name])
