"""Decontamination: planted questions found by form, clean documents wrongly touched, and speed, beside datatrove's in one run.

    python -m benchmarks.contamination --data /work/shared/data/ko [--questions 100] [--clean 10000] [--items 0]

Half of the questions are written by a generator, half are sentences drawn from documents, which are then left out; each is
planted in a real document, once for each form. Clean documents are pieces of real ones, film reviews at most a third of them;
a clean document that holds a question word for word (letters and digits compared) is no clean one. One that holds a sentence
that was drawn with a word or two changed, as manuals and rulings do, stays and counts as wrongly touched. ``--items`` adds so
many questions to the benchmark, to see what a large one costs. The peer is datatrove's ``NGramsDecontFilter`` (runs of 12
words), which is given the same items and the same documents around the questions.
"""

import argparse
import io
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import zstandard

from filters.contamination.index import build_index
from filters.contamination.items import Item
from filters.contamination.matching import Match, Matcher
from filters.near_duplicates.folding import fold

from .planted_questions.forms import FORMS, in_form
from .planted_questions.questions import questions

_SEED = 20260
_REVIEWS = "nsmc"
_PIECE_CHARS = 2_500
_BATCH = 500
#: What the peer is given: it is a thousand times as slow.
_PEER_CHARS, _PEER_CLEAN = 200, 300


class Exam(NamedTuple):
    """Items of the benchmark, documents to plant them in, and clean documents."""

    items: list[Item]
    hosts: list[str]
    clean: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder of .jsonl.zst files with a text column")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--clean", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=0, help="questions more in the benchmark")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--show", action="store_true", help="show what was missed and what was wrongly touched")
    arguments = parser.parse_args()
    exam = make_exam(arguments.data, number=arguments.questions, num_clean=arguments.clean, seed=arguments.seed)
    more = [_item(f"more#{row}", question) for row, question in enumerate(questions(arguments.items, seed=arguments.seed + 1))]
    started = time.process_time()
    index = build_index([*exam.items, *more])
    seconds = time.process_time() - started
    num_passages = len(index.content.passages) + len(index.whole.passages)
    print(
        f"{len(index.items):,} items, {num_passages:,} passages, {len(index.too_short)} too short; index "
        f"{index.num_bytes / 1e6:.0f} MB in {seconds:.1f} s"
    )
    ours = Matcher(index)
    peer = None if arguments.no_peer else Peer(index.items)
    _print_found(exam, ours, peer, show=arguments.show, seed=arguments.seed)
    _print_clean(exam, ours, peer, show=arguments.show)


