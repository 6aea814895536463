"""Real documents to plant copies of, and the nearest pairs among them.

Enters: a directory of ``*.jsonl``, ``*.jsonl.gz`` or ``*.jsonl.zst`` with the fields ``text`` and perhaps ``id``. Leaves:
documents of 500 to 4,000 characters, mostly Korean, every source by turns, drawn by a hash of seed and id: the same for any
order of files and lines.
"""

import gzip
import hashlib
import io
import json
import math
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest
from pathlib import Path
from typing import IO

import zstandard

from .truth import character_grams, jaccard

MIN_CHARACTERS, MAX_CHARACTERS = 500, 4000
#: Of the letters and digits of a document, at least so many are Hangul.
MIN_HANGUL = 0.5
#: Film reviews are one line each: no documents.
LEFT_OUT = ("nsmc-reviews",)
_LETTER, _SYLLABLE = re.compile(r"[^\W_]"), re.compile("[가-힣]")


@dataclass(frozen=True)
class Original:
    id: str
    source: str
    text: str


def draw(data: Path, *, most: int, seed: int, left_out: Sequence[str] = LEFT_OUT) -> list[Original]:
    """Up to ``most`` documents, one of each source after the other.

    Raises:
        ValueError: no document in ``data`` fits.
    """
    by_source: dict[str, list[tuple[bytes, Original]]] = defaultdict(list)
    for path in sorted(data.iterdir()):
        source, _, suffixes = path.name.partition(".")
        if not suffixes.startswith("jsonl") or source in left_out:
            continue
        for document in _documents(path, source):
            if _fits(document.text):
                order = hashlib.blake2b(f"{seed}:{source}:{document.id}".encode(), digest_size=8).digest()
                by_source[source].append((order, document))
    queues = [[document for _, document in sorted(found, key=lambda item: item[0])] for _, found in sorted(by_source.items())]
    drawn = [document for turn in zip_longest(*queues) for document in turn if document is not None]
    if not drawn:
        raise ValueError(f"no Korean document of {MIN_CHARACTERS}-{MAX_CHARACTERS} characters in {data}; give --data DIR")
    return drawn[:most]


def _documents(path: Path, source: str) -> Iterator[Original]:
    with path.open("rb") as raw:
        stream: IO[bytes] = raw
        if path.suffix == ".zst":
            stream = zstandard.ZstdDecompressor().stream_reader(raw)
        elif path.suffix == ".gz":
            stream = gzip.GzipFile(fileobj=raw)
        for number, line in enumerate(io.TextIOWrapper(stream, encoding="utf-8")):
            row = json.loads(line)
            yield Original(str(row.get("id", number)), source, unicodedata.normalize("NFC", row["text"]).strip())


def _fits(text: str) -> bool:
    if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
        return False
    return len(_SYLLABLE.findall(text)) >= MIN_HANGUL * len(_LETTER.findall(text))


def nearest_pairs(documents: Sequence[Original], *, most: int, below: float = math.inf) -> list[tuple[Original, Original]]:
    """The most similar pairs of one source, each document once, half by their characters and half by the heads of their
    words (first two syllables: what R2 sees, roughly). Only those less similar than ``below``, as far as these can tell;
    truth decides later whether they are duplicates."""
    by_source: dict[str, list[Original]] = defaultdict(list)
    for document in documents:
        by_source[document.source].append(document)
    found: list[tuple[Original, Original]] = []
    for features in (_some_grams, _heads):
        sets = {id(document): features(document.text) for document in documents}
        scored = [(jaccard(sets[id(a)], sets[id(b)]), a, b) for group in by_source.values() for a, b in combinations(group, 2)]
        near = sorted((item for item in scored if item[0] < below), key=lambda item: (-item[0], item[1].id, item[2].id))
        found += _each_once(near, most=most // 2, taken=found)
    return found


def _some_grams(text: str) -> frozenset[str]:
    """An eighth of the 5-grams, chosen by their checksums: every pair of a source is looked at. All of a short text's."""
    grams = character_grams(text)
    return frozenset(gram for gram in grams if zlib.crc32(gram.encode()) % 8 == 0) if len(grams) > 400 else grams


def _heads(text: str) -> frozenset[str]:
    return frozenset(re.findall("(?<![가-힣])[가-힣]{2}", text))


def _each_once(
    scored: Sequence[tuple[float, Original, Original]], *, most: int, taken: Sequence[tuple[Original, Original]]
) -> list[tuple[Original, Original]]:
    held = set(taken)
    used: set[tuple[str, str]] = set()
    pairs: list[tuple[Original, Original]] = []
    for _, a, b in scored:
        keys = {(a.source, a.id), (b.source, b.id)}
        if len(pairs) < most and not used & keys and (a, b) not in held:
            used |= keys
            pairs.append((a, b))
    return pairs
