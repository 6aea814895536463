"""What tokenizers are compared by, on text small enough to count."""

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from tokenizer.comparison import Figures, Premium, TextSize, compare, encodable, size_of
from tokenizer.reading.hugging_face import HuggingFace


def whole_words(*words: str) -> HuggingFace:
    """Knows some words and the characters of none other; drops what it does not know."""
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(["[UNK]", *words])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return HuggingFace(tokenizer)


def single_bytes() -> HuggingFace:
    vocabulary = {name: number for number, name in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return HuggingFace(tokenizer)


def test_figures() -> None:
    tokenizers = {"bytes": single_bytes(), "words": whole_words("학교에서", "book")}
    first, second = compare(tokenizers, ["학교에서 book"], parallel=[("책", "book"), ("글", "a")], speed=False)
    assert (first.name, first.num_entries, first.tokens, first.byte_tokens, first.texts, first.same_texts) == (
        "bytes",
        256,
        17,
        12,
        1,
        1,
    )
    assert first.premium == Premium(6, 5)
    assert first.alignment.aligned == 0
    assert first.alignment.cuts == 11
    assert (second.tokens, second.byte_tokens, second.same_texts) == (2, 0, 1)
    assert (second.alignment.tokens, second.alignment.aligned) == (1, 1)
    assert second.premium == Premium(2, 2)
    assert second.bytes_per_s is None


def test_a_text_that_does_not_come_back_is_seen() -> None:
    (figures,) = compare({"words": whole_words("a")}, ["a a", "a  a", "a b"], alignment=False, speed=False)
    assert (figures.texts, figures.same_texts) == (3, 1)


def test_speed_is_of_the_same_text() -> None:
    figures = compare({"a": single_bytes(), "b": single_bytes()}, ["가나다라" * 500], alignment=False)
    assert all(figure.bytes_per_s and figure.bytes_per_s > 0 for figure in figures)


@pytest.mark.parametrize(
    ("texts", "size"),
    [
        ([], TextSize(0, 0, 0, 0)),
        (["책을 읽다", "a\n b"], TextSize(2, 4, 9, 17)),
        (["\ud800"], TextSize(1, 1, 1, 1)),
    ],
)
def test_sizes(texts: list[str], size: TextSize) -> None:
    assert size_of(texts) == size


def test_lone_surrogates_can_be_compared() -> None:
    assert encodable("가\ud800") == "가?"
    (figures,) = compare({"bytes": single_bytes()}, ["가\ud800"], alignment=False, speed=False)
    assert (figures.tokens, figures.same_texts) == (4, 1)


def test_no_text() -> None:
    (figures,) = compare({"bytes": single_bytes()}, [], speed=True)
    assert figures == Figures(name="bytes", num_entries=256)