def make_exam(data: Path, *, number: int, num_clean: int, seed: int) -> Exam:
    """Questions and documents; the same for the same files and seed."""
    rng = random.Random(seed)
    reviews: list[str] = []
    pieces: list[str] = []
    for path in sorted(data.glob("*.jsonl.zst")):
        texts = list(_texts(path))
        if path.name.startswith(_REVIEWS):
            reviews = rng.sample(texts, k=min(len(texts), num_clean // 3))
        else:
            pieces += [piece for text in texts for piece in _pieces(text)]
    rng.shuffle(pieces)
    items = [_item(f"written#{row}", question) for row, question in enumerate(questions(number - number // 2, seed=seed))]
    drawn_from: set[int] = set()
    for place, piece in enumerate(pieces):
        sentences = [sentence for sentence in re.split(r"(?<=[.?!])\s+|\n+", piece) if _is_like_a_question(sentence)]
        if sentences and len(items) < number and place % 3 == 0:
            drawn_from.add(place)
            items.append(Item(benchmark="drawn.jsonl", item=f"drawn#{place}", question=rng.choice(sentences).strip()))
    rest = [piece for place, piece in enumerate(pieces) if place not in drawn_from]
    hosts, others = rest[: len(rest) // 10], rest[len(rest) // 10 :]
    keys = [fold(item.question) for item in items]
    wanted = [text for text in [*others, *reviews] if not any(key in folded for folded in [fold(text)] for key in keys)]
    return Exam(items, hosts, wanted[:num_clean])


def _item(name: str, question: Any) -> Item:
    return Item(
        benchmark="written.jsonl", item=name, question=question.question, choices=question.choices, answer=question.answer
    )


def _texts(path: Path) -> Iterator[str]:
    with path.open("rb") as raw:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), "utf-8"):
            yield json.loads(line)["text"]


def _pieces(text: str) -> Iterator[str]:
    """A long document in pieces that end with a line."""
    while len(text) > _PIECE_CHARS:
        end = text.rfind("\n", _PIECE_CHARS // 2, _PIECE_CHARS) + 1 or _PIECE_CHARS
        yield text[:end]
        text = text[end:]
    yield text


def _is_like_a_question(sentence: str) -> bool:
    sentence = sentence.strip()
    return 25 <= len(sentence) <= 120 and sum("가" <= character <= "힣" for character in sentence) > len(sentence) * 0.6


def _planted(exam: Exam, form: str, *, seed: int, around: int = 1 << 20) -> list[str]:
    """For each item a document with its question in one form, at the end of a line or sentence of it.

    ``around``: so many characters before and after the question are left of it.
    """
    rng = random.Random(f"{seed}/{form}")
    made: list[str] = []
    for item in exam.items:
        host = rng.choice(exam.hosts)
        ends = [match.end() for match in re.finditer(r"(?<=[.?!다요])\s+|\n", host)] or [len(host)]
        place = rng.choice(ends)
        before, after = host[max(place - around, 0) : place], host[place : place + around]
        made.append(f"{before}\n{in_form(item.question, form, seed=seed)}\n{after}")
    return made


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _BATCH):
        yield texts[start : start + _BATCH]


def _print_found(exam: Exam, ours: Matcher, peer: "Peer | None", *, show: bool, seed: int) -> None:
    print(f"{'found of ' + str(len(exam.items)):44}{'malmoi':>8}{'item':>8}{'datatrove':>11}")
    for form in FORMS:
        texts = _planted(exam, form, seed=seed)
        found = [matches for batch in _batches(texts) for matches in ours.find(batch)]
        named = sum(any(match.item == row for match in matches) for row, matches in enumerate(found))
        # The peer is slow: it need not look at all of the document.
        by_peer = str(sum(map(peer.finds, _planted(exam, form, seed=seed, around=_PEER_CHARS)))) if peer else "-"
        print(f"{form:44}{sum(map(bool, found)):>8}{named:>8}{by_peer:>11}")
        if show:
            for row, matches in enumerate(found):
                if not matches:
                    print("   missed:", exam.items[row].question, "|", in_form(exam.items[row].question, form, seed=seed))


def _print_clean(exam: Exam, ours: Matcher, peer: "Peer | None", *, show: bool) -> None:
    touched: list[tuple[str, Match]] = []

    def look() -> None:
        for batch in _batches(exam.clean):
            for text, matches in zip(batch, ours.find(batch), strict=True):
                touched.extend((text, match) for match in matches[:1])

    num_mb = sum(len(text.encode()) for text in exam.clean) / 1e6
    speed = num_mb / _cpu_seconds(look)
    by_written = sum(ours.index.items[match.item].benchmark == "written.jsonl" for _, match in touched)
    print(
        f"{len(exam.clean):,} clean documents, {num_mb:.1f} MB: {len(touched)} touched, {by_written} of them by questions that "
        f"were written, the others by sentences that were drawn; {speed:.1f} MB/s per core"
    )
    for text, match in touched if show else ():
        print(f"   {match.overlap:.2f} >= {match.threshold:.2f}: {ours.index.items[match.item].question}")
        print("      |", text[match.start : match.end].replace("\n", " / "))
    if peer:
        some = exam.clean[:_PEER_CLEAN]
        num_mb = sum(len(text.encode()) for text in some) / 1e6
        by_peer: list[bool] = []
        seconds = _cpu_seconds(lambda: by_peer.extend(map(peer.finds, some)))
        print(f"datatrove, of {len(some):,} of them: {sum(by_peer)} touched, {num_mb / seconds:.3f} MB/s per core")


def _cpu_seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


class Peer:
    """datatrove's decontamination with the same items: documents that share a run of 12 words with a question or an answer."""

    def __init__(self, items: Sequence[Item]) -> None:
        from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter, NGramsDecontIndexer
        from datatrove.utils.hashing import HashConfig, create_hash_func
        from datatrove.utils.typeshelper import Languages
        from datatrove.utils.word_tokenizers import load_word_tokenizer
        from kiwipiepy import Kiwi

        # The model that datatrove asks for is not in every kiwipiepy; the default one is.
        words: Any = load_word_tokenizer(Languages.korean)
        words._tokenizer = Kiwi(num_workers=1)
        config = NGramsDecontConfig(find_query_ngrams=True, hash_config=HashConfig(hash_fc="sha1"))
        # The indexer itself cannot be made without lighteval, which fetches benchmarks; what it computes can.
        indexer: Any = SimpleNamespace(config=config, tokenizer=words, hash_func=create_hash_func(config.hash_config))
        hashes: set[int] = set()
        for item in items:
            hashes.update(map(int, NGramsDecontIndexer.compute_hashes(indexer, item.answer, item.question)))
        folder = Path(tempfile.mkdtemp())
        (folder / "benchmark.index.hashes").write_bytes(np.array(sorted(hashes), dtype=np.uint64).tobytes())
        self._filter = NGramsDecontFilter(str(folder), config=config, language=Languages.korean)

    def finds(self, text: str) -> bool:
        from datatrove.data import Document

        return self._filter.filter(Document(text=text, id="0")) is not True


if __name__ == "__main__":
    main()
