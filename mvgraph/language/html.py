"""A whole HTML document, which loads nothing and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
from html import escape

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
"""
FOOT = "</body>\n</html>\n"


def document(title: str, body: str, style: str, script: str = "") -> str:
    """The document.

    >>> "<title>a &lt; b</title>" in document("a < b", "<p>text</p>", "")
    True

    Arguments:
        title: plain text.
        body: HTML.
        style: CSS, with a line break at its end.
        script: JavaScript; none is allowed where this is empty.
    """
    head = HEAD.format(policy=_policy(script), title=escape(title), style=style, body=body)
    return head + (f"<script>{script}</script>\n" if script else "") + FOOT


def _policy(script: str) -> str:
    """Nothing is loaded, and no script runs but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"script-src 'sha256-{digest}'; " if script else ""
    return f"default-src 'none'; {allowed}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
