"""Finds the tokenizers that a command names: by path, or in an installed package.

A word of the command line enters, ``NAME=`` in front of it or not; a name and the bytes of the file leave, decompressed.
"""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import zstandard

from pipelines.engine import files

#: What files of tokenizers are called, in the order in which a directory is searched.
_SUFFIXES = ("tokenizer.json", ".tiktoken", ".tiktoken.zst", "tokenizer.json.zst", "tokenizer.model", ".spm")
_TEKKEN = "tekken"


class TokenizerFile(NamedTuple):
    """A tokenizer's file: what the tokenizer is called, the name of the file, what is in it."""

    name: str
    file: str
    content: bytes


def read_tokenizer_files(words: Sequence[str]) -> list[TokenizerFile]:
    """The files that ``words`` name; each tokenizer has a name of its own.

    Raises:
        ValueError: a word names nothing, or several files; or two tokenizers have one name.
    """
    found: list[TokenizerFile] = []
    for word in words:
        given, path = _name_and_path(word)
        place = _place(path)
        if len(parts := [file.name for file in found if file.name == (given or _short(place))]):
            raise ValueError(f"two tokenizers are called {parts[0]}: give one of them another name, like other={word}")
        found.append(TokenizerFile(given or _short(place), os.path.basename(place), _content(place)))
    return found


def _name_and_path(word: str) -> tuple[str, str]:
    name, sign, path = word.partition("=")
    if sign and name and "/" not in name and not files.exists(word):
        return name, path
    return "", word


def _place(path: str) -> str:
    """The path of the one tokenizer file that ``path`` stands for."""
    if "://" not in path and os.path.isfile(path):
        return path
    inside = files.listing(path)
    if inside and inside != [os.path.basename(path)]:
        return _only([files.join(path, name) for name in inside if _is_tokenizer(name)], path)
    if files.exists(path):
        return path
    package, _, file = path.partition(":")
    directories = _package_directories(package)
    if not directories:
        raise ValueError(f"{path}: no such file, and no installed package of that name; give a path or PACKAGE[:FILE]")
    if not file:
        return _only(sorted(str(p) for directory in directories for p in _tokenizers_below(directory)), path)
    for directory in directories:
        if (directory / file).is_file():
            return str(directory / file)
    raise ValueError(f"{path}: the package {package} has no file {file}")


def _is_tokenizer(name: str) -> bool:
    return name.endswith(_SUFFIXES) or (name.startswith(_TEKKEN) and ".json" in name)


def _only(candidates: Sequence[str], path: str) -> str:
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise ValueError(f"{path}: no tokenizer.json, *.tiktoken, tekken*.json or tokenizer.model in it")
    raise ValueError(f"{path}: {len(candidates)} tokenizers in it; name one of {', '.join(candidates[:10])}")


def _package_directories(package: str) -> list[Path]:
    """Where an installed package lies; it is not imported."""
    if not package.isidentifier():
        return []
    spec = importlib.util.find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []


def _tokenizers_below(directory: Path) -> Iterator[Path]:
    return (path for path in directory.rglob("*") if _is_tokenizer(path.name) and path.is_file())


def _short(place: str) -> str:
    """A name for a file: its own without endings, or its directory's where it is called ``tokenizer``."""
    parts = place.rstrip("/").split("/")
    base = parts[-1].removesuffix(".zst")
    for ending in (".json", ".tiktoken", ".model", ".spm", ".tokenizer"):
        base = base.removesuffix(ending)
    if base == "tokenizer" and len(parts) > 1:
        return parts[-2] if parts[-2] != "tokenizer" or len(parts) == 2 else parts[-3]
    return base


def _content(place: str) -> bytes:
    content = files.read_bytes(place)
    if not place.endswith(".zst"):
        return content
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    except zstandard.ZstdError as error:
        raise ValueError(f"{place} cannot be decompressed ({error}): fetch it again") from None
