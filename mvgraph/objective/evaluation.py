"""Which divergences are evaluated in closed form, and which by draws."""

from __future__ import annotations

from functools import partial

from mvgraph.objective.atoms import Distance
from mvgraph.objective.family import family_of
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import ClosedKL


def closed_form(spec: Spec, atom: Distance) -> ClosedKL | None:
    """The function by which a divergence is evaluated in closed form; None where it is sampled."""
    return None if spec.estimator.kl == "sampled" else atom.formula(partial(family_of, spec))


def is_closed(spec: Spec, atom: Distance) -> bool:
    """True where a divergence is evaluated in closed form."""
    return closed_form(spec, atom) is not None
