"""The texts of the page, each in English and in Korean.

The name of a text and its values enter; HTML with both languages leaves: which of them is seen is decided by the page's style
sheet, so that a page that runs no script can switch. The texts stand in ``messages.toml``, two strings each; they may hold
tags, while values are escaped unless they are HTML already. Both languages have the same values, which a test checks.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

#: The class of the elements that hold a language, as the style sheet knows it, and the language's code.
LANGUAGES = (("e", "en"), ("k", "ko"))


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the page: the name of its text, and the values in it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


def told(key: str, **values: Any) -> Told:
    """A sentence, to be written by the page."""
    return Told(key, values)


@cache
def messages() -> Mapping[str, tuple[str, str]]:
    """``table.name`` -> (English, Korean)."""
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))
    return {f"{table}.{name}": (both[0], both[1]) for table, rows in tables.items() for name, both in rows.items()}


def written(message: str | Told, /, **values: Any) -> Markup:
    """A text in both languages, for HTML."""
    return _in_both(message, values, tag="span")


def drawn(message: str | Told, /, **values: Any) -> Markup:
    """A text in both languages, for the text of a drawing (SVG knows no ``span``)."""
    return _in_both(message, values, tag="tspan")


def is_known(table: str, name: str) -> bool:
    """Whether there is a text for a name that comes from the run: a stage, a rule, a kind of personal data."""
    return f"{table}.{name}" in messages()


def _in_both(message: str | Told, values: Mapping[str, Any], *, tag: str) -> Markup:
    key, values = (message.key, message.values) if isinstance(message, Told) else (message, values)
    pairs = zip(LANGUAGES, messages()[key], strict=True)
    return Markup("").join(
        Markup(f'<{tag} class="{kind}" lang="{code}">{text}</{tag}>').format(**values) for (kind, code), text in pairs
    )
