"""Why a term is in an objective, or left out of it: the written terms, edges and declarations that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mvgraph.errors import Path, Place
from mvgraph.language.expr import Expr
from mvgraph.language.level import node_of
from mvgraph.objective.atoms import Atom
from mvgraph.objective.canonical import Objective
from mvgraph.objective.games import Generator
from mvgraph.objective.keys import Auxiliary, Key, Prior
from mvgraph.objective.prose import ABSENT, MIXTURES, PRIOR_EXPERTS, posterior_lines, term_line
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import WrittenTerm


@dataclass(frozen=True)
class Origin:
    """One thing in a spec that a term comes from.

    Arguments:
        what: what it says, in words.
        path: where it stands, as keys of the spec.
        place: its file, line and column; none for a spec that was never text.
        excerpt: the line of text there.
    """

    what: str
    path: Path
    place: Place | None = None
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.what}  [{self.place or '.'.join(map(str, self.path))}]"


def origins(one: Objective, root: Spec, terms: Sequence[tuple[WrittenTerm, Expr, Atom]]) -> tuple[Origin, ...]:
    """Everything that some derived terms come from, each thing once.

    Arguments:
        one: the objective, or that of a phase.
        root: the spec as it is written, with its phases.
        terms: for each term what it was written as, its coefficient and its atom.
    """
    atoms = tuple(dict.fromkeys(a for _, _, a in terms))
    found = [
        *_written(root, dict.fromkeys(w for w, _, _ in terms)),
        *_scored(one.spec, atoms),
        *_latents(one.spec, atoms),
        *_params(one.spec, [c for _, c, _ in terms]),
    ]
    return tuple(_located(root, what, path) for path, what in {path: what for what, path in found}.items())


def _located(root: Spec, what: str, path: Path) -> Origin:
    document = root.document
    place = document.place(path) if document else None
    lines = document.lines.get(place.file, ()) if document and place else ()
    excerpt = lines[place.line - 1].strip() if place and place.line <= len(lines) else ""
    return Origin(what, path, place, excerpt)


def written_paths(root: Spec) -> Mapping[int, Path]:
    """Where each written term stands, by its identity."""
    parts = [((), root.objective), *((("phases", n), p.objective) for n, p in enumerate(root.phases))]
    found: dict[int, Path] = {}
    for head, objective in parts:
        for key, terms in (("maximize", objective.maximize), ("minimize", objective.minimize)):
            found |= {id(t): (*head, "objective", key, n) for n, t in enumerate(terms)}
    return found


def _written(root: Spec, written: Iterable[WrittenTerm]) -> Iterator[tuple[str, Path]]:
    paths = written_paths(root)
    for term in written:
        path = paths[id(term)]
        yield f"written: {'-' if 'minimize' in path else '+'} {term_line(term)}", path


def _scored(spec: Spec, atoms: Iterable[Atom]) -> Iterator[tuple[str, Path]]:
    """The edges of p to what is scored."""
    for name in dict.fromkeys(a.target.node for atom in atoms for a in atom.scored):
        yield f"p: {name} given {', '.join(spec.target(name).given) or 'nothing'}", ("p", name, "given")


def _latents(spec: Spec, atoms: Iterable[Atom]) -> Iterator[tuple[str, Path]]:
    """The priors and posteriors of the latents that atoms name."""
    keys = list(dict.fromkeys(k for atom in atoms for k in _keys(atom)))
    for name in dict.fromkeys(_node(k) for k in keys):
        own = [k for k in keys if _node(k) == name]
        if any(isinstance(m, Prior) for k in own for m in _members(k)):
            latent = spec.latent(name)
            given = f", given {', '.join(latent.given)}" if latent.given else ""
            yield f"p: the prior of {name}{given}", ("p", node_of(name))
        if any(not isinstance(k, Prior) for k in own):
            yield from _posterior(spec, name, own)
    if spec.mixture != "none" and keys:
        yield f"q: {MIXTURES[spec.mixture]}", ("q", "mixture")


def _posterior(spec: Spec, name: str, keys: Sequence[Key]) -> Iterator[tuple[str, Path]]:
    rule = spec.posterior(name)
    yield f"q: {next(iter(posterior_lines(spec, rule)))}", ("q", node_of(name))
    if rule.fuse is not None and rule.prior_expert != "never":
        yield f"q: {PRIOR_EXPERTS[rule.prior_expert]}", ("q", node_of(name), "prior_expert")
    if any(isinstance(k, Auxiliary) for k in keys):
        yield f"q: {name}: {ABSENT['aux']}", ("q", node_of(name), "absent")


def _keys(atom: Atom) -> Iterator[Key]:
    draws = [d for a in atom.scored for d in a.draws]
    draws += atom.match.real.draws if isinstance(atom, Generator) else []
    yield from atom.keys
    yield from (d.key for one in draws for d in one.whole)


def _members(key: Key) -> Iterator[Key]:
    yield key
    for member in getattr(key, "members", ()):
        yield from _members(member)


def _node(key: Key) -> str:
    return key.ref.node


def _params(spec: Spec, coefficients: Iterable[Expr]) -> Iterator[tuple[str, Path]]:
    names = dict.fromkeys(s.name for c in coefficients for s in sorted(c.free_symbols, key=str))
    for name in names:
        table = next((p for p in spec.params if name == p or name.startswith(f"{p}_")), None)
        if table is not None:
            yield f"param {name}", ("params", table)
