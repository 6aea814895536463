"""Mistakes in a recipe: told with their key, their line and the nearest right name, all at once.

What enters: the text of a TOML file, and the places (keys and indices) where something is wrong with it. What leaves: a
:class:`RecipeError` whose message has a line for each.
"""

import dataclasses
import difflib
import re
from collections.abc import Iterable

Location = tuple[str | int, ...]


class RecipeError(Exception):
    """A recipe that cannot be used. The message lists every mistake with key, line and remedy."""

    exit_code = 2


@dataclasses.dataclass
class Mistakes:
    """Collects mistakes with their place in the file."""

    text: str
    path: str
    found: list[tuple[int, str]] = dataclasses.field(default_factory=list)

    def add(self, location: Location, message: str) -> None:
        line = find_line(self.text, location)
        where = f"{self.path}:{line}" if line else self.path
        entry = (line, f"{where}: {dotted(location)}: {message}")
        if entry not in self.found:
            self.found.append(entry)

    def unknown(self, location: Location, *, allowed: Iterable[str], what: str = "key") -> None:
        self.add(location, f"unknown {what} {str(location[-1])!r}{nearest(str(location[-1]), allowed)}")

    def raise_any(self) -> None:
        if self.found:
            raise RecipeError("\n".join(message for _, message in sorted(self.found)))


#: Country codes that people write for languages, and what no edit distance finds.
_LANGUAGE_SLIPS = {
    **{"kr": "ko", "kor": "ko", "korean": "ko", "jp": "ja", "jpn": "ja", "japanese": "ja", "cn": "zh"},
    **{"chinese": "zh", "gb": "en", "uk": "en", "us": "en", "eng": "en", "english": "en", "ger": "de"},
    **{"deu": "de", "german": "de", "fra": "fr", "fre": "fr", "french": "fr", "ua": "uk", "vn": "vi"},
}


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or the names that there are."""
    names = sorted(allowed)
    if (meant := _LANGUAGE_SLIPS.get(name.lower())) in names:
        return f"; did you mean {meant!r}?"
    spelt = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), spelt, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {spelt[close[0]]!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"; there are: {shown}"


def dotted(location: Location) -> str:
    """``("source", 1, "format")`` -> ``source[2].format`` (counted from one, as a reader counts)."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).lstrip(".") or "recipe"


def find_line(text: str, location: Location) -> int:
    """The line (from 1) where a key stands in a TOML text, or its nearest enclosing table; 0 if none is there."""
    seen: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix: str = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            prefix = re.sub(r"[\"'\s]", "", header[2])
            if header[1] == "[[":
                index = counts.get(prefix, 0)
                counts[prefix] = index + 1
                prefix = f"{prefix}[{index + 1}]"
            for end in [match.start() for match in re.finditer(r"\.", prefix)] + [len(prefix)]:
                seen.setdefault(prefix[:end], number)
        elif key := re.match(r"\s*([A-Za-z0-9_.\"-]+)\s*=", line):
            name = key[1].replace('"', "")
            seen.setdefault(f"{prefix}.{name}" if prefix else name, number)
    for length in range(len(location), 0, -1):
        if (name := dotted(location[:length])) in seen:
            return seen[name]
    return 0
