"""What is asked of a model in Python: each slip is refused with its remedy, and what can be understood works."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from mvgraph.data.batch import Batch
from mvgraph.data.objects import tabulate
from mvgraph.errors import DataError, MvgraphError, UsageError
from mvgraph.module.model import Model

from .models import data, model, small

NAMES = ("touch", "sound")
VERBS = ("loss", "encode", "impute", "log_likelihood", "responsibilities")


def made() -> Model:
    return model(small("mvae", NAMES))


def rows(count: int = 3) -> Batch:
    return data(made().spec, count)


NO_MAPPING: dict[str, Any] = {
    "list": [torch.zeros(3, 2)],
    "tensor": torch.zeros(3, 2),
    "array": np.zeros((3, 2)),
    "DataLoader": DataLoader(TensorDataset(torch.zeros(3, 2)), batch_size=2),
    "str": "digits",
    "NoneType": None,
    "int": 3,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", NO_MAPPING)
def test_what_is_no_mapping_of_views(verb: str, kind: str) -> None:
    words = r"(data of the type \w+ do not say which view is which|batches of the loader are lists)\n.*remedy"
    with pytest.raises(DataError, match=words):
        getattr(made(), verb)(NO_MAPPING[kind])


@pytest.mark.parametrize("verb", VERBS)
def test_no_view_at_all(verb: str) -> None:
    with pytest.raises(DataError, match="MVG706: there are no views"):
        getattr(made(), verb)({})


COUNTS: list[Any] = [0, -1, "3", 1.5, True, [2], float("nan"), torch.tensor([1, 2])]


@pytest.mark.parametrize("value", COUNTS, ids=repr)
def test_what_is_no_number_of_things(value: Any) -> None:
    asked = made()
    for name, ask in {
        "count": lambda: asked.generate(value),
        "samples": lambda: asked.impute(rows(), samples=value),
        "samples ": lambda: asked.log_likelihood(rows(), value),
    }.items():
        with pytest.raises(UsageError, match=f"{name.strip()} is a whole number from 1 up, not "):
            ask()


def test_numbers_of_numpy_are_numbers() -> None:
    assert made().generate(np.int64(2))["touch"].shape == (2, 2)
    assert len(made().impute(rows(), samples=np.int32(2))["touch"].log_weights) == 2


@pytest.mark.parametrize("verb", ["encode", "impute", "log_likelihood"])
def test_evidence_is_named(verb: str) -> None:
    ask = getattr(made(), verb)
    with pytest.raises(UsageError, match=r"given=\[\] names no view to look at; leave `given` out.*generate draws"):
        ask(rows(), given=[])
    with pytest.raises(UsageError, match="there is no view 'zzz'; the views are touch, sound"):
        ask(rows(), given=["zzz"])


def test_one_view_needs_no_list() -> None:
    asked = made()
    assert torch.equal(asked.encode(rows(), given="touch")["z"].mean, asked.encode(rows(), given=["touch"])["z"].mean)
    assert list(asked.impute(rows(), views="sound")) == ["sound"]


def test_views_to_answer_for_are_named() -> None:
    with pytest.raises(UsageError, match="there is no view 'zzz'; the views are touch, sound"):
        made().impute(rows(), views=["zzz"])
    with pytest.raises(UsageError, match=r"views=\[\] names no view to answer for"):
        made().impute(rows(), views=[])


def test_draws_and_means_are_not_both() -> None:
    with pytest.raises(UsageError, match="makes no draws: leave out samples, or plug_in"):
        made().impute(rows(), samples=3, plug_in=True)


@pytest.mark.parametrize("verb", ["impute", "log_likelihood", "generate"])
def test_a_seed_is_no_generator(verb: str) -> None:
    with pytest.raises(UsageError, match=r"generator is a torch.Generator, e.g. torch.Generator\(\).manual_seed\(0\)"):
        getattr(made(), verb)(3 if verb == "generate" else rows(), generator=3)


def test_a_batch_in_another_order_is_put_in_order() -> None:
    """The columns of its mask go with its views."""
    asked, whole = made(), rows(4)
    mask = torch.tensor([[True, False], [True, True], [False, True], [True, True]])
    straight = Batch(whole.views, mask)
    turned = Batch(dict(reversed(whole.views.items())), mask.flip(1))
    assert torch.equal(asked.encode(turned)["z"].mean, asked.encode(straight)["z"].mean)
    noise = asked.draw_noise(4)
    assert torch.equal(asked.loss(turned, noise=noise).rows, asked.loss(straight, noise=noise).rows)


def bad(change: dict[str, Any], mask: Any = None) -> Batch:
    views = {**rows().views, **change}
    return Batch(views, torch.ones(3, len(views), dtype=torch.bool) if mask is None else mask)


BATCHES = [
    (bad({"touch": torch.zeros(3, 5)}), r"view 'touch' has rows of shape \[5\], the spec says \[2\]"),
    (bad({"smell": torch.zeros(3, 5)}), "the batch has the views touch, sound, smell, the spec touch, sound"),
    (bad({}, torch.ones(3, 2)), r"the mask is torch.float32 \(3, 2\), not bool \(row, 2\)"),
    (bad({}, torch.ones(3, 3, dtype=torch.bool)), r"the mask is torch.bool \(3, 3\)"),
]


@pytest.mark.parametrize(("batch", "words"), BATCHES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_batch_that_does_not_fit(verb: str, batch: Batch, words: str) -> None:
    with pytest.raises(DataError, match=words):
        getattr(made(), verb)(batch)


def test_tables_are_data() -> None:
    asked, whole = made(), rows()
    tables = tabulate(whole.views)
    assert torch.equal(asked.encode(tables)["z"].mean, asked.encode(whole)["z"].mean)


ODD = st.one_of(
    *(st.none(), st.booleans(), st.integers(-2, 2), st.floats(), st.text(max_size=3), st.just([]), st.just({})),
    st.dictionaries(st.sampled_from([*NAMES, "zzz", 1]), st.sampled_from([None, 1, "x", [], [[1.0, 2.0]], [[None]]])),
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    verb=st.sampled_from([*VERBS, "generate", "decode"]),
    value=ODD,
    keyword=st.sampled_from(["given", "views", "samples"]),
)
def test_nothing_odd_ends_in_a_raw_exception(verb: str, value: Any, keyword: str) -> None:
    """As data, and as an option; what is refused is refused in words of ours."""
    asked = made()
    for ask in (lambda: getattr(asked, verb)(value), lambda: asked.impute(rows(), **{keyword: value})):
        with suppress(MvgraphError):
            ask()
