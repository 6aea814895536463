"""Fill-in-the-middle: patches against encoding the three parts, and back to the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizer.encode import Encoder
from tokenizer.fim import PLAIN, PSM, SPM, Cutter, FormError, Sentinels, cut_points, original, stream
from tokenizer.special_tokens import END_OF_TEXT_ID, SPECIAL_TOKEN_IDS

SENTINELS = Sentinels.of(SPECIAL_TOKEN_IDS)

TEXTS = (
    "훈민정음은 1443년에 만들어졌다. 백성이 쉽게 익혀 날마다 쓰기를 바랐다.\n\n둘째 문단이다.",
    "def add(a, b):\n    return a + b\n\n\ndef twice(a):\n    return add(a, a)\n",
    "가나다",
    "abc",
    "x" * 3_000,
    "<|fim_prefix|>이것은 글이다<|endoftext|> <|fim_middle|>",
    "한국어 " * 500,
    "😀😁😂🤣",
    " \n \n \t ",
    "aGVsbG8gd29ybGQ" * 100,
)


@pytest.mark.parametrize("split", ["thirds", "random"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_parts_have_the_ids_of_encoding_them_alone(encoder: Encoder, text: str, split: str) -> None:
    _check(encoder, text, split=split, number=12345)


@settings(max_examples=150, deadline=None)
@given(text=st.text(min_size=3, max_size=900), number=st.integers(0, 2**64 - 1), split=st.sampled_from(["thirds", "random"]))
def test_any_text(encoder: Encoder, text: str, number: int, split: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    _check(encoder, text, split=split, number=number)


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["한국어를", "def f(x):\n", "word", " ", "\n", "12 345", "é", ", ", "日本"]), min_size=60, max_size=400
    ),
    number=st.integers(0, 2**64 - 1),
)
def test_running_text(encoder: Encoder, words: list[str], number: int) -> None:
    _check(encoder, " ".join(words), split="random", number=number)


def _check(encoder: Encoder, text: str, *, split: str, number: int) -> None:
    ids = encoder.encode(text)
    [patch] = Cutter(encoder, split=split).patches([text], [ids], hashes=[number])  # type: ignore[arg-type]
    first, second = cut_points(len(text), split=split, document_hash=number)  # type: ignore[arg-type]
    assert 0 < first < second < len(text)
    parts = [text[:first], text[first:second], text[second:]]
    assert patch is not None
    for form in (PSM, SPM):
        made = stream(ids, patch, form=form, special=SENTINELS, end_of_text_id=END_OF_TEXT_ID)
        assert len(made) == patch.num_tokens(len(ids))
        prefix, middle, suffix = ([*encoder.encode(part).tolist()] for part in parts)
        pre, mid, suf = SENTINELS.prefix, SENTINELS.middle, SENTINELS.suffix
        if form == PSM:
            assert made.tolist() == [pre, *prefix, suf, *suffix, mid, *middle, END_OF_TEXT_ID]
        else:
            assert made.tolist() == [pre, suf, *suffix, mid, *prefix, *middle, END_OF_TEXT_ID]
        back = original(made, form=form, special=SENTINELS, end_of_text_id=END_OF_TEXT_ID)
        assert "".join(encoder.decode(part) for part in back) == text


def test_a_patch_is_small_where_a_text_is_long(encoder: Encoder) -> None:
    text = "한국어 문장은 낱말 사이를 띄어 쓴다. " * 200
    ids = encoder.encode(text)
    [patch] = Cutter(encoder, split="thirds").patches([text], [ids], hashes=[0])
    assert patch is not None
    assert len(patch.ids) < 40 < len(ids)


def test_plain_uses() -> None:
    ids = np.array([40, 41, END_OF_TEXT_ID])
    [own] = original(ids, form=PLAIN, special=SENTINELS, end_of_text_id=END_OF_TEXT_ID)
    assert own.tolist() == [40, 41]


@pytest.mark.parametrize(
    ("ids", "form"),
    [
        ([40, 41], PLAIN),
        ([40, END_OF_TEXT_ID, 41, END_OF_TEXT_ID], PLAIN),
        ([SENTINELS.prefix, 40, SENTINELS.suffix, 41, SENTINELS.middle, 42, END_OF_TEXT_ID], PLAIN),
        ([40, 41, END_OF_TEXT_ID], PSM),
        ([40, SENTINELS.prefix, 40, SENTINELS.suffix, 41, SENTINELS.middle, 42, END_OF_TEXT_ID], PSM),
        ([SENTINELS.prefix, 40, SENTINELS.middle, 41, SENTINELS.suffix, 42, END_OF_TEXT_ID], PSM),
        ([SENTINELS.prefix, 40, SENTINELS.suffix, 41, SENTINELS.middle, 42], SPM),
        ([], PLAIN),
        ([40, END_OF_TEXT_ID], 7),
    ],
)
def test_ids_that_are_no_use(ids: list[int], form: int) -> None:
    with pytest.raises(FormError, match=r"no .* use of a document"):
        original(np.array(ids, dtype=np.int64), form=form, special=SENTINELS, end_of_text_id=END_OF_TEXT_ID)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_too_short(encoder: Encoder, length: int) -> None:
    text = "가" * length
    assert Cutter(encoder, split="thirds").patches([text], [encoder.encode(text)], hashes=[1]) == [None]
    with pytest.raises(ValueError, match="no three parts"):
        cut_points(length, split="random")


def test_random_cuts_are_uniform() -> None:
    """Every pair of places of a text of four characters, about as often as any other."""
    pairs = [cut_points(4, split="random", document_hash=number) for number in range(3_000)]
    counts = {pair: pairs.count(pair) for pair in set(pairs)}
    assert set(counts) == {(1, 2), (1, 3), (2, 3)}
    assert all(850 < count < 1150 for count in counts.values())
