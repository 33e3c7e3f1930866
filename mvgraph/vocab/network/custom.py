"""A user's own module as a network word."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from mvgraph.deferring import defer
from mvgraph.errors import Problem, SpecError
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import refuse

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn
else:
    torch = defer("torch")

M = TypeVar("M", bound="type[nn.Module]")
Option = tuple[str, Any, Any]


@dataclass(frozen=True, repr=False)
class Custom(Network):
    """A network made from a user's module class; see `network`."""

    module: ClassVar[type[Any]]
    told: ClassVar[bool] = False  # whether the module takes `outputs`, the shape of the data that a decoder is for

    def encoder(self, inputs: Shape) -> Trunk:
        """The module for data of shape `inputs`."""
        return self._trunk(inputs, None)

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """The module for a latent vector, `inputs=(latent,)`, told `outputs` where it takes them."""
        return self._trunk((latent,), outputs)

    def heads(self, features: Shape, parameters: Mapping[str, Shape], *, makes_data: bool) -> dict[str, nn.Module]:
        """None where the features of a decoder are the one parameter; a vector is taken for it only if it was told."""
        ((name, shape), *further) = parameters.items()
        if makes_data and not further and features == shape and (self.told or len(shape) > 1):
            return {name: torch.nn.Identity()}
        return super().heads(features, parameters, makes_data=makes_data)

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """A convolution of side 1 where features have the shape of data but for their channels; else a linear map."""
        if 1 < len(features) == len(outputs) < 5 and features[1:] == outputs[1:]:
            layer: nn.Module = getattr(torch.nn, f"Conv{len(outputs) - 1}d")(features[0], outputs[0], 1)
            return layer
        return super().head(features, outputs)

    def __reduce__(self) -> tuple[Callable[[object], Network], tuple[object]]:
        return Network.read, (self.write(),)

    def _trunk(self, inputs: Shape, outputs: Shape | None) -> Trunk:
        options = {f.name: getattr(self, f.name) for f in fields(self)} | ({"outputs": outputs} if self.told else {})
        try:
            module = self.module(inputs=inputs, **options)
            features = probe(module, inputs)
        except SpecError:
            raise
        except Exception as error:  # whatever a user's code raises
            text = f"'{self.word}' cannot be built and run for the shape {list(inputs)}: {error}"
            needs = f"make {self.module.__qualname__} map (n, {', '.join(map(str, inputs))}) to (n, features)"
            raise SpecError(Problem("MVG410", (), text, needs)) from error
        return Trunk(module, features) if features else refuse(self.word, inputs, "its module must keep (n, features)")


def network(name: str) -> Callable[[M], M]:
    """Make a module class a network word: `@mvgraph.network("my_net")`.

    The class is built with `inputs`, the shape of what it reads, and options of its own, which become the options
    of the word. It maps `(n, *inputs)` to `(n, *features)`, features of any shape: they are found by running it
    once on zeros. Heads for the parameters of a family are added behind it: linear maps, or convolutions of side 1
    behind maps that have the shape of the data but for their channels. A decoder is built with `inputs=(latent,)`, and
    with `outputs`, the shape of the data, where its `__init__` takes them (an encoder has None there); where what it
    gives is the one parameter of the likelihood itself, nothing is added.

    The class is returned unchanged. A package offers its network by an entry point of the group `mvgraph.vocab` with
    the name `network.my_net`, which leads to the decorated class.

    Arguments:
        name: the word.

    Raises:
        SpecError: not a module class, the name is taken, `inputs` is missing, or an option without a type.

    >>> from torch import nn
    >>> @network("one_layer")
    ... class OneLayer(nn.Module):
    ...     def __init__(self, inputs: tuple[int, ...], width: int = 8) -> None:
    ...         super().__init__()
    ...         self.layer = nn.Linear(inputs[0], width)
    ...     def forward(self, x):
    ...         return self.layer(x).relu()
    >>> Network.read({"one_layer": {"width": 5}}).encoder((3,)).features
    (5,)
    """
    if not isinstance(name, str):
        raise fault("network without a name", 'write @mvgraph.network("my_net") above the class')
    if name in {m.name for m in pkgutil.iter_modules(import_module(Network.registry.package).__path__)}:
        raise fault(f"the network name '{name}' is taken by mvgraph itself", "choose another name")

    def decorate(cls: M) -> M:
        Network.registry.adopt(cls, make(name, cls))
        return cls

    return decorate


def make(name: str, cls: type[nn.Module]) -> type[Custom]:
    """The word class of a user's module class."""
    if not (isinstance(cls, type) and issubclass(cls, torch.nn.Module)):
        raise fault(f"the network '{name}' is {cls!r}, not a module class", "derive it from torch.nn.Module")
    made: type[Custom] = dataclasses.make_dataclass(
        cls.__name__,
        options_of(name, cls),
        bases=(Custom,),
        namespace={"word": name, "module": cls, "told": takes_outputs(cls), "__doc__": cls.__doc__},
        frozen=True,
        repr=False,
        kw_only=True,
    )
    made.__module__ = cls.__module__
    return made


def takes_outputs(cls: type[nn.Module]) -> bool:
    """Whether a module class wants to be told the shape of the data that it decodes to."""
    return "outputs" in inspect.signature(cls).parameters


def options_of(name: str, cls: type[nn.Module]) -> list[Option]:
    """The options of a module class, from the signature of its `__init__`."""
    parameters = dict(inspect.signature(cls).parameters)
    if parameters.pop("inputs", None) is None:
        text = f"the network '{name}': {cls.__qualname__}.__init__ does not take 'inputs'"
        raise fault(text, "write def __init__(self, inputs: tuple[int, ...], ...), inputs being the shape it reads")
    parameters.pop("outputs", None)
    try:
        hints = typing.get_type_hints(cls.__init__)
    except NameError as error:
        text = f"the network '{name}': an annotation of {cls.__qualname__}.__init__ cannot be read: {error}"
        raise fault(text, "use types that exist when the class is defined") from error
    named = [p for p in parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [option(name, p, hints) for p in named]


def option(name: str, parameter: inspect.Parameter, hints: dict[str, Any]) -> Option:
    """One option as a dataclass field: name, type, default."""
    own = parameter.name
    if own not in hints:
        raise fault(f"the option '{own}' of the network '{name}' has no type", f"annotate it, e.g. {own}: int = 64")
    if own in dir(Custom) or own in Custom.__annotations__:
        raise fault(f"the network '{name}' has an option '{own}', a name that every word needs", "rename the option")
    default = MISSING if parameter.default is parameter.empty else parameter.default
    if isinstance(default, list | dict | set):
        raise fault(f"the default {default!r} of '{own}' in the network '{name}' can change", "use a tuple")
    return own, hints[own], field(default=default)


def probe(module: nn.Module, inputs: Shape) -> Shape:
    """The shape of a module's features, found on two zeros of shape `inputs`; `()` where there are none."""
    modes = {m: m.training for m in module.modules()}
    with torch.no_grad():
        features: Tensor = module.eval()(torch.zeros(2, *inputs))
    for part, mode in modes.items():
        part.training = mode
    return tuple(features.shape[1:]) if features.shape[:1] == (2,) else ()


def fault(text: str, remedy: str) -> SpecError:
    """The error of a module class that cannot become a word."""
    return SpecError(Problem("MVG411", (), text, remedy))
