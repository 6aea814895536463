"""Who is meant: ids, exact texts and URI prefixes, read from what the user gives.

Enters: a file of ids (one a line, or JSON Lines with ``id``), files of texts (JSON Lines with ``text``, or one text that is
the whole file), prefixes. Leaves: a :class:`Request`, in which texts are hashes already.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filters.content_hash import content_hash
from filters.normalise import normalise
from pipelines.engine import files
from pipelines.engine.fingerprint import digest

_MAX_ID_CHARACTERS = 16_384


class RequestError(ValueError):
    """What the user gave names no document that could be looked for."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be taken down. ``texts`` are content hashes, as prose and as code."""

    ids: frozenset[str] = frozenset()
    prose: frozenset[bytes] = frozenset()
    code: frozenset[bytes] = frozenset()
    uri_prefixes: tuple[str, ...] = ()
    with_duplicates: bool = False

    @property
    def digest(self) -> str:
        """The same for the same request, so that an unfinished one is known again."""
        hashes = [sorted(hashed.hex() for hashed in part) for part in (self.prose, self.code)]
        return digest([sorted(self.ids), *hashes, sorted(self.uri_prefixes), self.with_duplicates])


def read_request(
    *,
    ids: str | None = None,
    texts: Sequence[str] = (),
    uri_prefixes: Sequence[str] = (),
    with_duplicates: bool = False,
) -> Request:
    """The request that the files and prefixes make.

    Raises:
        RequestError: nothing is named, or a file is missing, empty, or not what it should be.
    """
    if ids is None and not texts and not uri_prefixes:
        raise RequestError("name the documents: --ids FILE, --texts FILE or --uri-prefix PREFIX")
    if any(not prefix.strip() for prefix in uri_prefixes):
        raise RequestError("--uri-prefix is empty, which would be every document: give the beginning of their URIs")
    named = frozenset(_ids(ids)) if ids is not None else frozenset[str]()
    given = [variant for path in texts for text in _texts(path) for variant in {text, normalise(text)[0]}]
    return Request(
        ids=named,
        prose=frozenset(content_hash(text) for text in given),
        code=frozenset(content_hash(text, code=True) for text in given),
        uri_prefixes=tuple(sorted(set(uri_prefixes))),
        with_duplicates=with_duplicates,
    )


def _lines(path: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers."""
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _text(path: str) -> str:
    """A file as text.

    Raises:
        RequestError: it is not there or not UTF-8.
    """
    try:
        data = files.read_bytes(path)
    except FileNotFoundError:
        raise RequestError(f"{path}: no such file; give the path of a file that names the documents") from None
    except OSError as error:
        raise RequestError(f"{path} cannot be read ({error.strerror or error}); give a file that names the documents") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    if "\0" in text:
        raise RequestError(f"{path} holds a zero byte: it is no text; give one id a line")
    return text


def _ids(path: str) -> Iterator[str]:
    found = False
    for number, line in _lines(path):
        value = _json_object(line)
        identifier: Any = line if value is None else value.get("id")
        if isinstance(identifier, int) and not isinstance(identifier, bool):
            identifier = str(identifier)
        if not isinstance(identifier, str) or not identifier:
            raise RequestError(f'{path}:{number}: an object without "id"; give {{"id": "…"}}, or one id a line')
        if len(identifier) > _MAX_ID_CHARACTERS:
            raise RequestError(f"{path}:{number}: {len(identifier):,} characters are no id; give one id a line")
        found = True
        yield identifier
    if not found:
        raise RequestError(f"{path} names no document: give one id a line")


def _texts(path: str) -> Iterator[str]:
    """The texts of a file: of JSON Lines each ``text``, of any other file the whole."""
    whole = _text(path)
    if not whole.strip():
        raise RequestError(f'{path} is empty: give a text, or JSON Lines with "text"')
    lines = [*_lines(path)]
    values = [_json_object(line) for _, line in lines]
    if not os.path.basename(path).endswith((".jsonl", ".ndjson")) and not all(value and "text" in value for value in values):
        yield whole
        return
    for (number, _), value in zip(lines, values, strict=True):
        text = value.get("text") if value else None
        if not isinstance(text, str) or not text.strip():
            raise RequestError(f'{path}:{number}: no "text"; give {{"text": "…"}} on every line')
        yield text


def _json_object(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is, or None: an id may begin with a brace too."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
