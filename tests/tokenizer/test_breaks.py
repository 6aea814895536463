"""Breaks: the kind of every place in a text, and the best of them, from ids alone and with any byte-level vocabulary."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models

from tokenizer.breaks import Break, Breaks
from tokenizer.byte_names import byte_names, visible_name
from tokenizer.encode import Encoder


def _vocabulary(*words: str) -> Tokenizer:
    """A byte-level tokenizer of all single bytes and ``words``, with two special tokens of other ids than ours."""
    entries = {name: number for number, name in enumerate(byte_names())}
    for word in words:
        entries.setdefault(visible_name(word.encode()), len(entries))
    tokenizer = Tokenizer(models.BPE(entries, []))
    tokenizer.add_special_tokens([AddedToken("</s>", special=True), AddedToken("[FIM]", special=True)])
    return tokenizer


def _ids(tokenizer: Tokenizer, tokens: list[str]) -> np.ndarray:
    entries = tokenizer.get_vocab(with_added_tokens=True)
    return np.array([entries[token if token in ("</s>", "[FIM]") else visible_name(token.encode())] for token in tokens])


C, W, S, L, P, T = Break.CHARACTER, Break.WORD, Break.SENTENCE, Break.LINE, Break.PARAGRAPH, Break.TOP_LEVEL


@pytest.mark.parametrize(
    ("tokens", "kinds"),
    [
        # Sentences: a blank has to follow, closing quotes belong to it; a number or a name has no end in it.
        (["한국어", "이다", ".", " 다음"], [C, C, C, S]),
        (["그래", "요?", '"', " 하고"], [C, C, C, S]),
        (["'끝.'", ")", " 뒤"], [C, C, S]),
        (["3", ".", "14"], [C, C, C]),
        (["말", "…", "」", " 그"], [C, C, C, S]),
        # Scripts without blanks.
        (["です", "。", "次"], [C, C, S]),
        (["「そう", "。", "」", "と"], [C, C, C, S]),
        # Lines and paragraphs, in one token or several, with blanks and carriage returns among them.
        (["a", "\n", "b"], [C, L, L]),
        (["a", "\r\n", "b"], [C, L, L]),
        (["a", "\n\n", "b"], [C, P, T]),
        (["a", "\n", "\n", "b"], [C, L, P, T]),
        (["a", "\n \n", "b"], [C, P, T]),
        (["a.\n", " ", "\n", "b"], [C, L, L, L]),
        (["a", "\n", "</s>"], [C, L, L]),
        # Code: before a line that is not indented is better than before one that is.
        (["x", "\n\n", "    ", "y"], [C, P, P, C]),
        (["x", "\n\n   ", " y"], [C, P, P]),
        (["x", "\n   ", " y"], [C, L, L]),
        (["x", "\n\n\n", "def"], [C, P, T]),
        # Words.
        (["the", " quick", " ", "fox"], [C, W, W, C]),
        (["[FIM]", "a", "[FIM]", " b"], [C, C, C, W]),
        ([], []),
    ],
)
def test_kinds_of_places(tokens: list[str], kinds: list[Break]) -> None:
    tokenizer = _vocabulary(*tokens)
    ids = _ids(tokenizer, tokens)
    breaks = Breaks.of(tokenizer)
    assert [Break(kind).name for kind in breaks.kinds(ids, first=0, last=ids.size)] == [kind.name for kind in kinds]


@pytest.mark.parametrize(
    ("tokens", "earliest", "latest", "place"),
    [
        # The latest of the best kind, and only behind the earliest.
        (["a", "\n", "b", "\n", "c", "\n", "d"], 0, 6, 6),
        (["a", "\n\n", "b", "\n", "c", ".", " d"], 0, 6, 2),
        (["a", "\n\n", "b", "\n", "c", ".", " d"], 2, 6, 4),
        (["a", "\n\n", "b", "\n", "c", ".", " d"], 4, 6, 6),
        (["a", " b", "c", "d", " e"], 0, 3, 1),
        (["a", "b", "c", "d"], 0, 3, 3),
        (["a", "b"], 0, 2, 2),
        # Between two definitions rather than between two paragraphs of one.
        (["x", "\n\n", "def", " y", "\n\n", "    ", "z"], 0, 6, 2),
    ],
)
def test_best_place(tokens: list[str], earliest: int, latest: int, place: int) -> None:
    tokenizer = _vocabulary(*tokens)
    assert Breaks.of(tokenizer).best(_ids(tokenizer, tokens), earliest=earliest, latest=latest) == place


@pytest.mark.parametrize("text", ["가나다", "한 글자", "𝛼𝛽", "é", "日本"])
def test_never_inside_a_character(text: str) -> None:
    tokenizer = _vocabulary()
    data = text.encode()
    ids = np.array([tokenizer.get_vocab()[visible_name(bytes([byte]))] for byte in data])
    breaks = Breaks.of(tokenizer)
    for latest in range(4, ids.size + 1):
        place = breaks.best(ids, earliest=latest - 4, latest=latest)
        assert data[:place].decode() + data[place:].decode() == text


@pytest.mark.parametrize(("earliest", "latest"), [(3, 3), (4, 3), (-1, 2), (0, 4)])
def test_no_place_is_told(earliest: int, latest: int) -> None:
    with pytest.raises(ValueError, match=f"no place after {earliest} and up to {latest} in 3 ids"):
        Breaks.of(_vocabulary()).best(np.array([1, 2, 3]), earliest=earliest, latest=latest)


def test_ids_beyond_the_vocabulary_are_ordinary() -> None:
    breaks = Breaks.of(_vocabulary())
    assert breaks.best(np.array([10**6, 10**6, 10**6], dtype=np.uint32), earliest=0, latest=2) == 2


TEXTS = st.text(st.sampled_from("안녕하세요.다 \n日本。\"'ab12()\t…𝛼"), min_size=8, max_size=200)


@given(TEXTS, st.data())
@settings(deadline=None, max_examples=150)
def test_with_our_tokenizer_pieces_are_whole_text(
    encoder: Encoder, tokenizer_path: Path, text: str, data: st.DataObject
) -> None:
    ids = encoder.encode(text)
    latest = data.draw(st.integers(1, ids.size))
    earliest = data.draw(st.integers(0, max(0, latest - 4)))
    breaks = Breaks.of(tokenizer_path)
    place = breaks.best(ids, earliest=earliest, latest=latest)
    assert earliest < place <= latest
    kinds = breaks.kinds(ids, first=earliest + 1, last=latest + 1)
    assert kinds[place - earliest - 1] == kinds.max()
    if latest - earliest >= 4:
        assert encoder.decode(ids[:place]) + encoder.decode(ids[place:]) == text
    # A part of the document that has one token before and behind the places gives the same.
    first = max(earliest - 1, 0)
    part = ids[first : latest + 1]
    assert first + breaks.best(part, earliest=earliest - first, latest=latest - first) == place
