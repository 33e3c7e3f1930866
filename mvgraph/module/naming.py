"""The names of networks inside the modules that hold them."""

from __future__ import annotations

from mvgraph.objective.keys import Ref


def module_name(ref: Ref, view: str | None = None) -> str:
    """A module's name: no dots (`z.1` is `z@1`), and never the name of an attribute.

    >>> module_name(Ref("h", "image"), "image"), module_name(Ref("z.1"))
    ('h@image(image)', 'z@1()')
    """
    copy = f"@{ref.view}" if ref.view is not None else ""
    return f"{ref.node.replace('.', '@')}{copy}({view or ''})"
