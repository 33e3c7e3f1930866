"""The written model as frozen values: what a spec says, and nothing that follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mvgraph.language.table import Table
from mvgraph.spec import graphs
from mvgraph.spec.about import About
from mvgraph.spec.document import Document
from mvgraph.spec.games import Move
from mvgraph.spec.nodes import Condition, Discrete, Level, Levels, Pseudo
from mvgraph.spec.phases import Objective, Phase
from mvgraph.spec.terms import WrittenTerm
from mvgraph.vocab.after import After
from mvgraph.vocab.family import Family, Shape
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.network import Network
from mvgraph.vocab.optimizer import Optimizer
from mvgraph.vocab.param import Param
from mvgraph.vocab.sampler import Sampler

if TYPE_CHECKING:
    import networkx as nx

LARGEST = 1e30  # of a bound on numbers of single precision
ABOVE_ZERO = {"exclusiveMinimum": 0, "maximum": LARGEST}
Value = float | int | Param | Table[float]


@dataclass(frozen=True)
class View:
    """One view: the shape of its data, its likelihood, and its networks; None falls back to the defaults.

    Arguments:
        shape: of one datum; found in the data where it is left out.
        likelihood: p(x_m | ·), the family of the view's data.
        encoder: the network of its experts; `mlp` where neither view nor defaults name one.
        decoder: the network of its likelihood; `mlp` where neither view nor defaults name one.
    """

    name: str
    shape: Shape | None = None
    likelihood: Family | None = None
    encoder: Network | None = None
    decoder: Network | None = None


@dataclass(frozen=True)
class OpenViews:
    """A reference spec's number of views: at least `least`, at most `most` (None: any number)."""

    least: int
    most: int | None = None


@dataclass(frozen=True)
class Latent:
    """A latent node of p with its prior; `plate` gives one copy a view or a level, `given` names its parents.

    A spec that has been read has no `Levels`: each level is a latent of its own, `z.1`, `z.2`, …

    Arguments:
        latent: the prior's family.
        dim: how many entries it has; for a plated latent also a table by view, or a list by level.
        plate: `view` gives one copy a view, a private latent; `{level: L}` the L levels of a hierarchy, `z.1` to `z.L`.
        given: its parents, latents or conditions; `z[l+1:]` are the levels above one's own, `z` all levels.
        network: from the parents to the prior's parameters.
        level: which level it is.
        marginal_over: a discrete node; the prior is a mixture with one component for each of its values.
    """

    name: str
    family: Family
    dim: int | Table[int]
    plate: bool | Levels = False
    given: tuple[str, ...] = ()
    network: Network | None = None
    level: Level | None = field(default=None, repr=False)
    marginal_over: str | None = None


@dataclass(frozen=True)
class Observed:
    """The observed node of p, one copy a view; `given` names its parents.

    Arguments:
        given: what the views are decoded from, latents and conditions.
        likelihood: one for all views; it goes before those of the views.
        network: one decoder word for all views; it goes before those of the views.
    """

    name: str
    given: tuple[str, ...]
    likelihood: Family | None = None
    network: Network | None = None


@dataclass(frozen=True)
class Posterior:
    """How one latent is inferred from any evidence set.

    Arguments:
        expert: the family of q(z | x_m).
        fuse: the rule that makes q(z | x_S) from the experts of the views in S.
        prior_expert: whether the prior is one more expert: `full` means where S is all the views of the spec.
        absent: where a private latent comes from when its view is not in S: its prior, r (aux), or its own view.
        auxiliary: the family of the auxiliary prior r, for `absent: aux`.
        network: in place of the views' encoders.
        subsets: what draws from q(z | x_S) ∝ Π_m q(z | x_m) / p(z)^(|S| − 1), m in S, where no fusion gives it.
        share: the latent whose encoder trunks these experts use, with heads of their own; of levels, their node's name.
        reads: the private latent whose draws it reads in place of the views, their gradient stopped; for `pool`.
    """

    name: str
    expert: Family
    fuse: Fusion | None = None
    prior_expert: Literal["never", "full", "always"] = "never"
    absent: Literal["prior", "aux", "own"] = "prior"
    auxiliary: Family | None = None
    network: Network | None = None
    subsets: Sampler | None = None
    share: str | None = None
    reads: str | None = None

    def family(self, *, whole: bool = False) -> Family:
        """The family of q(z | x_m); or of q(z | X), where `whole` and one network reads all views."""
        return self.expert if self.fuse is None or not whole else self.fuse.family(self.expert)


@dataclass(frozen=True)
class Estimator:
    """How expectations and their gradients are estimated; changing it leaves the objective as it is.

    Arguments:
        samples: draws of every posterior, for an `elbo`.
        kl: in closed form where there is one, or by draws always.
        mixture: every component is drawn from, and weighted.
        gradient: `pathwise` is that of the estimate; `stl` holds q still in log q; `dreg` also squares `iwae` weights.
    """

    samples: int = 1
    kl: Literal["closed", "sampled"] = "closed"
    mixture: Literal["stratified"] = "stratified"
    gradient: Literal["pathwise", "stl", "dreg"] = "pathwise"


