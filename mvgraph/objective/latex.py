"""An objective as LaTeX: every atom, every signed term, the whole; names, order and signs are those of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mvgraph.language.breaking import BREAK, broken
from mvgraph.language.expr import Expr
from mvgraph.language.symbols import fraction, latex, prose, upright
from mvgraph.language.word import inline
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp, Stratum
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.games import Critic, Generator, Latent, Match, Observation, Reconstruction, Sample
from mvgraph.objective.keys import Key, Mixture, Ref
from mvgraph.objective.notation import Notation, density, factor, formula, listing, with_causes
from mvgraph.objective.pending import Pending, Seen, Written
from mvgraph.objective.ranges import Each
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.text import sign_and_size

Weighted = tuple[Expr, Atom]
BELOW = 24.0  # em, of what is drawn, in its small letters


def atom(notation: Notation, value: Atom) -> str:
    """One atom."""
    return ATOMS[type(value)](notation, value)


def signed(notation: Notation, coefficient: Expr, value: Atom) -> str:
    """One term, sign first."""
    sign, size = sign_and_size(coefficient, value)
    return f"{sign} {factor(size)}{atom(notation, value)}"


def aligned(parts: Mapping[str, Sequence[str]], flags: Iterable[str]) -> str:
    """Signed terms one below the other, for each phase by its name (empty where there are none), and the flags."""
    rows = [row for name, terms in parts.items() for row in _rows(name, terms)]
    rows += [f"& {prose(f'! {flag}')}" for flag in flags]
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(rows), r"\end{aligned}"])


def _rows(name: str, terms: Sequence[str]) -> Iterator[str]:
    loss = rf"\mathcal{{L}}_{{{upright(name)}}}" if name else r"\mathcal{L}"
    first, *rest = [row for term in terms or ["0"] for row in broken(term)]
    yield f"{loss} ={{}} & {first}"
    yield from (f"& {term}" for term in rest)


def expectation(draws: Sequence[str], inside: str, size: str = "big") -> str:
    """An expectation over draws, brackets of a size of LaTeX; what stands inside, where there are no draws."""
    if not draws:
        return inside
    lines = [line for draw in draws for line in _below(draw)]
    below = lines[0] if len(lines) == 1 else rf"\substack{{{BREAK.join(lines)}}}"
    return rf"\mathbb{{E}}_{{{below}}}\{size}l[{inside}\{size}r]"


@lru_cache(4096)  # many terms are over the same draws
def _below(draw: str) -> list[str]:
    return broken(draw, BELOW)


def _likelihood(notation: Notation, value: Likelihood) -> str:
    return expectation(notation.draws(with_causes(value.draws)), rf"\log {_scored(notation, value)}")


def _scored(notation: Notation, value: Likelihood) -> str:
    """p(x_m | pa), its parents as the text has them."""
    parents = [(str(r), notation.name(r)) for r in value.fixed]
    parents += [(str(d.ref), notation.latent(d.ref)) for d in value.draws]
    return density("p", notation.name(value.target), [p for _, p in sorted(parents)])


def _comparison(symbol: str) -> Callable[[Notation, Any], str]:
    """The reader of atoms with an `of`, a `to` of one or more densities, and draws that these are conditioned on."""

    def read(notation: Notation, value: Any) -> str:
        to = r" \, ".join(map(notation.key, value.to))
        draws = notation.draws(d for one in value.given for d in one.whole)
        return expectation(draws, _apart(symbol, notation.key(value.of), to))

    return read


def _apart(symbol: str, of: str, to: str) -> str:
    return rf"{upright(symbol)}\bigl({of} \,\|\, {to}\bigr)"


def _deviation(notation: Notation, value: Deviation) -> str:
    return _apart("KL", notation.key(value.of), notation.key(value.center))


def _pooled(notation: Notation, value: PooledKL) -> str:
    return _apart("KL", notation.key(value.of), notation.key(value.to))


def _log_mean_exp(notation: Notation, value: LogMeanExp) -> str:
    """log-mean-exps of log-weights, a mean over the strata or with the strata inside the logarithm."""
    return STRATA[value.strata](notation, value)


def _outside(notation: Notation, value: LogMeanExp) -> str:
    numbered = replace(notation, number="k")
    means = [_mean(numbered, value, part) for part in value.parts]
    if len(means) == 1:
        return means[0]
    return rf"\biggl\{{{' + '.join(means)}\biggr\}}"


def _mean(notation: Notation, value: LogMeanExp, part: Stratum | Each) -> str:
    """One stratum, or the sum of those for each value of some indices."""
    if isinstance(part, Each):
        return rf"\sum_{{{part.latex}}} {_mean(notation, value, part.item)}"
    return _share(part) + _expected(value, _drawn(notation, part), _weight(notation, part))


def _inside(notation: Notation, value: LogMeanExp) -> str:
    """Draws of different strata have numbers of their own."""
    last = ",k" if value.samples > 1 else ""
    numbers = [",".join(_indices(p)) or str(n) for n, p in enumerate(value.parts, 1)]
    pairs = [(replace(notation, number=f"{n}{last}"), p) for n, p in zip(numbers, value.parts, strict=True)]
    each = " + ".join(_weighed(n, p) for n, p in pairs)
    draws = dict.fromkeys(d for n, p in pairs for d in _of_each(n, p))
    return _expected(value, tuple(draws), f"[{each}]")


def _indices(part: Stratum | Each) -> list[str]:
    return [r.index for r in part.ranges] if isinstance(part, Each) else []


def _weighed(notation: Notation, part: Stratum | Each) -> str:
    if isinstance(part, Each):
        return rf"{{\textstyle\sum_{{{part.latex}}}}} {_weighed(notation, part.item)}"
    return f"{_share(part)}{_weight(notation, part)}"


def _of_each(notation: Notation, part: Stratum | Each) -> tuple[str, ...]:
    """The draws of a stratum, or those for each value of some indices."""
    if isinstance(part, Each):
        return tuple(listing(draw, part) for draw in _of_each(notation, part.item))
    return _drawn(notation, part)


def _share(part: Stratum) -> str:
    return "" if part.weight == 1 else rf"{fraction(part.weight)} \, "


def _expected(value: LogMeanExp, draws: tuple[str, ...], weight: str) -> str:
    """E[log 1/K Σ_k w_k]."""
    count = value.samples
    mean = rf"\frac{{1}}{{{count}}} \sum_{{k=1}}^{{{count}}} " if count > 1 else ""
    return expectation(draws, rf"\log {mean}{weight}", "bigg")


def _weight(notation: Notation, part: Stratum) -> str:
    """w = Π p(x | ·)^λ Π (p/q)^β of one stratum."""
    scores = (_factor(notation, found, _score) for found in part.scores)
    return r" \, ".join([*scores, *(_factor(notation, found, _ratio) for found in part.ratios)])


Weighed = tuple[Expr, Any] | Each  # a part of a log-weight, or such parts for each value of some indices


def _factor(notation: Notation, found: Weighed, read: Callable[[Notation, Expr, Any], str]) -> str:
    """A factor of a weight, or the product of those for each value of some indices."""
    if isinstance(found, Each):
        return rf"{{\textstyle\prod_{{{found.latex}}}}} {_factor(notation, found.item, read)}"
    return read(notation, *found)


def _score(notation: Notation, coefficient: Expr, value: Likelihood) -> str:
    return _scored(notation, value) + _power(coefficient)


def _ratio(notation: Notation, coefficient: Expr, value: KL) -> str:
    above = r" \, ".join(map(notation.key, value.to))
    ratio = rf"\frac{{{above}}}{{{notation.key(value.of)}}}"
    return ratio if coefficient == 1 else rf"\left({ratio}\right){_power(coefficient)}"


def _power(exponent: Expr) -> str:
    return "" if exponent == 1 else f"^{{{formula(exponent)}}}"


def _drawn(notation: Notation, part: Stratum) -> tuple[str, ...]:
    """What one stratum draws, each latent once: those that are scored from, then those above them."""
    scored = [(d, found) for found in part.scores for d in with_causes(_inside_of(found).draws)]
    known = {d.key for d, _ in scored}
    own = [(k, found) for found in part.ratios for k in _component(_inside_of(found).of, known)]
    given = [(d, found) for found in part.ratios for d in _inside_of(found).given]
    told = [(d.ref, _of_index(notation.draw(d), d.ref, found)) for d, found in scored]
    told += [(k.ref, _of_index(rf"{notation.latent(k.ref)} \sim {notation.key(k)}", k.ref, f)) for k, f in own]
    told += [(d.ref, _of_index(notation.draw(d), d.ref, found)) for d, found in given]
    first: dict[Ref, str] = {}
    for ref, text in told:
        first.setdefault(ref, text)
    return tuple(first.values())


def _inside_of(found: Weighed) -> Any:
    return found.item[1] if isinstance(found, Each) else found[1]


def _of_index(text: str, ref: Ref, found: Weighed) -> str:
    """A draw; of a latent of each view, where the part of the weight is one for each."""
    return listing(text, found) if isinstance(found, Each) and ref.view in _indices(found) else text


def _component(of: Key | Mixture, known: set[Key]) -> tuple[Key, ...]:
    """The densities of which the draws are; of a mixture, those of the component that some draws are known to be of."""
    if not isinstance(of, Mixture):
        return (of,)
    return next((part for part in of.parts if not isinstance(part, Each) and known & set(part)), ())


def _statistical(notation: Notation, value: Statistical) -> str:
    draws = ", ".join(map(notation.draw, value.draws))
    return rf"\mathrm{{STAT}}_{{{prose(inline(value.statistic))}}}\bigl\{{{draws}\bigr\}}"


def _generator(notation: Notation, value: Generator) -> str:
    return rf"\mathrm{{GAME}}_{{{prose(value.match.rule)}}}\bigl\{{{_match(notation, value.match)}\bigr\}}"


def _critic(_: Notation, value: Critic) -> str:
    return rf"\text{{critic of }} {latex(value.match.critic)}"


def _pending(_: Notation, value: Pending) -> str:
    part = rf";\, \text{{component }} {_seen(value.component)}" if value.component else ""
    return rf"{upright(value.word)}\bigl({_seen(value.evidence)} \to {_seen(value.targets)}{part}\bigr)"


def _seen(value: Seen) -> str:
    """A set of views; one that a range names by its name."""
    return ", ".join(v.within if isinstance(v, Each) else latex(v) for v in value.views)


def _written(_: Notation, value: Written) -> str:
    return prose(value.text)


def _match(notation: Notation, match: Match) -> str:
    counts = Counter(_fake(notation, f) for f in match.fakes)
    fakes = ", ".join(t if n == 1 else rf"{n} \times {t}" for t, n in counts.items())
    real = rf"\text{{real }} {_sample(notation, match.real)}"
    pooled = [r"\text{pooled}"] if match.balance == "pooled" else []
    return r";\, ".join([latex(match.critic), real, rf"\text{{fake }} {fakes}", *pooled])


def _fake(notation: Notation, fake: Any) -> str:
    return listing(_fake(notation, fake.item), fake) if isinstance(fake, Each) else _sample(notation, fake.sample)


def _sample(notation: Notation, sample: Sample) -> str:
    return SAMPLES[type(sample)](notation, sample)


def _observation(notation: Notation, sample: Observation) -> str:
    return notation.name(sample.ref)


def _latent(notation: Notation, sample: Latent) -> str:
    return ", ".join(notation.draws(sample.draw.whole))


def _reconstruction(notation: Notation, sample: Reconstruction) -> str:
    parents = [notation.latent(d.ref) for d in sample.draws]
    inside = rf"{notation.name(sample.ref)} \mid {', '.join(parents)}"
    return expectation(notation.draws(d for one in sample.draws for d in one.whole), inside)


STRATA: dict[str, Callable[[Notation, LogMeanExp], str]] = {"outside": _outside, "inside": _inside}
SAMPLES: dict[type, Callable[[Notation, Any], str]] = {
    Observation: _observation,
    Latent: _latent,
    Reconstruction: _reconstruction,
}
ATOMS: dict[type, Callable[[Notation, Any], str]] = {
    Likelihood: _likelihood,
    KL: _comparison(KL.symbol),
    CE: _comparison(CE.symbol),
    Deviation: _deviation,
    PooledKL: _pooled,
    LogMeanExp: _log_mean_exp,
    Statistical: _statistical,
    Generator: _generator,
    Critic: _critic,
    Pending: _pending,
    Written: _written,
}
