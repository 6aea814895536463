"""One piece of personal data: where it stands in a text, what it is and how sure the recogniser is.

Enters: nothing. Leaves: `Span`, the record that every recogniser yields, the scanner sorts and the replacer edits.
"""

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of code points (`text[start:end]`), entity name in upper case, score between 0 and 1."""

    start: int
    end: int
    entity: str
    score: float
