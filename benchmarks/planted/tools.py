"""The tools that look for near-duplicates, each over the same texts.

Enters: texts. Leaves: the pairs of places (i, j), i < j, that a tool reports. All pairs are asked of every tool, so what it
wrongly reports among texts that nobody paired is seen as well.

* **ours**: ``filters.near_duplicates``: a shared band key of any kind, and an estimated similarity of at least 0.7.
* **datatrove** 0.10.1: its own signature and bucket stages (``MinhashDedupSignature``, ``MinhashDedupBuckets``) with
  FineWeb2's setting, 14 buckets of 8 hashes of word 5-grams, 64-bit SHA-1. Its Korean word tokenizer is its own class with
  Kiwi's default model in it, for the one that it pins is gone from Kiwi's packages.
* **rensa** 0.5.0: 128 values over 5-grams of words (split at what is no letter, lower case: as text-dedup does it) or of
  characters (lower case, no white space). Every pair is compared by its estimate, so nothing is lost to banding.
"""

import re
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datatrove.pipeline.dedup.minhash import MinhashConfig

Pairs = set[tuple[int, int]]
Tool = Callable[[Sequence[str]], Pairs]
THRESHOLD = 0.7
#: FineWeb2's.
BUCKETS, HASHES = 14, 8
_NUM_VALUES = 128
_NO_WORD = re.compile(r"\W")


def ours(texts: Sequence[str]) -> Pairs:
    from filters.near_duplicates.sketch import MinHash, band_keys, similarity

    minhash = MinHash()
    sketches = minhash.sketch(texts, languages=["ko"] * len(texts), segments=["korean"] * len(texts))
    keys = band_keys(sketches.values, bands=minhash.bands, rows=minhash.rows)
    shared = _sharing(keys, sketches.present)
    if not shared:
        return set()
    first, second = np.array(sorted(shared)).T
    alike = similarity(sketches.values[first], sketches.values[second], sketches.present[first], sketches.present[second])
    return {(int(a), int(b)) for a, b in zip(first[alike >= THRESHOLD], second[alike >= THRESHOLD], strict=True)}


def _sharing(keys: NDArray[np.uint64], present: NDArray[np.bool_]) -> Pairs:
    """The pairs with a key in common; ``keys`` (text, kind, band), kinds that are not ``present`` left out."""
    texts, kinds, bands = np.nonzero(np.broadcast_to(present[:, :, None], keys.shape))
    held = keys[texts, kinds, bands]
    order = np.argsort(held, kind="stable")
    cuts = np.flatnonzero(np.diff(held[order])) + 1
    return _within(np.split(texts[order], cuts))


def _within(groups: Sequence[NDArray[np.int64]]) -> Pairs:
    return {pair for group in groups if len(group) > 1 for pair in combinations(sorted({int(text) for text in group}), 2)}


def use_default_kiwi() -> None:
    """datatrove's Korean tokenizer gets Kiwi's default model, and its log is off."""
    from datatrove.utils.word_tokenizers import load_word_tokenizer
    from kiwipiepy import Kiwi
    from loguru import logger

    logger.disable("datatrove")
    load_word_tokenizer("kor_Hang")._tokenizer = Kiwi(num_workers=1)


def datatrove(texts: Sequence[str]) -> Pairs:
    from datatrove.pipeline.dedup import MinhashDedupBuckets

    with tempfile.TemporaryDirectory(prefix="datatrove-") as directory:
        config = datatrove_signatures(texts, directory)
        for bucket in range(BUCKETS):
            MinhashDedupBuckets(f"{directory}/signatures", f"{directory}/buckets", config=config).run(
                rank=bucket, world_size=BUCKETS
            )
        files = sorted(Path(directory, "buckets").glob("*.dups"))
        return {pair for file in files for pair in _bucket_pairs(file.read_bytes())}


def datatrove_signatures(texts: Sequence[str], directory: str) -> "MinhashConfig":
    """Its first stage, into ``directory``/signatures."""
    from datatrove.data import Document
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.utils.hashing import HashConfig

    use_default_kiwi()
    config = MinhashConfig(
        n_grams=5, num_buckets=BUCKETS, hashes_per_bucket=HASHES, hash_config=HashConfig(precision=64, hash_fc="sha1")
    )
    stage = MinhashDedupSignature(f"{directory}/signatures", config=config, language="kor_Hang")
    stage.run((Document(text=text, id=str(number)) for number, text in enumerate(texts)), rank=0, world_size=1)
    return config


def _bucket_pairs(raw: bytes) -> Iterator[tuple[int, int]]:
    """A bucket links each document to the one before it with the same signature: chains, that is all pairs of a chain."""
    chain_of: dict[int, list[int]] = {}
    for _, first, _, second in struct.iter_unpack("<4I", raw):
        chain = chain_of.setdefault(first, [first])
        chain.append(second)
        chain_of[second] = chain
    for chain in {id(chain): chain for chain in chain_of.values()}.values():
        yield from combinations(sorted(chain), 2)


def word_grams(text: str) -> list[str]:
    words = [word for word in _NO_WORD.split(text.lower()) if word]
    return [" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))]


def character_grams(text: str) -> list[str]:
    letters = "".join(text.lower().split())
    return [letters[i : i + 5] for i in range(max(1, len(letters) - 4))]


def rensa(grams: Callable[[str], list[str]], threshold: float) -> Tool:
    def find(texts: Sequence[str]) -> Pairs:
        values = rensa_signatures([grams(text) for text in texts])
        found: Pairs = set()
        for index in range(len(values) - 1):
            alike = np.mean(values[index + 1 :] == values[index], axis=1)
            found |= {(index, index + 1 + int(other)) for other in np.flatnonzero(alike >= threshold)}
        return found

    return find


def rensa_signatures(grams: Sequence[list[str]]) -> NDArray[np.uint32]:
    from rensa import RMinHash

    matrix = RMinHash.digest_matrix_from_token_sets(grams, num_perm=_NUM_VALUES, seed=42)
    return np.array(matrix.to_rows(), dtype=np.uint32)


#: By the name of its column.
TOOLS: dict[str, Tool] = {
    "ours": ours,
    "datatrove": datatrove,
    "words 0.7": rensa(word_grams, 0.7),
    "words 0.8": rensa(word_grams, 0.8),
    "chars 0.7": rensa(character_grams, 0.7),
    "chars 0.8": rensa(character_grams, 0.8),
}
