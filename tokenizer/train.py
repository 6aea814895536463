"""Trains the byte-level BPE tokenizer on segmented text.

Texts with a separator at each morpheme boundary enter (:mod:`tokenizer.morphemes`); a ``tokenizer.json`` leaves that knows
nothing of the separator, so that encoding needs no analyser. Byte-level BPE follows Radford et al. 2019 and MorphBPE
(arXiv 2502.00894): merges that would cross a morpheme boundary are never counted.

There is no normaliser: every UTF-8 string round-trips exactly. The result depends on the texts alone, not on their
order, the threads or the process: the trainer breaks ties between equally frequent pairs by id, and ids follow from the
sorted byte alphabet (checked over processes and thread counts).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tokenizer.morphemes import SEPARATOR
from tokenizer.special_tokens import END_OF_TEXT, PAD, SPECIAL_TOKEN_IDS, SPECIAL_TOKENS

#: What no merge may cross, first match wins. Measured linear: a run of a million equal characters takes 0.5 s.
SPLIT_PATTERN = "|".join(
    (
        # English contractions, only after a letter: in code a quote before s or t opens a string.
        r"(?<=[^\P{L}\p{Hangul}])'(?:[sdmt]|ll|ve|re)(?![\p{L}\p{M}])",
        # An eojeol or its Hangul part, with the space before it; a particle after Latin letters stands alone.
        r" ?\p{Hangul}[\p{Hangul}\p{M}]*",
        # A word of other letters (every letter that is not Hangul) with one space or punctuation mark before it.
        r"[^\r\n\p{L}\p{N}\p{M}]?(?:[^\P{L}\p{Hangul}]\p{M}*)+",
        # At most three digits, so that a number's length shows in its tokens.
        r"\p{N}{1,3}",
        # Punctuation, symbols, emoji, control characters, with the line ends after them.
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        # Line ends with what blank there is before them.
        r"\s*[\r\n]+",
        # Indentation, less the space that belongs to the next word; then other blanks.
        r"\s+(?!\S)",
        r"\s+",
    )
)

_NUM_BYTES = 256
_MIN_VOCAB_SIZE = len(SPECIAL_TOKENS) + _NUM_BYTES


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


def train(
    texts: Iterable[str],
    *,
    vocab_size: int,
    min_pair_count: int = 2,
    max_token_bytes: int | None = None,
    separator: str = SEPARATOR,
    show_progress: bool = False,
) -> TrainedTokenizer:
    """Train on ``texts``, each with ``separator`` where no merge may pass.

    ``vocab_size`` counts the special tokens and the 256 bytes; ``max_token_bytes`` bounds the length of a token.
    Raises ``ValueError`` where the vocabulary has no room for those.
    """
    if vocab_size < _MIN_VOCAB_SIZE:
        raise ValueError(
            f"vocab_size is {vocab_size}, but {len(SPECIAL_TOKENS)} special tokens and {_NUM_BYTES} bytes need "
            f"{_MIN_VOCAB_SIZE}: ask for more"
        )
    split = pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(separator, "removed"), split, byte_level])
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_pair_count,
        max_token_length=max_token_bytes,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        show_progress=show_progress,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    for token, number in SPECIAL_TOKEN_IDS.items():
        assert tokenizer.token_to_id(token) == number
    return TrainedTokenizer(tokenizer=tokenizer, vocab_size=tokenizer.get_vocab_size(), requested_vocab_size=vocab_size)


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
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    path = directory / "tokenizer.json"
    path.write_text(tokenizer.to_str(pretty=True) + "\n", encoding="utf-8")
    return path
