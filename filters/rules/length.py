"""How long a document is, in code points: the cheapest gate of all.

Enters: a view. Leaves: a failure for a text too short or too long. Polyglot-Ko's data preparation keeps Korean documents
of 50 to 100,000 characters; the upper limit is off here, for books are the best text there is.
"""

from dataclasses import dataclass

from filters.document import Failure
from filters.limits import check_at_least, check_order
from filters.view import View


@dataclass(frozen=True, kw_only=True)
class Length:
    """``min_chars`` and ``max_chars`` are both allowed; None or 0 turns a limit off."""

    min_chars: int | None = 50
    max_chars: int | None = None

    def __post_init__(self) -> None:
        check_at_least("length", "min_chars", self.min_chars)
        check_at_least("length", "max_chars", self.max_chars)
        check_order("length", ("min_chars", self.min_chars), ("max_chars", self.max_chars))

    def judge(self, view: View) -> list[Failure]:
        """``length_too_few_chars`` or ``length_too_many_chars``, or nothing."""
        num_chars = len(view.text)
        if self.min_chars and num_chars < self.min_chars:
            return [Failure("length_too_few_chars", num_chars, self.min_chars)]
        if self.max_chars and num_chars > self.max_chars:
            return [Failure("length_too_many_chars", num_chars, self.max_chars)]
        return []
