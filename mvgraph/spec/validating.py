"""The schema's errors in the user's words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from mvgraph.errors import Path, Problem
from mvgraph.registry import nearest
from mvgraph.spec.schema import Schema, shared_schema

LACKS = ("MVG113", "MVG116")  # the codes of what is not there
_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}


def _is_integer(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_types = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number})
_Strict: Any = extend(Draft202012Validator, type_checker=_types)  # type: ignore[no-untyped-call]


@cache
def _validator(_identity: int) -> Validator:  # one for each schema; `shared_schema` keeps its results alive
    validator: Validator = _Strict(shared_schema())
    return validator


def validate(tree: Any) -> list[Problem]:
    """Everything in a tree that the schema does not allow, without places.

    >>> [p.message for p in validate({"mvgraph": 2})][:1]
    ['mvgraph: expected 1, found 2']
    """
    found: dict[tuple[Path, str], Problem] = {}
    for error in _validator(id(shared_schema())).iter_errors(tree):
        for problem in _problems(error):
            found.setdefault((problem.path, problem.message), problem)
    return list(found.values())


def show(value: object) -> str:
    """A value in a message: short.

    >>> show({"a": 1}), show("x"), show(None)
    ('a mapping', "'x'", 'nothing')
    """
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if _foreign(value):
        return f"the class {value.__name__}" if isinstance(value, type) else f"an object of the class {_class(value)}"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _foreign(value: Any) -> bool:
    """Whether a value is something of Python that no text can hold, such as a module or its class."""
    return not isinstance(value, str | int | float | dict | list | tuple | type(None))


def _class(value: Any) -> str:
    return (value if isinstance(value, type) else type(value)).__name__


def _problems(error: ValidationError) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    yield from _EXPLAIN.get(str(error.validator), _other)(path, error.instance, schema)


def _last(path: Path) -> str:
    return ".".join(map(str, path)) or "the spec"


def _unknown_key(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    known = list(schema.get("properties", {}))
    for key in value:
        if key in known:
            continue
        here = (*path, key)
        if noun := schema.get("x-noun"):
            yield Problem("MVG110", here, f"unknown {noun} '{key}'", _instead(noun, key, known))
        elif ")" in key:  # half of a density in a flow mapping
            remedy = "quote a density that has a comma: 'q(z | a, b)'"
            yield Problem("MVG119", here, f"unknown key '{key}' in {_last(path)}", remedy)
        elif word := schema.get("x-word"):
            remedy = nearest(key, known) if known else "it has no options"
            yield Problem("MVG112", here, f"'{word}' has no option '{key}'", remedy)
        else:
            also = nearest(key, [*known, *schema.get("x-also", ())], surely=len(known) == 1)
            yield Problem("MVG119", here, f"unknown key '{key}' in {_last(path)}", also)


_WRITTEN_OTHERWISE = {  # by the noun of the slot: names of the field that are other keys here
    "fusion": {
        "moe": "write mixture: singles in q: a mixture of the experts; fuse says how experts are multiplied",
        "mopoe": "write mixture: subsets and fuse: poe in q: a mixture of the products of all subsets",
        "mixture": "write mixture: singles, or mixture: subsets, in q",
    },
}


def _instead(noun: str, word: str, words: list[str]) -> str:
    """What to write in place of a word that is not known."""
    return _WRITTEN_OTHERWISE.get(noun, {}).get(word.lower()) or nearest(word, sorted(words))


def _missing(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    for key in schema["required"]:
        if key in value:
            continue
        if word := schema.get("x-word"):
            yield Problem("MVG113", path, f"'{word}' needs the option '{key}'", f"write {{{word}: {{{key}: ...}}}}")
        else:
            about = schema["properties"][key].get("description", "").rstrip(".")
            remedy = _REMEDY.get(key) or f"add `{key}: ...`{f' ({about})' if about else ''}"
            yield Problem("MVG116", path, f"{_last(path)} lacks the key '{key}'", remedy)


_REMEDY = {
    "mvgraph": "start the file with `mvgraph: 1`",
    "latent": "a node has `latent: FAMILY`, `discrete: K`, `observed: true`, `condition: true` or `pseudo: LATENT`",
}


def _wrong_type(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    noun = schema.get("x-noun")
    expected = schema.get("x-expected") or (f"a {noun}" if noun else " or ".join(_NOUNS[k] for k in kinds))
    message = f"{_last(path)}: expected {expected}, found {show(value)}"
    yield Problem("MVG114", path, message, _type_remedy(kinds, noun, value, str(path[-1]) if path else "network"))


def _type_remedy(kinds: list[str], noun: str | None, value: Any, place: str) -> str:
    if noun == "network" and _foreign(value):
        name = _class(value)
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        return f'write @mvgraph.network("{word}") above the class {name}, and {place}: {word} here'
    if noun in shared_schema()["$defs"]:
        return f"write one of: {', '.join(shared_schema()['$defs'][noun]['then']['enum'])}"
    if "array" in kinds and "integer" not in kinds and isinstance(value, str | int | float):
        return f"write a list: [{show(value).strip(BRACKETS)}]"
    return _BOOLEAN if "boolean" in kinds and value in _YES_NO else ""


QUOTE = "'"
BRACKETS = "'()[]{} "
_BOOLEAN = "write true or false; yes, no, on and off are texts"
_YES_NO = ("yes", "no", "on", "off", "Yes", "No", "On", "Off")


def _not_one_of(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    noun, words = schema.get("x-noun"), schema["enum"]
    if noun:
        yield Problem("MVG110", path, f"unknown {noun} {show(value)}", _instead(noun, str(value), words))
        return
    each = [show(w).strip(QUOTE) for w in words]
    expected = schema.get("x-expected") or (f"one of {', '.join(each)}" if each[1:] else each[0])
    remedy = nearest(str(value), each) if each[1:] else f"write {each[0]}"
    yield Problem("MVG114", path, f"{_last(path)}: expected {expected}, found {show(value)}", remedy)


def _needy(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    missing = schema["x-needs"][value]
    example = ", ".join(f"{option}: ..." for option in missing)
    options = f"option{'s' * (len(missing) > 1)} {', '.join(missing)}"
    yield Problem("MVG113", path, f"'{value}' needs the {options}", f"write {{{value}: {{{example}}}}}")


def _count(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    noun = schema.get("x-noun")
    if noun:
        words = ", ".join(sorted(schema.get("properties", {})))
        message = f"{_last(path)}: expected one {noun}, found {len(value) or 'none'}"
        yield Problem("MVG111", path, message, f"one mapping names one {noun}: {words}")
    else:
        yield Problem("MVG114", path, f"{_last(path)} is empty", "write one entry at least")


def _bound(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    low, high, above = schema.get("minimum"), schema.get("maximum"), schema.get("exclusiveMinimum")
    if above is not None and value <= above:
        message = f"{_last(path)}: expected a number above {above}, found {show(value)}"
        yield Problem("MVG114", path, message, f"write a number above {above}, or leave the key out")
        return
    small = low is not None and value < low
    limit = f"at least {low}" if small else f"at most {high}"
    message = f"{_last(path)}: expected a number of {limit}, found {show(value)}"
    yield Problem("MVG114", path, message, f"write {low} or more" if small else f"write {high} or less")


def _pattern(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    noun = schema.get("x-noun")
    if noun:
        message = f"{show(value)} cannot be the name of a {noun}"
        remedy = "a name has letters, digits and _" + (" and -" if noun == "view" else ", and starts with a letter")
        yield Problem("MVG119", (*path, str(value)), message, remedy)
    else:
        expected = schema.get("x-expected", "the name or the number of a view")
        yield Problem("MVG114", path, f"{_last(path)}: expected {expected}, found {show(value)}")


def _other(path: Path, value: Any, schema: Schema) -> Iterator[Problem]:
    expected = schema.get("x-expected", "another value")
    yield Problem("MVG114", path, f"{_last(path)}: expected {expected}, found {show(value)}")


_EXPLAIN: dict[str, Callable[[Path, Any, Schema], Iterator[Problem]]] = {
    "additionalProperties": _unknown_key,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_one_of,
    "const": _not_one_of,
    "not": _needy,
    "minProperties": _count,
    "maxProperties": _count,
    "minItems": _other,
    "maxItems": _other,
    "minimum": _bound,
    "exclusiveMinimum": _bound,
    "maximum": _bound,
    "pattern": _pattern,
}
