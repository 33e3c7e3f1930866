"""Demands along one axis: none is met at the price of another, and what cannot be met is said."""

from __future__ import annotations

import pytest

from mvgraph.drawing.separating import Apart, Choice, Order, decide
from mvgraph.drawing.settling import Spring, settle


def test_what_follows_from_demands_cannot_be_contradicted():
    order = Order("abc")
    order.add([Apart("a", "b", 2.0), Apart("b", "c", 3.0)])
    assert order.allows([Apart("a", "c", 9.0)])
    assert not order.allows([Apart("c", "a", 0.0)])
    assert order.allows([Apart("c", "a", -5.0)])
    assert not order.allows([Apart("c", "a", -4.9)])


def test_a_choice_without_a_way_is_made_earlier_in_the_next_attempt():
    left, right = (Apart("a", "b", 1.0),), (Apart("b", "a", 1.0),)
    free = Choice((left, right), "free")
    strict = Choice((right,), "strict")
    order, given_up = decide("ab", [], [free, strict])
    assert given_up == ()
    assert order.kept == [Apart("b", "a", 1.0)]


def test_what_no_order_can_keep_is_given_up_in_words():
    order, given_up = decide("ab", [Apart("a", "b", 1.0)], [Choice(((Apart("b", "a", 1.0),),), "b is not before a")])
    assert given_up == ("b is not before a",)
    assert order.kept == [Apart("a", "b", 1.0)]


def test_what_need_not_hold_is_given_up_silently():
    wish = Choice(((Apart("b", "a", 1.0),),))
    assert decide("ab", [Apart("a", "b", 1.0)], [wish])[1] == ()


def test_the_best_coordinates_keep_all_demands_and_are_symmetric():
    demands = [Apart("a", "b", 4.0), Apart("b", "c", 4.0)]
    found = settle("abcz", demands, [Spring("z", name, 1.0) for name in "abc"])
    assert found["b"] == pytest.approx(found["z"], abs=1e-6)
    assert found["b"] - found["a"] == pytest.approx(4.0)
    assert found["c"] - found["b"] == pytest.approx(4.0)


def test_one_thing_alone_is_at_home():
    assert settle("a", [], []) == {"a": 0.0}
