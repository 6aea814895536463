"""The text of the tokenizer's benchmark: what it is trained on, and what it is measured on.

Korean and other languages come from the directory of real text, code from the installed Python packages. A fiftieth of the
documents of every source, by a hash of their ids, is held out ("seen" kinds of text), and some Korean sources altogether
("unseen"). Each segment gives about a third.
"""

import hashlib
import io
import json
import site
import sysconfig
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path

import zstandard

#: Korean sources of which nothing is trained on: law and bills, church law, notes on style, small talk, lessons, a manual.
UNSEEN = ("konlpy", "constitution-mcp", "hanlint", "chatterbot-corpus", "editor-tutorials", "gimp-help")
_REVIEWS = "nsmc-reviews"
_HELD_OUT_OF = 50
_MAX_REVIEW_BYTES = 12_000_000
_MAX_LANGUAGE_BYTES = 6_600_000
_MAX_CODE_BYTES = 30_000_000
_MAX_HELD_OUT_CODE_CHARACTERS = 2_000_000


def training_texts(data: Path) -> Iterator[str]:
    """About 100 MB."""
    yield from (text for text, held_out in _korean(data) if held_out is None)
    yield from (text for text, held_out in _multilingual(data) if not held_out)
    yield from (text for text, held_out in _code() if not held_out)


def held_out_texts(data: Path) -> Mapping[str, list[str]]:
    """``seen`` and ``unseen`` Korean, ``multilingual``, ``code``."""
    korean = list(_korean(data))
    code = [text for text, held_out in _code() if held_out]
    sizes = accumulate(map(len, code))
    return {
        "seen": [text for text, held_out in korean if held_out == "seen"],
        "unseen": [text for text, held_out in korean if held_out == "unseen"],
        "multilingual": [text for text, held_out in _multilingual(data) if held_out],
        "code": [text for text, size in zip(code, sizes, strict=True) if size <= _MAX_HELD_OUT_CODE_CHARACTERS],
    }


def _korean(data: Path) -> Iterator[tuple[str, str | None]]:
    reviews = 0
    for path in sorted((data / "ko").glob("*.jsonl.zst")):
        source = path.name.split(".")[0]
        for identifier, text in _rows(path):
            if source in UNSEEN:
                yield text, "unseen"
            elif _is_held_out(identifier):
                yield text, "seen"
            elif source != _REVIEWS or reviews < _MAX_REVIEW_BYTES:
                reviews += len(text.encode()) if source == _REVIEWS else 0
                yield text, None


def _multilingual(data: Path) -> Iterator[tuple[str, bool]]:
    for path in sorted((data / "multilingual").glob("*.jsonl.zst")):
        size = 0
        for identifier, text in _rows(path):
            if _is_held_out(identifier):
                yield text, True
            elif size < _MAX_LANGUAGE_BYTES:
                size += len(text.encode())
                yield text, False


def _code() -> Iterator[tuple[str, bool]]:
    directories = {sysconfig.get_path("stdlib"), *site.getsitepackages()}
    files = {str(path) for directory in directories for path in Path(directory).rglob("*.py")}
    size = 0
    for name in sorted(files, key=lambda name: (_hash(name), name)):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if _is_held_out(name):
            yield text, True
        elif size < _MAX_CODE_BYTES:
            size += len(text.encode())
            yield text, False


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            row = json.loads(line)
            yield str(row["id"]), unicodedata.normalize("NFC", row["text"])


def _is_held_out(name: str) -> bool:
    return _hash(name) % _HELD_OUT_OF == 0


def _hash(name: str) -> int:
    return int(hashlib.md5(name.encode()).hexdigest()[:4], 16)
