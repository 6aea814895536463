"""Ids in files that are not tables: JSON, HTML, JSON Lines, text.

Enters: a run and ids. Leaves: the files that name one. In JSON an id is a whole string; in text it is what stands between
characters that no id has. Ids that are ordinary words or numbers (``12``, ``korean``) stand in such files by chance, so only
those are looked for in text that have a digit and a letter or a sign, and that recipes and settings do not hold; how many
were left out is told. What is hidden (``.state``: the names of the input files) belongs to the input, and the unfinished
takedown's own files are about to go.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import ahocorasick_rs

from pipelines.engine import files

from .journal import DIRECTORY

_SUFFIXES = (".json", ".jsonl", ".html", ".txt", ".toml", ".css", ".js")
_MIN_CHARACTERS = 5
_OF_AN_ID = re.compile(r"[\w./#:%?=&@-]")
_TAG = re.compile(r"<[^<>]*>")
_SETTINGS = ("recipe.toml", "resolved.json")


class Mentions:
    """Looks for ids in the files of a run."""

    def __init__(self, run: str, ids: frozenset[str]) -> None:
        self._run = run
        settings = "\n".join(
            files.read_bytes(files.join(run, n)).decode("utf-8", "replace") for n in _SETTINGS if _there(run, n)
        )
        self._named = sorted(i for i in ids if _distinctive(i) and i not in settings)
        self._distinct = frozenset(self._named)
        self._automaton: Any = ahocorasick_rs.AhoCorasick(self._named) if self._named else None
        self.counts = {"text_files": 0, "ids_too_ordinary_for_text": len(ids) - len(self._named)}

    def found(self) -> list[str]:
        """The files that name one of the ids."""
        return [relative for relative in self._files() if self._names_one(relative)]

    def _files(self) -> Iterator[str]:
        fs, root = files.filesystem(self._run)
        for path in sorted(map(str, fs.find(root))):
            relative = path[len(root) :].lstrip("/")
            hidden = any(part.startswith(".") for part in relative.split("/"))
            own = relative.startswith(f"{DIRECTORY}/") and "/work/" in relative
            if relative.endswith(_SUFFIXES) and not hidden and not own and relative not in _SETTINGS:
                self.counts["text_files"] += 1
                yield relative

    def _names_one(self, relative: str) -> bool:
        text = files.read_bytes(files.join(self._run, relative)).decode("utf-8", "replace")
        if relative == "tokenizer/tokenizer.json":
            return False  # a vocabulary: its strings are pieces of words
        if relative.endswith(".json"):
            return any(value in self._distinct for value in _strings(json.loads(text)))
        return self._stands_in(self.html_text(text) if relative.endswith(".html") else text)

    def _stands_in(self, text: str) -> bool:
        if self._automaton is None:
            return False
        for _, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            before, after = text[max(start - 1, 0) : start], text[end : end + 1]
            if not _OF_AN_ID.match(before) and not _OF_AN_ID.match(after):
                return True
        return False

    @staticmethod
    def html_text(page: str) -> str:
        """What a page shows, roughly: its text without tags, as it was before it was escaped."""
        return html.unescape(_TAG.sub("\n", page))


def _there(run: str, name: str) -> bool:
    return files.exists(files.join(run, name))


def _distinctive(identifier: str) -> bool:
    digits = any(character.isdigit() for character in identifier)
    return len(identifier) >= _MIN_CHARACTERS and digits and not re.fullmatch(r"[\d.,:-]+", identifier)


def _strings(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, own in value.items():
            yield str(key)
            yield from _strings(own)
    elif isinstance(value, list):
        for own in value:
            yield from _strings(own)
