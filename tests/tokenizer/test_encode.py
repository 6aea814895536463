"""Encoding: exact round trips, no special id from text, bounded work."""

import hashlib
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tokenizer.assembling import save
from tokenizer.encode import Encoder, pieces
from tokenizer.special_tokens import SPECIAL_TOKENS
from tokenizer.train import Training, count_words, train

ADVERSARIAL = [
    "",
    " ",
    "\0",
    "\0\0가\0",
    "안녕하세요, 세계!",
    "갔다 됐다 않는 값을",
    unicodedata.normalize("NFD", "한글 자모 분해"),
    "ᄒᆞᆫ글 옛한글 ꥠힰ",
    "ㅋㅋㅋㅋㅋㅋㅋㅋ ㅠㅠㅠ ㄱㄴㄷ",
    "👨‍👩‍👧‍👦 🇰🇷 👍🏽 ❤️",
    "e\u0301 é \u1100\u1161 가",
    "줄\r\n바꿈\r섞임\n끝\r\n\r\n",
    "\ufeffBOM과 \u200b영폭 \u202e방향\u202c \ue000\uf8ff",
    "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\x1f",
    "<|endoftext|><|user|>안녕<|assistant|> <|pad|><|reserved_3|><|fim_prefix|>",
    "<|endoftext|",
    "def f(x):\n\treturn {'a': [1, 2, 3]}\n\n\n",
    "  앞뒤 공백  ",
    "\U0010ffff\ufffe\ufffd\U000e0001",
    "漢字假名 العربية हिन्दी ไทย",
]


@pytest.mark.parametrize("text", ADVERSARIAL)
def test_round_trip(encoder: Encoder, text: str) -> None:
    ids = encoder.encode(text)
    assert encoder.decode(ids) == text
    assert (ids >= len(SPECIAL_TOKENS)).all()
    assert ids.dtype == np.uint16


_FRAGMENTS = st.sampled_from([*SPECIAL_TOKENS[:9], "<|", "|>", " ", "\n", "가", "a", "endoftext", "<|endof", "text|>"])
_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(_FRAGMENTS | _ANY_TEXT, max_size=8).map("".join))
@settings(deadline=None, max_examples=500)
def test_any_text_round_trips_and_gives_no_special_id(encoder: Encoder, text: str) -> None:
    ids = encoder.encode(text)
    assert encoder.decode(ids) == text
    assert (ids >= len(SPECIAL_TOKENS)).all()


def test_a_lone_surrogate_is_no_text(encoder: Encoder) -> None:
    with pytest.raises((UnicodeEncodeError, TypeError)):
        encoder.encode("가\ud800")


def test_exact_ids_of_special_names_in_text_are_those_of_their_bytes(encoder: Encoder) -> None:
    assert encoder.encode("<|pad|>").size > 1
    assert [encoder.token_id(name) for name in ("<|endoftext|>", "<|pad|>")] == [0, 7]
    assert encoder.decode([0, 7]) == "<|endoftext|><|pad|>"
    with pytest.raises(KeyError, match="has no token 'nothing'"):
        encoder.token_id("nothing")


def test_batches_equal_single_texts_in_order(encoder: Encoder) -> None:
    texts = ["", *ADVERSARIAL, "가" * 50_000, "", "학교에서 " * 200_000, "끝"]
    batch = list(encoder.encode_batch(texts))
    assert len(batch) == len(texts)
    assert all(np.array_equal(ids, encoder.encode(text)) for ids, text in zip(batch, texts, strict=True))


_PROSE = st.text(st.sampled_from("가나다ab1_.,'\" \n\r\té\u0301日ㅋ"), max_size=200)


@given(_PROSE, st.integers(8, 40))
@settings(deadline=None, max_examples=300)
def test_pieces_are_consecutive_and_bounded(text: str, size: int) -> None:
    parts = list(pieces(text, max_characters=size))
    assert "".join(parts) == text
    assert all(0 < len(part) <= size for part in parts) or parts == [""]


def test_encoding_in_pieces_gives_the_ids_of_the_whole(tokenizer_path: Path) -> None:
    text = "API를 호출하면 don't 1234 원이\n\n    return x['name'] 청구됩니다.  日本語 の 문장!\r\n학교에서, " * 300
    whole = Tokenizer.from_file(str(tokenizer_path)).encode(text).ids
    for size in (200, 201, 333, 1_000):
        ids = Encoder(tokenizer_path, max_piece_characters=size).encode(text)
        assert ids.tolist() == whole


def test_cuts_are_only_where_the_split_pattern_cuts() -> None:
    assert list(pieces("aaaa bbbb\ncccc  dd", max_characters=12)) == ["aaaa bbbb\n", "cccc  dd"]
    assert list(pieces("가" * 25, max_characters=10)) == ["가" * 10, "가" * 10, "가" * 5]


def test_fingerprint_is_the_digest_of_the_file(tokenizer_path: Path, encoder: Encoder) -> None:
    assert encoder.fingerprint == hashlib.sha256(tokenizer_path.read_bytes()).hexdigest()


def test_large_vocabularies_have_wider_ids(tmp_path: Path) -> None:
    # Every pair of two-syllable words is one token: more than 65,500 of them.
    words = [chr(0xAC00 + first) + chr(0xAC00 + second) for first in range(300) for second in range(230)]
    trained = train(count_words([" ".join(words)] * 2), Training(vocab_size=66_000))
    encoder = Encoder(save(trained.tokenizer, directory=tmp_path))
    assert (encoder.vocab_size, encoder.dtype) == (66_000, np.uint32)
    assert encoder.encode("가나").dtype == np.uint32


@pytest.mark.parametrize("unit", ["a", "가", " ", "=", "字", "ㅋ", "1", "각낙닫", "\n", "e\u0301"])
def test_long_runs_are_linear(encoder: Encoder, unit: str) -> None:
    text = unit * (300_000 // len(unit))
    began = time.monotonic()
    assert encoder.decode(encoder.encode(text)) == text
    assert time.monotonic() - began < 10
