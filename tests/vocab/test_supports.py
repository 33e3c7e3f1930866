"""Data as families want them: class numbers as one-hot rows, values outside the support."""

import pytest
import torch

from mvgraph.errors import DataError
from mvgraph.vocab.family import Family

pytestmark = pytest.mark.usefixtures("double")


def test_class_numbers_become_one_hot():
    family = Family.read("categorical")
    text = family.prepare(torch.tensor([[0, 2], [1, 1]]), (2, 3))
    assert text.shape == (2, 2, 3)
    assert text.dtype == torch.get_default_dtype()
    assert torch.equal(text.argmax(-1), torch.tensor([[0, 2], [1, 1]]))
    assert family.prepare(text, (2, 3)) is text
    assert torch.equal(family.prepare(text.long(), (2, 3)), text)


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        ([0, 3, 1], (3,), r"row 1 \(counted from 0\): the class 3 is not one of 0 to 2"),
        ([0, 1, -1], (3,), r"row 2 .* the class -1 is not one of 0 to 2"),
        ([[0, 9], [0, 0]], (2, 3), r"row 0 .* the class 9"),
        ([[0, 1], [0, 0]], (3,), r"expected class numbers .* found the shape \(2, 2\)"),
    ],
    ids=str,
)
def test_classes_out_of_range_are_refused(value, shape, message):
    with pytest.raises(DataError, match=message):
        Family.read("categorical").prepare(torch.tensor(value), shape)


@pytest.mark.parametrize(
    ("word", "value", "outside"),
    [
        ("bernoulli", [0.0, 0.4, 1.0, 1.1, -0.1, float("nan")], [0, 0, 0, 1, 1, 1]),
        ("continuous_bernoulli", [0.0, 0.4, 1.0, 1.1, -0.1], [0, 0, 0, 1, 1]),
        ("poisson", [0.0, 3.0, 0.5, -1.0, float("inf")], [0, 0, 1, 1, 1]),
        ("negative_binomial", [0.0, 3.0, 0.5, -1.0], [0, 0, 1, 1]),
        ("categorical", [[1.0, 0.0], [1.0, 1.0], [2.0, -1.0]], [[0, 0], [1, 1], [1, 1]]),
    ],
    ids=str,
)
def test_values_outside_the_support_are_found(word, value, outside):
    found, support = Family.read(word).invalid(torch.tensor(value))
    assert found.int().tolist() == outside
    assert support


def test_real_families_take_every_number():
    assert all(Family.read(word).invalid(torch.zeros(2)) is None for word in ("normal", "laplace", "student_t", "mse"))
