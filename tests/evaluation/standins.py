"""Models whose answers are known exactly, written without the framework."""

# ruff: noqa: ARG002 - every model is asked in the same way, whether it looks at all arguments or not

import math

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, OneHotCategorical

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.module.answers import Importance
from mvgraph.spec.reading import load

NOISE = 0.5  # the deviation of a and b around z


def exactly(logs, samples):
    """An estimate all of whose draws say the same."""
    return Importance(logs, torch.full_like(logs, samples), samples)


def gaussian_spec(likelihood="normal"):
    return load(
        "mvae", views={"a": {"shape": [1], "likelihood": likelihood}, "b": {"shape": [1], "likelihood": "normal"}}
    )


def gaussian_rows(rows, seed=0):
    """z ~ N(0, 1); a and b are z + 0.5 ε."""
    draw = torch.Generator().manual_seed(seed)
    z = torch.randn(rows, 1, generator=draw)
    views = {v: z + NOISE * torch.randn(rows, 1, generator=draw) for v in ("a", "b")}
    return Batch(views, torch.ones(rows, 2, dtype=torch.bool))


class Gaussian:
    """The exact answers for `gaussian_rows`."""

    def __init__(self, likelihood="normal"):
        self.spec = gaussian_spec(likelihood)
        self.chunks = []

    def _posterior(self, batch, given):
        batch = batch if given is None else batch.only(given)
        total = sum(torch.where(batch.mask[:, i, None], batch.views[v], 0.0) for i, v in enumerate("ab"))
        precision = 1 + batch.mask.sum(1, keepdim=True) / NOISE**2
        return total / NOISE**2 / precision, precision.rsqrt()

    def encode(self, batch, given=None):
        return {"z": Independent(Normal(*self._posterior(batch, given)), 1)}

    def impute(self, batch, given=None, *, views=None, samples=None, generator=None):
        self.chunks.append(len(batch))
        mean, deviation = self._posterior(batch, given)
        answer = Independent(Normal(mean, (deviation**2 + NOISE**2).sqrt()), 1)
        return dict.fromkeys(views or "ab", answer)

    def generate(self, count, *, generator=None):
        z = torch.randn(count, 1, generator=generator)
        return {"a": z, "b": z}

    def importance(self, batch, samples=1000, *, generator=None):
        self.chunks.append(len(batch))
        return exactly(torch.stack([self._density(batch, i) for i in range(len(batch))]), samples)

    def _density(self, batch, row):
        """log N(x; 0, 11' + 0.25 I) over the observed entries."""
        mask = batch.mask[row]
        if self.spec.view("a").likelihood.word == "mse":
            raise UsageError("log p(X) is not defined: the likelihood of view a is 'mse', which has no density")
        x = torch.cat([batch.views[v][row] for v in "ab"])[mask]
        cov = torch.ones(len(x), len(x)) + NOISE**2 * torch.eye(len(x))
        return -0.5 * (x @ torch.linalg.solve(cov, x) + torch.logdet(cov) + len(x) * math.log(2 * math.pi))


CLASSES = 4
CENTERS = 6 * torch.eye(CLASSES, dtype=torch.float64)


def class_rows(rows, seed=0):
    """A class c, one-hot in `label`; a and b are 6 e_c + ε."""
    draw = torch.Generator().manual_seed(seed)
    c = torch.randint(CLASSES, (rows,), generator=draw)
    views = {v: CENTERS[c] + torch.randn(rows, CLASSES, generator=draw) for v in ("a", "b")}
    views["label"] = torch.nn.functional.one_hot(c, CLASSES).double()
    return Batch(views, torch.ones(rows, 3, dtype=torch.bool))


class Perfect:
    """Finds the class of any view and makes views of that class; its posterior is a mixture over the views given."""

    def __init__(self):
        continuous = {"shape": [CLASSES], "likelihood": "normal"}
        views = {"a": continuous, "b": continuous, "label": {"shape": [CLASSES], "likelihood": "categorical"}}
        self.spec = load("mopoe", views=views)

    def guess(self, values, generator):
        return values.argmax(-1)

    def impute(self, batch, given=None, *, views=None, samples=None, generator=None):
        names = [v for v in batch.names if v in (given or batch.names)]
        c = torch.stack([self.guess(batch.views[v], generator) for v in names], 1)  # (row, component)
        near = torch.nn.functional.one_hot(c, CLASSES).double() * 0.96 + 0.01
        weights = Categorical(logits=torch.zeros(len(batch), len(names)))
        parts = {v: Independent(Normal(CENTERS[c], 1.0), 1) for v in "ab"} | {"label": OneHotCategorical(near)}
        return {v: MixtureSameFamily(weights, parts[v]) for v in views or batch.names}

    def generate(self, count, *, generator=None):
        c = torch.randint(CLASSES, (count,), generator=generator)
        return {"a": CENTERS[c], "b": CENTERS[c], "label": torch.nn.functional.one_hot(c, CLASSES).double()}

    def encode(self, batch, given=None):
        return {"z": Independent(Normal(batch.views["a"], 1.0), 1)}

    def importance(self, batch, samples=1000, *, generator=None):
        return exactly(torch.zeros(len(batch)), samples)


class Random(Perfect):
    """Guesses."""

    def guess(self, values, generator):
        return torch.randint(CLASSES, (len(values),), generator=generator)

    def generate(self, count, *, generator=None):
        c = [torch.randint(CLASSES, (count,), generator=generator) for _ in range(3)]
        return {"a": CENTERS[c[0]], "b": CENTERS[c[1]], "label": torch.nn.functional.one_hot(c[2], CLASSES).double()}


class Partial(Perfect):
    """Has a posterior given `a` only."""

    def impute(self, batch, given=None, **options):
        if tuple(given or ()) != ("a",):
            raise UsageError(f"no posterior is defined given {', '.join(given or ())}")
        return super().impute(batch, given, **options)

    def importance(self, batch, samples=1000, *, generator=None):
        raise UsageError("log p(X) is not defined")
