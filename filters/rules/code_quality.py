"""The rules for source code (Codex, arXiv:2107.03374, section 3.1; StarCoder, arXiv:2305.06161, section 3.3).

Enters: a view of a source file. Leaves: a failure for each rule of line length, letters and size that the file does not
pass. Comments and strings in Hangul count as letters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filters.document import Failure
from filters.limits import check_at_least, check_order, check_share
from filters.view import View

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_ASCII_NOT_ALPHANUMERIC = bytes(byte for byte in range(128) if not chr(byte).isalnum())


def _count_alphanumeric(text: str) -> int:
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_NOT_ALPHANUMERIC))
    return len(_NOT_ALPHANUMERIC.sub("", text))


@dataclass(frozen=True, kw_only=True)
class CodeQuality:
    """Limits outside which a file is dropped; None or 0 turns one off. Lengths are in code points.

    ``min_lines`` is off: ``code_too_little`` sees more than a number of lines does.
    """

    min_chars: int | None = 10
    max_chars: int | None = 1_000_000
    min_lines: int | None = None
    max_line_length: int | None = 1000
    max_mean_line_length: float | None = 100
    min_alphanumeric_fraction: float | None = 0.25

    def __post_init__(self) -> None:
        for name in ("min_chars", "max_chars", "min_lines", "max_line_length", "max_mean_line_length"):
            check_at_least("code_quality", name, getattr(self, name))
        check_share("code_quality", "min_alphanumeric_fraction", self.min_alphanumeric_fraction)
        check_order("code_quality", ("min_chars", self.min_chars), ("max_chars", self.max_chars))

    def judge(self, view: View) -> list[Failure]:
        """Every rule that ``view`` fails; of an empty file only its size is judged."""
        failures = [*self._judge_size(view)]
        if view.text:
            failures += self._judge_lines(view)
            failures += self._judge_content(view)
        return failures

    def _judge_size(self, view: View) -> Iterator[Failure]:
        num_chars, num_lines = len(view.text), len(view.lines)
        if self.min_chars and num_chars < self.min_chars:
            yield Failure("code_too_few_chars", num_chars, self.min_chars)
        if self.max_chars and num_chars > self.max_chars:
            yield Failure("code_too_many_chars", num_chars, self.max_chars)
        if self.min_lines and num_lines < self.min_lines:
            yield Failure("code_too_few_lines", num_lines, self.min_lines)

    def _judge_lines(self, view: View) -> Iterator[Failure]:
        lengths = [*map(len, view.lines)]
        if self.max_line_length and max(lengths) > self.max_line_length:
            yield Failure("code_line_too_long", max(lengths), self.max_line_length, f"line {lengths.index(max(lengths)) + 1}")
        mean = sum(lengths) / len(lengths)
        if self.max_mean_line_length and mean > self.max_mean_line_length:
            yield Failure("code_lines_too_long", mean, self.max_mean_line_length)

    def _judge_content(self, view: View) -> Iterator[Failure]:
        share = _count_alphanumeric(view.text) / len(view.text)
        if self.min_alphanumeric_fraction and share < self.min_alphanumeric_fraction:
            yield Failure("code_too_few_alphanumeric", share, self.min_alphanumeric_fraction)
