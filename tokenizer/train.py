"""Trains the byte-level BPE tokenizer on counted words.

Words with their counts enter (:mod:`tokenizer.split`), their morphemes by Kiwi (:mod:`tokenizer.morphemes`), merges are learned
at a price for tokens that cut morphemes (:mod:`tokenizer.merging`), and a ``tokenizer.json`` leaves that knows nothing of all
that: encoding needs no analyser. There is no normaliser: every UTF-8 string round-trips exactly.

The file depends on the words and counts alone, not on the order of the texts, the threads or the process.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from tokenizer.merging import NUM_BYTES, Merger, Penalty
from tokenizer.morphemes import MorphemeCutter
from tokenizer.pruning import Vocabulary, pruned
from tokenizer.special_tokens import ASSISTANT, END_OF_TEXT, END_OF_TURN, PAD, SPECIAL_TOKEN_IDS, SPECIAL_TOKENS, USER
from tokenizer.split import SPLIT_PATTERN, WordCounts

_MIN_VOCAB_SIZE = len(SPECIAL_TOKENS) + NUM_BYTES
#: Distinct bytes of words that are trained on; rarer words are left out where there are more (27 bytes of memory for each).
_MAX_WORD_BYTES = 60_000_000
#: Weights are whole numbers, so that sums are exact: this is 1.0.
_ONE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How a tokenizer is trained.

    ``vocab_size`` counts the special tokens and the 256 bytes. ``misalignment`` is what a token that cuts morphemes costs,
    in tokens (0: plain BPE). ``korean_weight`` is what an occurrence of a Korean word counts, others counting 1: a share of
    the vocabulary. Pairs that occur less often than ``min_pair_count`` are not merged.

    Raises:
        ValueError: the vocabulary has no room for the bytes.
    """

    vocab_size: int
    misalignment: float = 1.5
    korean_weight: float = 1.5
    min_pair_count: int = 2
    max_token_bytes: int = 64

    def __post_init__(self) -> None:
        if self.vocab_size < _MIN_VOCAB_SIZE:
            raise ValueError(
                f"vocab_size is {self.vocab_size}, but {len(SPECIAL_TOKENS)} special tokens and {NUM_BYTES} bytes need "
                f"{_MIN_VOCAB_SIZE}: ask for more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedTokenizer:
    """A trained tokenizer, and whether the corpus had enough in it.

    ``vocab_size`` counts special tokens too; it is smaller than ``requested_vocab_size`` where the corpus ran out of pairs
    that occur often enough.
    """

    tokenizer: Tokenizer
    vocab_size: int
    requested_vocab_size: int

    @property
    def is_complete(self) -> bool:
        """Whether the vocabulary reached the size that was asked for."""
        return self.vocab_size == self.requested_vocab_size


def count_words(texts: Iterable[str]) -> WordCounts:
    """The words of all texts."""
    counts = WordCounts()
    for text in texts:
        counts.add(text)
    return counts


def train(counts: WordCounts, training: Training, *, told: Callable[[int], None] | None = None) -> TrainedTokenizer:
    """Trains on counted words; ``told`` is given the number of entries now and then.

    Raises:
        ValueError: more than 2^31 bytes of words.
    """
    merger = _merger(counts, training)
    vocabulary = pruned(merger, training.vocab_size - len(SPECIAL_TOKENS), min_weight=training.min_pair_count * _ONE, told=told)
    tokenizer = assemble(vocabulary)
    return TrainedTokenizer(
        tokenizer=tokenizer, vocab_size=tokenizer.get_vocab_size(), requested_vocab_size=training.vocab_size
    )


def _merger(counts: WordCounts, training: Training) -> Merger:
    rows = _frequent(counts.rows())
    korean = [(word, context) for word, context, _ in rows if _is_korean(word)]
    cuts = iter(MorphemeCutter().cuts(korean)) if korean else iter(())
    words: list[bytes] = []
    weights: list[int] = []
    offsets: list[tuple[int, ...]] = []
    for word, _, count in rows:
        is_korean = _is_korean(word)
        words.append(word.encode("utf-8", "replace"))
        weights.append(count * round(_ONE * training.korean_weight) if is_korean else count * _ONE)
        offsets.append(tuple(len(word[:cut].encode("utf-8", "replace")) for cut in next(cuts)) if is_korean else ())
    penalty = Penalty(round(100 * training.misalignment), 100)
    return Merger(words, np.array(weights, dtype=np.int64), offsets, penalty, training.max_token_bytes)


def _is_korean(word: str) -> bool:
    """Whether it holds a Hangul syllable: by the split, such a word has no letters of other scripts."""
    return "가" <= word[-1] <= "힣" or any("가" <= letter <= "힣" for letter in word)


def _frequent(rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The words, without the rarest where they are too many: a word seen once teaches little among millions."""
    sizes = np.array([len(word.encode("utf-8", "replace")) for word, _, _ in rows], dtype=np.int64)
    counts = np.array([count for _, _, count in rows], dtype=np.int64)
    least = 1
    while int(sizes[counts >= least].sum()) > _MAX_WORD_BYTES:
        least += 1
    return rows if least == 1 else [row for row in rows if row[2] >= least]


def assemble(vocabulary: Vocabulary) -> Tokenizer:
    """A ``tokenizers.Tokenizer``: special tokens first, then the bytes in the order of their names, then what was learned."""
    names = _byte_names()
    first = sorted(range(NUM_BYTES), key=lambda byte: names[byte])
    order = [*SPECIAL_TOKENS, *(names[byte] for byte in first)]
    order += ["".join(names[byte] for byte in token) for token in vocabulary.tokens[NUM_BYTES:]]
    visible = {token: "".join(names[byte] for byte in token) for token in vocabulary.tokens}
    merges = [(visible[left], visible[right]) for left, right in vocabulary.merges]
    # A word that is an entry is that entry at once: entries of whole words need no entries for their beginnings.
    tokenizer = Tokenizer(models.BPE({name: number for number, name in enumerate(order)}, merges, ignore_merges=True))
    split = pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    for token, number in SPECIAL_TOKEN_IDS.items():
        assert tokenizer.token_to_id(token) == number
    return tokenizer


def _byte_names() -> list[str]:
    """The visible character for each byte (Radford et al. 2019): printable Latin-1 as it is, the others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(NUM_BYTES) if byte not in printable)
    names = {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + place) for place, byte in enumerate(others)}
    return [names[byte] for byte in range(NUM_BYTES)]


