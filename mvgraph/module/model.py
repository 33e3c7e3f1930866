"""The compiled model: loss, and the answers of a trained one."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from mvgraph.data.batch import Batch
from mvgraph.data.columns import ColumnNames, batch_in_order
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch as checked
from mvgraph.module import answers, arguments, clusters
from mvgraph.module.arguments import Component, Data
from mvgraph.module.borrowing import infer
from mvgraph.module.inference import Inference
from mvgraph.module.interpreter import interpret
from mvgraph.module.loss import Loss
from mvgraph.module.networks import END, Networks
from mvgraph.module.noise import Noise, draw_noise
from mvgraph.module.predictive import Predictive
from mvgraph.module.refusing import (
    observed_views,
    require_complete,
    require_conditions,
    require_decoders,
    require_given,
    require_scored,
    require_views,
)
from mvgraph.module.stages import Part, Stages
from mvgraph.planning import plan
from mvgraph.spec.model import Spec
from mvgraph.tracing import known, tracing, trusting
from mvgraph.vocab.param import Clock

Ids = Iterable[Any] | None


class Model(nn.Module):
    """A spec as a PyTorch module.

    Arguments:
        spec: a checked spec whose views have shapes and likelihoods.
        optimize: False evaluates by the reference interpreter, term by term.
    """

    def __init__(self, spec: Spec, *, optimize: bool = True) -> None:
        super().__init__()
        self.spec = spec
        self.plan = plan(spec)
        self._stages = Stages(spec, self.plan)
        self.networks = Networks(spec)
        self.optimize = optimize
        self.columns: ColumnNames | None = None  # of the tables that it was trained on, by view

    def loss(
        self,
        batch: Data,
        *,
        phase: str | None = None,
        noise: Noise | None = None,
        clock: Clock = END,
        generator: torch.Generator | None = None,
        part: Part = "total",
        validate: bool = True,
    ) -> Loss:
        """The loss of a batch.

        Values of a mapping are judged at every call; `mg.batch` judges them once, and `validate=False` never does.

        Arguments:
            batch: rows with a mask, or a mapping from views to values.
            phase: whose objective; the sum of all phases, unless said.
            noise: the randomness; drawn with `generator` where it is not given.
            clock: how far training has come, for schedules; their ends, unless said.
            generator: where the noise comes from.
            part: the whole objective, what it is without its games, or its games only.
            validate: False takes the values on trust.

        Raises:
            DataError: a row without any view, or missing views where a joint network needs them all.
            UsageError: there is no such phase.
        """
        rows = self._batch(batch, validate=validate)
        if not tracing():
            self.require_complete(rows, phase)
        stage = self._stages.part(phase, part)
        noise = noise or draw_noise(self.spec, stage.plan, rows.mask.shape[0], self._like, generator)
        values = self.networks.values(clock)
        if self.optimize:
            complete = known(rows.mask.all(), unknown=False)
            table, players = stage.step(self.networks, rows.views, rows.mask, noise, values, complete=complete)
            found = dict(zip(stage.plan.lines, table, strict=True))
        else:
            found, players, _ = interpret(stage.spec, self.networks, rows, noise, values)
        each = sum(found.values(), start=noise.sets.new_zeros(rows.mask.shape[0]))
        terms = {name: value.mean() for name, value in found.items()}
        return Loss(-each.mean(), terms, each, {name: value.mean() for name, value in players.items()})

    @torch.no_grad()
    def encode(
        self,
        data: Data,
        given: Sequence[str] | None = None,
        *,
        component: Component = "mixture",
        ids: Ids = None,
        validate: bool = True,
    ) -> dict[str, Distribution]:
        """The posterior q(v | x_S) of every latent, for each row's own evidence S.

        Arguments:
            data: rows; views that a mapping leaves out are missing.
            given: the views to look at; all that were observed, unless said.
            component: `given` asks for the one component that looks at all of S, not for a mixture over parts of S.
            ids: a name for each row of what has no ids itself, for messages and to join rows by.
            validate: False takes the values on trust.

        Returns:
            A torch distribution over rows for each latent (`z`, `h.image`); a mixture where q is one. Rows whose
            posterior is sampled (`subsets` in q) have that of the draws, which is no density.

        Raises:
            UsageError: the spec defines no posterior for this evidence.
        """
        with _evaluating(self):
            return answers.encode(self._inference(data, given, ids=ids, validate=validate, component=component))

    @torch.no_grad()
    def responsibilities(self, data: Data, given: Sequence[str] | None = None, *, ids: Ids = None) -> dict[str, Tensor]:
        """p(c | x_S) of every discrete node c, `{c: (row, value)}`: p(c | z) at the means of the components of q.

        Arguments:
            data: rows; views that a mapping leaves out are missing.
            given: the views to look at; all that were observed, unless said.
            ids: a name for each row of what has no ids itself, for messages and to join rows by.

        Raises:
            UsageError: the spec defines no posterior for this evidence.
        """
        with _evaluating(self):
            inference = self._inference(data, given, ids=ids)
            return {d.name: clusters.responsibilities(inference, d.name) for d in self.spec.discretes}

    @torch.no_grad()
    def clusters(self, data: Data, discrete: str) -> clusters.Clusters:
        """What data say of the values of a discrete node, as numbers; and the prior that it was summed out of."""
        with _evaluating(self):
            return clusters.of(self._inference(data, None), discrete)

    @torch.no_grad()
    def impute(
        self,
        data: Data,
        given: Sequence[str] | None = None,
        *,
        views: Sequence[str] | None = None,
        samples: int | None = None,
        plug_in: bool = False,
        component: Component = "mixture",
        ids: Ids = None,
        generator: torch.Generator | None = None,
        validate: bool = True,
    ) -> dict[str, Predictive]:
        """p(x_m | x_S) = ∫ p(x_m | v) q(v | x_S) dv of every view, by draws v from the components of q.

        Its mean, standard deviation and quantiles hold what the likelihood leaves open and what is not known of the
        latents. Two calls give the same answer, unless a generator says otherwise.

        Arguments:
            data: rows; views that a mapping leaves out are missing.
            given: the views to look at; all that were observed, unless said.
            views: the views to answer for; all whose decoders some term trains, unless said.
            samples: draws of the latents from each component of q; 100 over all components, unless said.
            plug_in: decode the mean of each component of q, and no draws: the spread is that of the likelihood alone.
            component: as in `encode`.
            ids: a name for each row of what has no ids itself, for messages and to join rows by.
            generator: randomness of the draws; a seed of its own, unless given.
            validate: False takes the values on trust.

        Raises:
            UsageError: the spec defines no posterior for this evidence, or no term trains the decoder of a view.
        """
        with _evaluating(self):
            wanted = self._targets(views)
            samples = arguments.draws_of(samples, plug_in)
            arguments.require_generator(generator)
            generator = generator or torch.Generator(self._like.device).manual_seed(0)
            inference = self._inference(
                data, given, ids=ids, generator=generator, validate=validate, component=component
            )
            samples = None if plug_in else samples or answers.default_draws(inference)
            return answers.impute(inference, wanted, samples, generator)

    @torch.no_grad()
    def decode(self, values: Mapping[str, Tensor], views: Sequence[str] | None = None) -> dict[str, Distribution]:
        """p(x_m | v) of every view at values of the nodes that its decoder reads.

        Arguments:
            values: `(*batch, dim)` by the name of the node, as `encode` names latents (`z`, `h.image`), and of what is
                conditioned on; their batches broadcast.
            views: the views to answer for; all whose decoders some term trains, unless said.

        Returns:
            A torch distribution over the batch for each view.

        Raises:
            UsageError: a node that is read is not given, has another size, or is none; or no term trains a decoder.
        """
        with _evaluating(self):
            wanted = self._targets(views)
            at = arguments.latent_values(self.networks, values, wanted)
            return {v: answers.decode(self.networks, v, at) for v in wanted}

    @torch.no_grad()
    def generate(
        self, count: int, given: Data | None = None, *, mean: bool = True, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        """New data from the prior, `{view: (count, *shape)}`, of the views whose decoders some term trains.

        Arguments:
            count: how many; for each row of `given`, the first row's first, where the model has conditions.
            given: rows of the views that are conditioned on; for models that have some.
            mean: give E[x | z] of each draw of the latents; False draws x too.
            generator: the randomness.

        Raises:
            UsageError: the model is conditioned on a view and none is given, or the other way round; or no term trains
                a decoder.
        """
        require_given(self.spec, given is not None)
        count = arguments.count_of(count, "count")
        arguments.require_generator(generator)
        require_decoders(self.networks.decoded(), self.networks.decoded())
        with _evaluating(self):
            rows = {} if given is None else self._batch(given).views
            return answers.generate(self.networks, count, rows, mean=mean, generator=generator)

    @torch.no_grad()
    def log_likelihood(
        self,
        data: Data,
        samples: int = 1000,
        *,
        given: Sequence[str] | None = None,
        ids: Ids = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """log p(x_O) of the observed views of each row, `(row,)`, by importance sampling; every weight reset to one.

        Where the model has conditions it is log p(y_O | x), x being what is conditioned on. Where half of the rows
        rest on fewer than two effective draws, and on fewer than one in twenty, a `DataWarning` says so: then the
        values are too low.

        Arguments:
            data: rows.
            samples: draws a row.
            given: the views that q may look at; all that were observed, unless said. It changes the variance only.
            ids: a name for each row of what has no ids itself, for messages and to join rows by.
            generator: the randomness.

        Raises:
            UsageError: a likelihood, prior or posterior has no density, or no term trains the decoder of an observed
                view.
        """
        estimate = self.importance(data, samples, given=given, ids=ids, generator=generator)
        if estimate.unreliable:
            warnings.warn(answers.unreliability(estimate), DataWarning, stacklevel=3)
        return estimate.log_likelihood

    @torch.no_grad()
    def importance(
        self,
        data: Data,
        samples: int = 1000,
        *,
        given: Sequence[str] | None = None,
        ids: Ids = None,
        generator: torch.Generator | None = None,
    ) -> answers.Importance:
        """The same with the number of draws that each row's value rests on, and its error over draws.

        Arguments:
            data: rows.
            samples: draws a row.
            given: the views that q may look at; all that were observed, unless said.
            ids: a name for each row of what has no ids itself, for messages and to join rows by.
            generator: the randomness.

        Raises:
            UsageError: a likelihood, prior or posterior has no density, or no term trains the decoder of an observed
                view.
        """
        samples = arguments.count_of(samples, "samples")
        arguments.require_generator(generator)
        with _evaluating(self):
            observed = self._batch(data, ids)
            require_decoders(observed_views(self.spec, observed), self.networks.decoded())
            return answers.importance(self._inference(observed, given, observed), observed.mask, samples, generator)

    def _targets(self, views: Sequence[str] | None) -> Sequence[str]:
        """The views that are answered for: those asked for, which have to be possible, or all that are."""
        wanted = self.networks.decoded() if views is None else arguments.targets(self.spec, views)
        require_scored(self.spec, wanted)
        require_decoders(wanted, self.networks.decoded())
        return wanted

    def _batch(self, data: Data, ids: Ids = None, *, validate: bool = True) -> Batch:
        """The data on the model's device, checked, with the views of the spec in its order."""
        if isinstance(data, Batch):
            rows = arguments.fitting(self.spec, batch_in_order(data, self.columns))
        else:
            like, columns = self._like, self.columns
            rows = checked(self.spec, data, ids=ids, like=like, validate=validate, partial=True, columns=columns)
        if validate and not tracing():
            require_views(rows)
            require_conditions(self.spec, rows)
        return rows.to(self._like)

    def _inference(
        self,
        data: Data,
        given: Sequence[str] | None,
        whole: Batch | None = None,
        ids: Ids = None,
        generator: torch.Generator | None = None,
        validate: bool = True,
        component: Component = "mixture",
    ) -> Inference:
        names = arguments.evidence(self.spec, given)
        rows = whole or self._batch(data, ids, validate=validate)
        evidence = rows if names is None else rows.only(names)
        if whole is None and not tracing():
            require_views(evidence)
        return infer(self.networks, self.plan, evidence, generator, whole=arguments.whole_of(component))

    @property
    def _like(self) -> Tensor:
        """A tensor with the dtype and device of the model."""
        return self.networks.like

    def draw_noise(self, rows: int, generator: torch.Generator | None = None, phase: str | None = None) -> Noise:
        """The randomness of one step over `rows` data."""
        return draw_noise(self.spec, self._stages[phase].plan, rows, self._like, generator)

    def project(self) -> None:
        """Bring every number that is learnt between bounds back between them; to be called after an optimiser step."""
        self.networks.project()

    def require_complete(self, batch: Batch, phase: str | None = None) -> None:
        """Refuse missing views where something needs them all, and batches that are none.

        Raises:
            DataError: names a row that lacks a view.
        """
        require_complete(self.spec, self._stages[phase].plan, batch)


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Dropout off, for a while."""
    training = model.training
    model.eval()
    try:
        with trusting():
            yield
    finally:
        model.train(training)


def compile(spec: Spec, *, optimize: bool = True, seed: int | None = None) -> Model:  # noqa: A001 - the public verb
    """The module of a checked spec.

    Arguments:
        spec: its views have shapes and likelihoods.
        optimize: False gives the reference interpreter.
        seed: where the starting weights come from; torch's global generator, unless given.

    Raises:
        SpecError: a view without a shape, or a network that cannot read it.
    """
    if seed is None:
        return Model(spec, optimize=optimize)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Model(spec, optimize=optimize)


__all__ = ["Loss", "Model", "compile"]
