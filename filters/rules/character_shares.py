"""What a text is made of: letters of its script, digits, symbols, and runs of one character.

Enters: a batch. Leaves: a failure for each share outside its limits. The limits on symbols and Hangul are those of the
Korean data preparation of Polyglot-Ko (dps: symbols at most 0.1 of the characters, Hangul at least 0.25), here of the
letters, digits and signs; a run of one character (ㅋㅋㅋㅋ, =====, !!!!) counts from ``min_run`` characters on.
"""

from dataclasses import dataclass

import numpy as np

from filters.batch import Batch, Finding, above, below, shares
from filters.characters import DIGIT, HANGUL, LETTER, SPACE, SYMBOL
from filters.limits import check_at_least, check_share
from filters.view import IntArray

_SHARES = ("max_symbol_share", "max_digit_share", "min_letter_share", "min_hangul_share", "max_run_share")


@dataclass(frozen=True, kw_only=True)
class CharacterShares:
    """Shares of the characters that are no white space (of ``min_hangul_share``: of the letters); None or 0 turns one off."""

    max_symbol_share: float | None = 0.25
    max_digit_share: float | None = 0.3
    min_letter_share: float | None = 0.4
    min_hangul_share: float | None = None
    max_run_share: float | None = 0.3
    min_run: int = 5

    def __post_init__(self) -> None:
        for name in _SHARES:
            check_share("character_shares", name, getattr(self, name))
        check_at_least("character_shares", "min_run", self.min_run, least=2)

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every share that a document fails; one without a visible character fails ``characters_none_visible`` alone."""
        visible = batch.num_chars - batch.num_of_kind(SPACE)
        some = visible > 0
        found = below("characters_none_visible", visible, 1)
        if self.max_symbol_share:
            share = shares(batch.num_of_kind(SYMBOL), visible)
            found += above("characters_too_many_symbols", share, self.max_symbol_share, among=some)
        if self.max_digit_share:
            share = shares(batch.num_of_kind(DIGIT), visible)
            found += above("characters_too_many_digits", share, self.max_digit_share, among=some)
        letters = batch.num_of_kind(LETTER)
        if self.min_letter_share:
            found += below("characters_too_few_letters", shares(letters, visible), self.min_letter_share, among=some)
        if self.min_hangul_share:
            share = shares(batch.num_of_kind(HANGUL), letters)
            found += below("characters_too_little_hangul", share, self.min_hangul_share, among=some & (letters > 0))
        if self.max_run_share:
            share = shares(self._chars_in_runs(batch), visible)
            found += above("characters_in_runs", share, self.max_run_share, among=some)
        return found

    def _chars_in_runs(self, batch: Batch) -> IntArray:
        """Characters of runs of one visible character, ``min_run`` and longer, in each document."""
        points, size = batch.code_points, len(batch.code_points)
        # Compared at a distance first: nearly no place of a text is the same as the one so far before it.
        distance = self.min_run - 1
        if size <= distance:
            return np.zeros(len(batch), dtype=np.int64)
        hits = np.flatnonzero(
            (points[distance:] == points[:-distance]) & (batch.character_kinds[distance:] & np.uint8(SPACE) == 0)
        )
        for step in range(1, distance):
            hits = hits[points[hits] == points[hits + step]]
        # A run over the border of two documents is none.
        rows = np.searchsorted(batch.char_offsets, hits, side="right")
        hits = hits[hits + distance < batch.char_offsets[rows]]
        in_run = np.zeros(size, dtype=np.bool_)
        for step in range(self.min_run):
            in_run[hits + step] = True
        return batch.char_sums(in_run)
