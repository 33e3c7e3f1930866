"""Modules that load when they are first used, so that reading and explaining a spec never waits for torch.

`lazy_loader.load` does this by `importlib.util.LazyLoader`, which torch does not survive from Python 3.12 on (it
deletes names from itself while it loads, and the loader recurses). Here the real module is imported in the ordinary
way, at the first use of one of its attributes.
"""

from __future__ import annotations

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
