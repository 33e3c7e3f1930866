"""LaTeX as MathML, which browsers set by themselves."""

from __future__ import annotations

import html
from typing import Any
from xml.etree import ElementTree

from mvgraph.deferring import defer

converter = defer("latex2mathml.converter")

OPERATORS = {"~": "∼", "|": "|", ";": ";", r"\{": "{", r"\}": "}"}  # what the converter takes for letters, or leaves
BIG = "1.2em"  # what the converter makes of "big"
FOREIGN = ("class", "href", "id", "style")  # attributes by which a label could reach out of its formula


def mathml(latex: str, *, block: bool = False) -> str:
    """LaTeX, without dollar signs, as one `math` element; all text in it is escaped.

    >>> mathml("x_{1}")
    '<math display="inline"><mrow><msub><mi>x</mi><mrow><mn>1</mn></mrow></msub></mrow></math>'

    Arguments:
        latex: a formula, or an `aligned` environment.
        block: set on lines of its own.
    """
    written = latex.replace("{aligned}", "{split}")  # the converter knows the environment by this name alone
    tree = converter.Converter(display="block" if block else "inline").convert_to_element(written)
    for element in list(tree.iter()):
        _mend(element)
    del tree.attrib["xmlns"]
    return ElementTree.tostring(tree, encoding="unicode")


def _mend(element: Any) -> None:
    """Characters in place of their numbers, relations as operators, and a space after the name of a function."""
    for key in FOREIGN:
        element.attrib.pop(key, None)
    element.text = html.unescape(element.text) if element.text else element.text
    if element.get("minsize") == BIG:  # browsers leave gaps around it, and it is hardly larger than others
        element.attrib = {"stretchy": "false"}
    if element.text in OPERATORS:
        element.tag, element.text = "mo", OPERATORS[element.text]
    named = [n for n, child in enumerate(element, 1) if child.tag == "mi" and len(html.unescape(child.text or "")) > 1]
    for position in reversed(named):
        if position < len(element):
            element.insert(position, ElementTree.Element("mspace", {"width": "0.167em"}))
