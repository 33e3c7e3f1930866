"""Modules that load when they are first used, so that reading and explaining a spec never waits for torch.

`importlib.util.LazyLoader`, and with it the package `lazy_loader`, is no way: torch does not survive it from Python
3.12 on (it deletes names from itself while it loads, and the loader recurses). Here the real module is imported in
the ordinary way, at the first use of one of its attributes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module, and becomes a copy of it attribute by attribute."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def defer(name: str) -> Any:
    """A stand-in for the module `name`, which is imported when one of its attributes is first asked for.

    >>> json = defer("json")
    >>> json.loads("[1]")
    [1]

    Arguments:
        name: the module's full name.

    Raises:
        ImportError: at first use, where there is no such module.
    """
    return _Later(name)


def attach(module: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for `module` that imports each name from its home when it is first asked for.

    Arguments:
        module: the full name of the module that offers the names.
        homes: for each name, the full name of the module that defines it.
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module '{module}' has no attribute '{name}'")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[module], name, value)
        return value

    return find
