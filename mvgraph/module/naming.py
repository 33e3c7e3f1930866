"""The names of networks inside the modules that hold them."""

from __future__ import annotations

from mvgraph.objective.keys import Ref


def module_name(ref: Ref, view: str | None = None) -> str:
    """A module's name: no dots, and never the name of an attribute.

    >>> module_name(Ref("h", "image"), "image"), module_name(Ref("z"))
    ('h@image(image)', 'z()')
    """
    copy = f"@{ref.view}" if ref.view is not None else ""
    return f"{ref.node}{copy}({view or ''})"
