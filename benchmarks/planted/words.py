"""Words replaced by others.

Enters: a draft. Leaves: its text with a share of its words replaced by words of another document of its source; the signs
after a word stay.
"""

import random
import re

from .draft import Change, Draft, substituted

_WORD = re.compile(r"[^\W_][^\s]*[^\W_]|[^\W_]")


def replaced(share: float) -> Change:
    def change(draft: Draft, rng: random.Random) -> str:
        others = [match.group() for match in _WORD.finditer(draft.other) if len(match.group()) > 1] or ["그러나"]
        words = [match.span() for match in _WORD.finditer(draft.text)]
        some = rng.sample(words, max(1, round(share * len(words))))
        return substituted(draft.text, {span: rng.choice(others) for span in some})

    return change
