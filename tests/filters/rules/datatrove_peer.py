"""datatrove's filters with our word and sentence splitters, so that only the rules are compared.

Enters: texts. Leaves: for each the reason datatrove 0.10.1 gives for dropping it ("" where it keeps it), or the name of
the error it stops with.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
from datatrove.data import Document as PeerDocument
from datatrove.pipeline.filters import (
    c4_filters,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.pipeline.filters.base_filter import BaseFilter

from filters.words import WordSplitter, split_sentences

#: The name we give to what datatrove calls so.
OUR_NAME = {
    "gopher_short_doc": "gopher_too_few_words",
    "gopher_long_doc": "gopher_too_many_words",
    "gopher_below_avg_threshold": "gopher_words_too_short",
    "gopher_above_avg_threshold": "gopher_words_too_long",
    "gopher_too_many_hashes": "gopher_too_many_hashes",
    "gopher_too_many_ellipsis": "gopher_too_many_ellipses",
    "gopher_too_many_bullets": "gopher_too_many_bullet_lines",
    "gopher_too_many_end_ellipsis": "gopher_too_many_ellipsis_lines",
    "gopher_below_alpha_threshold": "gopher_too_few_alpha_words",
    "gopher_enough_stop_words": "gopher_too_few_stop_words",
    "dup_para_frac": "gopher_dup_para_frac",
    "dup_para_char_frac": "gopher_dup_para_char_frac",
    "dup_line_frac": "gopher_dup_line_frac",
    "dup_line_char_frac": "gopher_dup_line_char_frac",
    **{f"top_{n}_gram": f"gopher_top_{n}_gram" for n in range(1, 20)},
    **{f"duplicated_{n}_n_grams": f"gopher_duplicated_{n}_grams" for n in range(1, 20)},
    "line_punct_ratio": "fineweb_line_punct",
    "short_line_ratio": "fineweb_short_lines",
    "char_dup_ratio": "fineweb_char_duplicates",
    "list_ratio": "fineweb_new_lines",
    "lorem_ipsum": "c4_lorem_ipsum",
    "curly_bracket": "c4_curly_bracket",
    "too_few_sentences": "c4_too_few_sentences",
}

Reason = Callable[[str], str]


def peer_reason(peer: BaseFilter, text: str) -> str:
    """Why ``peer`` drops ``text``, in our names: "" if it keeps it, "error" if it cannot judge it."""
    try:
        with np.errstate(all="ignore"):
            verdict = peer.filter(PeerDocument(text=text, id="0"))
    except ZeroDivisionError:
        return "error"
    if isinstance(verdict, tuple):
        if verdict[1] == "empty":
            return "fineweb_empty_text" if type(peer).__name__.startswith("FineWeb") else "gopher_empty_text"
        return OUR_NAME[verdict[1]]
    return "" if verdict else "dropped"


@contextmanager
def our_splitters(split_words: WordSplitter) -> Iterator[None]:
    """datatrove splits as we do inside this context."""

    def words(text: str, _language: str) -> list[str]:
        return split_words(text)

    def sentences(text: str, _language: str) -> list[str]:
        return split_sentences(text)

    with (
        patch.object(gopher_quality_filter, "split_into_words", words),
        patch.object(gopher_repetition_filter, "split_into_words", words),
        patch.object(fineweb_quality_filter, "split_into_words", words),
        patch.object(c4_filters, "split_into_sentences", sentences),
    ):
        yield
