"""Tokens as text again: what the tokenizer's own decoder says."""

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from pipelines.token_bytes import BREAK, TokenBytes

_TEXTS = ["학교에서 책을 읽었다. 漢字 and émigré 😀\n\tdef f(x):\n", "<|pad|> is text here", "\x00\x7f\xa0\xad\u200b", ""]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(_TEXTS * 3, trainer)
    made.add_special_tokens([AddedToken("<|eos|>", special=True)])
    made.encode_special_tokens = True
    return made


def test_texts_come_back(tokenizer: Tokenizer) -> None:
    decoder = TokenBytes(tokenizer.to_str().encode())
    encoded = [tokenizer.encode(text).ids for text in _TEXTS]
    bounds = np.cumsum([0, *map(len, encoded)])
    assert decoder.texts(np.concatenate(encoded).astype(np.uint16), bounds) == _TEXTS


def test_special_tokens_break_the_text(tokenizer: Tokenizer) -> None:
    decoder = TokenBytes(tokenizer.to_str().encode())
    eos = tokenizer.token_to_id("<|eos|>")
    ids = np.array([*tokenizer.encode("가").ids, eos, *tokenizer.encode("나").ids])
    assert decoder.texts(ids, np.array([0, len(ids)])) == [f"가{BREAK}나"]
    assert np.flatnonzero(decoder.special).tolist() == [eos]