#: Turns are closed by ``<|endofturn|>``; a system message, which has no token of its own, opens the first user turn.
_CHAT_TEMPLATE = (
    "{%- set ns = namespace(system='') -%}"
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'system' -%}{%- set ns.system = message['content'] + '\\n\\n' -%}"
    "{%- elif message['role'] == 'user' -%}{{ '" + USER + "' + ns.system + message['content'] + '" + END_OF_TURN + "' }}"
    "{%- set ns.system = '' -%}"
    "{%- elif message['role'] == 'assistant' -%}{{ '" + ASSISTANT + "' + message['content'] + '" + END_OF_TURN + "' }}"
    "{%- else -%}{{ raise_exception('roles are system, user and assistant, not ' + message['role']) }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '" + ASSISTANT + "' }}{%- endif -%}"
)


def save(tokenizer: Tokenizer, *, directory: Path, max_sequence_length: int = 32_768) -> Path:
    """Write ``tokenizer.json`` and the ``tokenizer_config.json`` that ``transformers`` reads; returns the former's path."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": max_sequence_length,
        "eos_token": END_OF_TEXT,
        "pad_token": PAD,
        # transformers would otherwise delete spaces before punctuation when it decodes.
        "clean_up_tokenization_spaces": False,
        "chat_template": _CHAT_TEMPLATE,
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    path = directory / "tokenizer.json"
    path.write_text(tokenizer.to_str(pretty=True) + "\n", encoding="utf-8")
    return path
