"""Untrusted text and plain numbers, made fit to be read on a page.

Text of the corpus may hold markup, control characters, right-to-left overrides and words without end; what leaves is
escaped HTML in which every invisible or direction-changing character is shown as a small ``U+202E`` tag (Unicode
Technical Report 36, section 2, on why such characters must not act on the text around them).
"""

import math
import re
import unicodedata

from markupsafe import Markup, escape

# Controls but tab and line feed; soft hyphen; bidirectional marks, embeddings, overrides and isolates; zero-width space;
# line and paragraph separators; lone surrogates; byte order mark; interlinear marks; non-characters; tag characters.
# Zero-width joiner and non-joiner stay as they are: Persian and Hindi are spelt with them.
_INVISIBLE = re.compile(
    "([\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ud800-\\udfff\\ufdd0-\\ufdef\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\\U000e0000-\\U000e0fff])\\1*"
)
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def visible(text: str, max_characters: int = 200) -> Markup:
    """The first ``max_characters`` code points of ``text``, escaped, with what cannot be seen made visible."""
    shown, position, pieces = text[:max_characters], 0, list[str]()
    for match in _INVISIBLE.finditer(shown):
        pieces.append(str(escape(shown[position : match.start()])))
        times = match.end() - match.start()
        repeat = f"×{times}" if times > 1 else ""
        pieces.append(f'<span class="cp">U+{ord(match[1]):04X}{repeat}</span>')
        position = match.end()
    pieces.append(str(escape(shown[position:])))
    if len(text) > max_characters:
        pieces.append('<span class="cut">…</span>')
    return Markup("".join(pieces))


def count(value: int | None) -> str:
    """A whole number with thousands separators; an en dash for "not known"."""
    return "–" if value is None else f"{value:,}"


def breakable(text: str, max_characters: int = 200) -> Markup:
    """A name in snake_case, of which a narrow column may break the line at an underscore."""
    return Markup("_<wbr>").join(Markup(part) for part in visible(text, max_characters).split("_"))


def compact(value: int) -> str:
    """A whole number in a few figures, for the narrow places of a chart: 950, 1.2k, 35k, 2.09M."""
    if value < 1000:
        return str(value)
    amount, unit = value / 1000, 0
    while amount >= 999.5:
        amount, unit = amount / 1000, unit + 1
    digits = 1 if amount < 9.95 else 0
    return f"{amount:.{digits + (unit > 0 and amount < 100)}f}{'kMGTPE'[unit]}"


def fitting(text: str, cells: int = 20) -> Markup:
    """As much of a name as fits into a number of cells: a letter of an East Asian script takes two."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > cells:
            return visible(text[:place].rstrip() + "…", place + 1)
    return visible(text)


def size(num_bytes: int | None) -> str:
    """A size in decimal units, three significant digits."""
    if num_bytes is None:
        return "–"
    amount, unit = float(num_bytes), 0
    while abs(amount) >= 999.5 and unit < len(_BYTE_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    if unit == 0:
        return f"{num_bytes}\N{NO-BREAK SPACE}B"
    digits = 2 if abs(amount) < 9.995 else 1 if abs(amount) < 99.95 else 0
    return f"{amount:.{digits}f}\N{NO-BREAK SPACE}{_BYTE_UNITS[unit]}"


def share(part: float | None, whole: float | None) -> str:
    """``part / whole`` in per cent to two places; never "0.00 %" of something nor "100.00 %" of nearly all."""
    if part is None or not whole:
        return "–"
    ratio = part / whole
    if 0 < ratio < 0.00005:
        return "<0.01\N{NO-BREAK SPACE}%"
    if 0.99995 <= ratio < 1:
        return ">99.99\N{NO-BREAK SPACE}%"
    return f"{ratio * 100:.2f}\N{NO-BREAK SPACE}%"


def number(value: float | None) -> str:
    """A measured value or a threshold: up to six significant digits, whole numbers without a point."""
    if value is None:
        return "–"
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.6g}"


def rate(num_bytes: float | None) -> str:
    """Bytes per second."""
    return "–" if num_bytes is None else f"{size(round(num_bytes))}/s"


def fine_share(part: float | None, whole: float | None) -> str:
    """``part / whole`` in per cent to three places, for what is a small share where all is well."""
    return "–" if part is None or not whole else f"{part / whole * 100:.3f}\N{NO-BREAK SPACE}%"


def ratio(part: float | None, whole: float | None) -> str:
    """``part / whole`` to two places, or an en dash where it has no meaning."""
    return "–" if part is None or not whole else f"{part / whole:.2f}"


def percent_width(part: float | None, whole: float | None) -> str:
    """The width of a bar as a CSS percentage, clamped to 0..100."""
    return f"{min(max((part or 0) / whole, 0.0), 1.0) * 100:.3f}%" if whole else "0%"
