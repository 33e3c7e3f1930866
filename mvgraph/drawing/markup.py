"""XML elements: numbers with short decimals, any text made safe, one way to write them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, indent, tostring

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *content: Element | str, **attributes: str | float) -> Element:
    """An element with children or a text; `class_` stands for `class`, other underscores for hyphens

    >>> write(element("path", element("title", "a < b"), class_="q", stroke_width=1.0, fill=""))
    '<path class="q" stroke-width="1"><title>a &lt; b</title></path>'
    """
    made = Element(tag)
    made.text = "".join(_safe(part) for part in content if isinstance(part, str)) or None
    made.extend(part for part in content if not isinstance(part, str))
    for name, value in attributes.items():
        written = value if isinstance(value, str) else number(value)
        if written:
            made.set(name.rstrip("_").replace("_", "-"), _safe(written))
    return made


def number(value: float) -> str:
    """A number with two decimals at most.

    >>> number(1.0), number(-0.001), number(2 / 3)
    ('1', '0', '0.67')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def write(root: Element, *, lines: bool = False) -> str:
    """An element as text, each of its descendants on a line of its own if wanted."""
    if lines:
        indent(root, " ")
    return tostring(root, encoding="unicode") + ("\n" if lines else "")


def anchor(kind: str, name: str) -> str:
    """An id for any name: another one for every other name.

    >>> anchor("node", "x.m"), anchor("edge", "z>x_1:p")
    ('node-x.m', 'edge-z_3e_x_5f_1_3a_p')
    """
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", name)


def _safe(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
