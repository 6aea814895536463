"""Turns the members of a package into the files of a source: as they are, or one big table as readable records.

A source and its archive enter; (path relative to the source's directory, bytes) leave, sorted by path. The shapes:

* ``files``: every member that ``include`` takes and ``exclude`` leaves, byte for byte.
* ``parquet-rows``: a Parquet member; every ``every``-th row with text, as JSON Lines (a sample of a large table).
* ``json-sections``: JSON members with a list of sections, each with a list of pages of text; one JSON line a section.
* ``json-pages``: a JSON member {locale: {key: page}}; the HTML of each page of one locale as a file.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from pipelines.sample.archive import members, safe_path
from pipelines.sample.errors import ArchiveError
from pipelines.sample.sources import Source

#: What a source's directory is to hold: a relative path and its bytes.
Files = Iterable[tuple[str, bytes]]


def files_of(source: Source, *, archive: Path) -> list[tuple[str, bytes]]:
    """The files of a source, sorted. Raises ``ArchiveError``, also where the archive has nothing that it names."""
    found = sorted(_SHAPES[source.shape](source, archive))
    if not found:
        raise ArchiveError(f"{archive.name} has no file for {source.path} ({', '.join(source.include)} in {source.root})")
    return found


def selected(source: Source, *, archive: Path) -> Iterator[tuple[str, bytes]]:
    """The members that the source takes, their paths relative to its ``root``."""
    prefix = f"{source.root}/" if source.root else ""
    takes = glob_matcher(source.include)
    leaves = glob_matcher(source.exclude)
    for name, read in members(archive):
        relative = name.removeprefix(prefix)
        if name.startswith(prefix) and takes(relative) and not leaves(relative):
            yield relative, read()


def glob_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path matches one of the patterns: ``*`` within a name, ``**`` across directories (also none)."""
    sources = [_glob_source(pattern) for pattern in patterns]
    compiled = re.compile("|".join(f"(?:{source})" for source in sources) if sources else r"(?!)")
    return lambda path: compiled.fullmatch(path) is not None


def _glob_source(pattern: str) -> str:
    translations = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(translations.get(piece, re.escape(piece)) for piece in pieces)


def _as_json_lines(records: Iterable[dict[str, str]]) -> bytes:
    # Plain, not compressed: two versions of a compressor may write other bytes, and the sample must not depend on it.
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _parquet_rows(source: Source, archive: Path) -> Iterator[tuple[str, bytes]]:
    import pyarrow.parquet as pq

    id_column, text_column = source.settings["id"], source.settings["text"]
    for name, data in selected(source, archive=archive):
        table = pq.read_table(io.BytesIO(data), columns=[id_column, text_column])
        pairs = zip(table[id_column].to_pylist(), table[text_column].to_pylist(), strict=True)
        whole = [{"id": str(key), "text": text} for key, text in pairs if text]
        yield f"{Path(name).stem}.jsonl", _as_json_lines(whole[:: source.settings["every"]])


def _json_sections(source: Source, archive: Path) -> Iterator[tuple[str, bytes]]:
    for name, data in selected(source, archive=archive):
        sections = cast(list[dict[str, Any]], json.loads(data)["sections"])
        records = [
            {
                "id": section["id"],
                "title": section["section_title"],
                "text": "\n".join(page["text"] for page in section["pages"]),
            }
            for section in sections
        ]
        yield f"{Path(name).stem}.jsonl", _as_json_lines(records)


def _json_pages(source: Source, archive: Path) -> Iterator[tuple[str, bytes]]:
    locale = source.settings["locale"]
    for _, data in selected(source, archive=archive):
        for page in json.loads(data)[locale].values():
            path = safe_path(page["href"].strip("/"), archive=archive)
            # The package keeps the inside of the page only; a reader of HTML trees expects a page around it.
            head = f'<!doctype html>\n<html lang="{locale}">\n<head><meta charset="utf-8"></head>\n<body><article>\n'
            yield f"{path}.html", f"{head}{page['html']}\n</article></body>\n</html>\n".encode()


def _plain_files(source: Source, archive: Path) -> Iterator[tuple[str, bytes]]:
    return selected(source, archive=archive)


_SHAPES: dict[str, Callable[[Source, Path], Iterator[tuple[str, bytes]]]] = {
    "files": _plain_files,
    "parquet-rows": _parquet_rows,
    "json-sections": _json_sections,
    "json-pages": _json_pages,
}
