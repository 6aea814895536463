r"""The bounded sample of a document that the Korean morphological rules look at.

Enters: a text of any length. Leaves: runs of Hangul syllables in order, each with how it is joined to the next one: at most
``max_runs``, taken from evenly spread stretches of neighbouring runs, so that the cost does not grow with the text and
neighbours are known. Latin, digits, markup and addresses only separate runs. The sample is a function of the text alone.
"""

import re
import unicodedata
from typing import NamedTuple

from filters.korean.gaps import LINE, join_of

#: Runs of Hangul syllables, and what stands between two of them. Linear: the two classes are complements.
_RUN_AND_GAP = re.compile("([가-힣]+)([^가-힣]*)")
_CODE_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)

#: A sample is read in so many stretches, and a run found in so many characters.
NUM_STRETCHES = 4
CHARS_PER_RUN = 14
#: Of a longer text only as much is read, at evenly spread places.
MAX_CHARS_READ, NUM_PLACES = 160_000, 4
#: Runs are keys of tables that are kept: longer ones are cut.
MAX_RUN = 100


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


def _without_code(text: str) -> str:
    if "```" not in text and "~~~" not in text:
        return text
    parts = _CODE_FENCE.split(text)
    return text if len(parts) < 3 else "\n".join(parts[::2])


def _stretches(text: str, size: int) -> list[str]:
    if len(text) <= NUM_STRETCHES * size:
        return [text]
    step = (len(text) - size) // (NUM_STRETCHES - 1)
    return [_from_line_or_space(text, number * step, size) for number in range(NUM_STRETCHES)]


def stretches(text: str, *, max_runs: int) -> list[str]:
    """The stretches of ``text`` that a sample of ``max_runs`` is read from, the same number of runs from each."""
    if len(text) > MAX_CHARS_READ:
        size = MAX_CHARS_READ // NUM_PLACES
        step = (len(text) - size) // (NUM_PLACES - 1)
        text = "\n".join(text[number * step : number * step + size] for number in range(NUM_PLACES))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _stretches(_without_code(text), max_runs // NUM_STRETCHES * CHARS_PER_RUN)


def sample(text: str, *, max_runs: int) -> Sample:
    """Up to ``max_runs`` runs of ``text`` in :data:`NUM_STRETCHES` stretches, spread evenly from the first to the last."""
    found_in = stretches(text, max_runs=max_runs)
    limit = max_runs // len(found_in)
    runs: list[str] = []
    joins: list[int] = []
    gaps: list[str] = []
    letters = 0
    complete = len(text) <= MAX_CHARS_READ and len(found_in) == 1
    for stretch in found_in:
        found = _RUN_AND_GAP.findall(stretch)
        complete = complete and len(found) <= limit
        del found[limit:]
        runs += [run[:MAX_RUN] for run, _ in found]
        gaps += [gap for _, gap in found]
        joins += [join_of(gap) for _, gap in found[:-1]]
        joins += [LINE] * bool(found)
        letters += sum([sum(map(str.isalnum, gap)) for _, gap in found])
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
