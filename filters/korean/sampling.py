r"""The bounded sample of a document that the Korean morphological rules look at.

Enters: a text of any length. Leaves: runs of Hangul syllables in order, each with how it is joined to the next one: at most
``max_runs``, taken from evenly spread stretches of neighbouring runs, so that the cost does not grow with the text and
neighbours are known. Latin, digits, markup and addresses only separate runs. The sample is a function of the text alone.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

#: Runs of Hangul syllables, and what stands between two of them. Linear: the two classes are complements.
_RUN_AND_GAP = re.compile("([가-힣]+)([^가-힣]*)")
_CODE_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)

#: How a run is joined to the next one: by a space; by a mark after it; by a line end; by something else of its own, such as
#: Latin, a number or a dash; without a space.
SPACE, COMMA, STOP, LINE, OTHER, ATTACHED = range(6)
#: A sample is read in so many stretches, and a run found in so many characters.
NUM_STRETCHES = 4
CHARS_PER_RUN = 14
#: Of a longer text only as much is read, at evenly spread places.
MAX_CHARS_READ, NUM_PLACES = 160_000, 4
#: Runs are keys of tables that are kept: longer ones are cut.
MAX_RUN = 100
_STOPS = ".?!…。~;ㅋㅎㅠㅜ"
_OPENING = "\"'`“‘([{<「『《〈*_#"
_MAX_GAP = 12


class Sample(NamedTuple):
    """``joins[i]`` says what stands after ``runs[i]``, ``gaps[i]`` is that text itself.

    ``foreign`` is the share of Latin letters and digits among all letters and digits that were read, ``complete`` whether
    the sample is all there is.
    """

    runs: list[str]
    joins: list[int]
    gaps: list[str]
    foreign: float
    complete: bool


@lru_cache(maxsize=4096)
def _read_gap(gap: str) -> tuple[int, int]:
    """How the gap joins, and how many letters and digits are in it."""
    letters = sum(map(str.isalnum, gap))
    if gap.isspace():
        return (LINE if "\n" in gap else SPACE), letters
    if not gap:
        return LINE, letters
    before_quote = gap.rstrip(_OPENING)
    if before_quote and not before_quote[-1].isspace() and (gap[-1].isalnum() or gap[-1] in ")]}>”’%`'\"*_"):
        return ATTACHED, letters
    if gap[0] in _STOPS:
        return STOP, letters
    if "\n" in gap:
        return LINE, letters
    return (COMMA if gap[0] in ",、" and not letters else OTHER), letters


def _read_long_gap(gap: str) -> tuple[int, int]:
    # A long gap is no key to keep: it is read at its ends, and counted.
    return _read_gap(gap[: _MAX_GAP // 2] + gap[-_MAX_GAP // 2 :])[0], sum(map(str.isalnum, gap))


def _without_code(text: str) -> str:
    parts = _CODE_FENCE.split(text)
    return text if len(parts) < 3 else "\n".join(parts[::2])


def _stretches(text: str, size: int) -> list[str]:
    if len(text) <= NUM_STRETCHES * size:
        return [text]
    step = (len(text) - size) // (NUM_STRETCHES - 1)
    return [_from_line_or_space(text, number * step, size) for number in range(NUM_STRETCHES)]


def sample(text: str, *, max_runs: int) -> Sample:
    """Up to ``max_runs`` runs of ``text`` in :data:`NUM_STRETCHES` stretches, spread evenly from the first to the last."""
    complete = len(text) <= MAX_CHARS_READ
    if len(text) > MAX_CHARS_READ:
        size = MAX_CHARS_READ // NUM_PLACES
        step = (len(text) - size) // (NUM_PLACES - 1)
        text = "\n".join(text[number * step : number * step + size] for number in range(NUM_PLACES))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = _without_code(text)
    stretches = _stretches(text, max_runs // NUM_STRETCHES * CHARS_PER_RUN)
    limit = max_runs // len(stretches)
    runs: list[str] = []
    joins: list[int] = []
    gaps: list[str] = []
    letters = 0
    complete = complete and len(stretches) == 1
    for stretch in stretches:
        found = _RUN_AND_GAP.findall(stretch)
        complete = complete and len(found) <= limit
        del found[limit:]
        read = [_read_gap(gap) if len(gap) <= _MAX_GAP else _read_long_gap(gap) for _, gap in found]
        runs += [run[:MAX_RUN] for run, _ in found]
        gaps += [gap for _, gap in found]
        joins += [join for join, _ in read[:-1]]
        joins += [LINE] * bool(read)
        letters += sum([count for _, count in read])
    return Sample(runs, joins, gaps, letters / max(1, letters + sum(map(len, runs))), complete)


def _from_line_or_space(text: str, start: int, size: int) -> str:
    """``size`` characters from ``start``, from the next begin of a line or a word and up to the end of a word."""
    if start:
        line = text.find("\n", start, start + size // 2)
        space = text.find(" ", start, start + size // 2)
        start = line + 1 if line >= 0 else space + 1 if space >= 0 else start
    end = start + size
    if end < len(text):
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space if space > start else end
    return text[start:end]
