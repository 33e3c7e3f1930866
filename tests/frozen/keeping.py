"""What is kept in files, and how two answers differ."""

from __future__ import annotations

import difflib
import json
import lzma
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "kept"
RELATIVE, ABSOLUTE = 1e-10, 1e-12
MOST_LINES = 12  # of a text's difference


@cache
def kept(kind: str) -> dict[str, Any]:
    """The answers of a kind by their key."""
    path = FOLDER / f"{kind}.json.xz"
    return json.loads(lzma.decompress(path.read_bytes())) if path.exists() else {}


def keep(kind: str, answers: dict[str, Any]) -> None:
    """Write the answers of a kind: the same bytes for the same answers."""
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{kind}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    kept.cache_clear()


def differences(was: Any, now: Any, place: str = "") -> Iterator[str]:
    """Every place at which two answers differ, and how."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            inner = f"{place} > {key}" if place else key
            if key not in now:
                yield f"{inner}: gone"
            elif key not in was:
                yield f"{inner}: new"
            else:
                yield from differences(was[key], now[key], inner)
    elif isinstance(was, str) and isinstance(now, str) and "\n" in was + now:
        yield from _lines(was, now, place)
    elif _is_records(was) and _is_records(now):
        yield from _lines(_one_a_line(was), _one_a_line(now), place)
    elif not _same(was, now):
        yield f"{place}: {_short(was)} -> {_short(now)}"


def _same(was: Any, now: Any) -> bool:
    """Whether two values are equal, numbers to so many digits; those of a list by the largest of it."""
    if _is_numbers(was) and _is_numbers(now) and len(was) == len(now):
        most = max((abs(x) for x in (*was, *now)), default=0.0)
        return all(_near(a, b, most) for a, b in zip(was, now, strict=True))
    if isinstance(was, float | int) and isinstance(now, float | int):
        return _near(was, now, max(abs(was), abs(now)))
    return bool(was == now)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(x, float) for x in value)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, dict) for x in value)


def _one_a_line(records: list[dict[str, Any]]) -> str:
    """A record a line; a member of it that is a list of records has a line for each of those."""
    lines = []
    for record in records:
        inner = {key: value for key, value in record.items() if _is_records(value)}
        lines.append(_text({key: value for key, value in record.items() if key not in inner}))
        lines += [f"{key}: {_text(item)}" for key, value in sorted(inner.items()) for item in value]
    return "\n".join(lines)


def _near(a: float, b: float, size: float) -> bool:
    return a == b or abs(a - b) <= RELATIVE * size + ABSOLUTE


def _lines(was: str, now: str, place: str) -> Iterator[str]:
    """The lines of a text that differ."""
    lines = list(difflib.unified_diff(was.splitlines(), now.splitlines(), lineterm="", n=0))[2:]
    changed = [line for line in lines if not line.startswith("@@")]
    if changed:
        more = [f"    ... and {len(changed) - MOST_LINES} lines more"] if len(changed) > MOST_LINES else []
        yield "\n".join([f"{place}:", *(f"    {line}" for line in changed[:MOST_LINES]), *more])


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