@dataclass(frozen=True)
class Clip:
    """Gradient clipping: by total norm, by value, or both (the norm first).

    Arguments:
        norm: the largest total norm.
        value: the largest entry.
    """

    norm: float | None = field(default=None, metadata=ABOVE_ZERO)
    value: float | None = field(default=None, metadata=ABOVE_ZERO)


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the validation loss has not fallen by `least` for `patience` epochs.

    Arguments:
        patience: epochs without a gain.
        least: what counts as a gain.
    """

    patience: int = 10
    least: float = field(default=0.0, metadata={"minimum": 0, "maximum": LARGEST})


@dataclass(frozen=True)
class Training:
    """How the parameters are found.

    Arguments:
        optimizer: a word with its options; `adam` where none is named.
        batch_size: rows of a step, or `full`.
        epochs: passes over the rows.
        clip: bounds on the gradient.
        early_stopping: none, unless said.
        after: hooks that run once the model is fitted, in this order.
    """

    optimizer: Optimizer | None = None
    batch_size: int | Literal["full"] = 128
    epochs: int = 100
    clip: Clip = Clip()
    early_stopping: EarlyStopping | None = None
    after: tuple[After, ...] = ()


@dataclass(frozen=True)
class Spec:
    """A written model.

    `latents` and `posteriors` run in the order of the text, one posterior for each latent; `conditions` are given and
    never scored, `discretes` are summed out, the data of `pseudo` are draws. There is an `objective`, or there are
    `phases`, each with its own. `document` is for messages and never compared.
    """

    name: str
    views: tuple[View, ...]
    latents: tuple[Latent, ...]
    observed: Observed
    posteriors: tuple[Posterior, ...]
    objective: Objective
    phases: tuple[Phase, ...] = ()
    mixture: Literal["none", "singles", "subsets"] = "none"
    conditions: tuple[Condition, ...] = ()
    discretes: tuple[Discrete, ...] = ()
    pseudo: tuple[Pseudo, ...] = ()
    about: About = field(default_factory=About)
    params: Table[Value] = field(default_factory=Table)
    view_defaults: View = View("")
    open_views: OpenViews | None = None
    estimator: Estimator = Estimator()
    training: Training = Training()
    moves: tuple[Move, ...] = ()
    document: Document | None = field(default=None, compare=False, repr=False)

    @property
    def graph(self) -> nx.MultiDiGraph:
        """Both graphs, one copy a view of whatever is plated; attributes as `mvgraph.graph.build` documents them."""
        return graphs.build(self)

    @property
    def maximize(self) -> tuple[WrittenTerm, ...]:
        """All terms to be maximised, those of the phases one after another."""
        return (*self.objective.maximize, *(t for p in self.phases for t in p.objective.maximize))

    @property
    def minimize(self) -> tuple[WrittenTerm, ...]:
        """All terms to be minimised, those of the phases one after another."""
        return (*self.objective.minimize, *(t for p in self.phases for t in p.objective.minimize))

    @property
    def by_phase(self) -> dict[str, Spec]:
        """For each phase, the same spec with the phase's objective alone."""
        return {p.name: replace(self, objective=p.objective, phases=()) for p in self.phases}

    @property
    def view_names(self) -> tuple[str, ...]:
        """The views by name, in order."""
        return tuple(v.name for v in self.views)

    @property
    def conditioned(self) -> Mapping[str, str]:
        """The view behind each node that is conditioned on."""
        return {c.name: view for c in self.conditions if (view := self.view_named(c.view)) is not None}

    @property
    def scored_views(self) -> tuple[str, ...]:
        """The views that have a likelihood: all but those that are conditioned on."""
        return tuple(n for n in self.view_names if n not in self.conditioned.values())

    @property
    def given_views(self) -> frozenset[str]:
        """The views that are conditioned on."""
        return frozenset(self.conditioned.values())

    def view_named(self, text: str) -> str | None:
        """The view that a name or a position (the first is 1) stands for."""
        if text in self.view_names:
            return text
        return self.view_names[int(text) - 1] if text.isdecimal() and 1 <= int(text) <= len(self.views) else None

    def view(self, name: str) -> View:
        """A view with the defaults filled in."""
        own = next(v for v in self.views if v.name == name)
        rest = self.view_defaults
        scored = name in self.scored_views
        return replace(
            own,
            shape=own.shape or rest.shape,
            likelihood=(self.observed.likelihood if scored else None) or own.likelihood or rest.likelihood,
            encoder=own.encoder or rest.encoder,
            decoder=self.observed.network or own.decoder or rest.decoder,
        )

    def target(self, name: str) -> Observed | Pseudo:
        """A node that routes score, by name; the observed node where there is none."""
        return next((n for n in self.pseudo if n.name == name), self.observed)

    def latent(self, name: str) -> Latent:
        """A latent node by name."""
        return next(v for v in self.latents if v.name == name)

    def posterior(self, name: str) -> Posterior:
        """The posterior of a latent by name."""
        return next(v for v in self.posteriors if v.name == name)

    def dim(self, node: str, view: str | None = None) -> int:
        """How many entries a latent has (its copy in `view`, where it is plated), or a condition."""
        if node in self.conditioned:
            return math.prod(self.view(self.conditioned[node]).shape or ())
        dim = self.latent(node).dim
        return dim[view or ""] if isinstance(dim, Table) else dim
