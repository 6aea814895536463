"""The sets behind the published thresholds are the ones that datatrove counts with."""

from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION

from filters.punctuation import CLOSED_TERMINALS, PUNCTUATION, SENTENCE_TERMINALS


def test_same_characters_as_datatrove() -> None:
    assert SENTENCE_TERMINALS == TERMINAL_PUNCTUATION
    assert PUNCTUATION == PUNCTUATION_SET


def test_no_letter_is_punctuation() -> None:
    # The count of words with a letter in gopher_quality rests on this.
    assert not any(map(str.isalpha, PUNCTUATION))


def test_closed_terminals() -> None:
    assert {'."', ".”", "?』", "。」", "!)"} <= set(CLOSED_TERMINALS)
    assert all(len(ending) == 2 for ending in CLOSED_TERMINALS)
