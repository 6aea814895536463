"""datatrove's rules with FineWeb2's numbers for Korean (kor_Hang) and its Korean word tokenizer.

Enters: texts. Leaves: whether FineWeb2 keeps each. The tokenizer is datatrove's own class with Kiwi's default model in
it, for the one that it pins is gone from Kiwi's packages; datatrove caches the words of a text for its three filters.
"""

from functools import cache
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

LANGUAGE = "kor_Hang"
_STOP_WORDS = [
    "의",
    "다",
    "이",
    "는",
    "에",
    "을",
    "한",
    "년",
    "하",
    "은",
    "를",
    "했",
    "고",
    "에서",
    "가",
    "있",
    "으로",
    "인",
    "월",
    "로",
    "되",
]


@cache
def _filters() -> list[Any]:
    """The three filters in FineWeb2's order."""
    _use_default_model()
    return [
        GopherRepetitionFilter(
            dup_line_frac=0.374,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            top_n_grams=((2, 0.282), (3, 0.228), (4, 0.185)),
            dup_n_grams=((5, 0.201), (6, 0.184), (7, 0.168), (8, 0.154), (9, 0.14), (10, 0.127)),
            language=LANGUAGE,
        ),
        FineWebQualityFilter(
            line_punct_thr=0.062, new_line_ratio=0.196, char_duplicates_ratio=0.1, short_line_thr=999, language=LANGUAGE
        ),
        GopherQualityFilter(
            min_doc_words=50,
            min_avg_word_length=1,
            max_avg_word_length=6,
            max_non_alpha_words_ratio=0.791,
            min_stop_words=2,
            stop_words=_STOP_WORDS,
            language=LANGUAGE,
        ),
    ]


def _use_default_model() -> None:
    from datatrove.utils.word_tokenizers import load_word_tokenizer
    from kiwipiepy import Kiwi

    load_word_tokenizer(LANGUAGE)._tokenizer = Kiwi(num_workers=1)


def keeps(text: str) -> bool:
    """Whether all three filters keep ``text``; one that stops with an error does not."""
    document = Document(text=text, id="0")
    try:
        return all(peer.filter(document) is True for peer in _filters())
    except (ZeroDivisionError, UnicodeError):
        return False
