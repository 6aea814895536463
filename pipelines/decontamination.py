"""What a recipe's ``[decontaminate]`` does to documents: finds benchmark items, and drops the document or cuts the passage.

Enters: texts. Leaves: for each that holds an item what was found, and the text that is left, or None where the document goes.
The stage ``decontaminate`` and ``malmoi decontaminate`` both ask here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from filters.contamination.cutting import cut
from filters.contamination.index import BenchmarkIndex, build_index
from filters.contamination.items import Item
from filters.contamination.matching import Match, Matcher
from filters.document import Failure

from .benchmark_files import Benchmarks, read_benchmarks
from .benchmark_items import Columns
from .recipe_tables import Decontaminate

RULE = "benchmark_overlap"
#: Characters of a passage that the ledger shows, and passages of a document.
_SHOWN_CHARS, _SHOWN_PASSAGES = 200, 20
#: A text from which passages were cut is searched again so often; what still holds one then goes.
_ROUNDS = 3


class Contaminated(NamedTuple):
    """A text at ``row`` that holds benchmark items. ``left`` is what cutting leaves of it, None if the document goes."""

    row: int
    matches: list[Match]
    left: str | None


class Decontamination:
    """The items of a recipe's benchmarks, ready to be looked for."""

    def __init__(self, settings: Decontaminate, benchmarks: Benchmarks) -> None:
        self._cuts = settings.action == "cut"
        self.benchmarks = benchmarks
        self.index: BenchmarkIndex = build_index(
            benchmarks.items, overlap=settings.overlap, short_overlap=settings.short_overlap
        )
        self._matcher = Matcher(self.index)

    def find(self, texts: Sequence[str], *, is_code: Sequence[bool] = ()) -> list[Contaminated]:
        """The texts that hold items, by row."""
        found: list[Contaminated] = []
        for row, matches in enumerate(self._matcher.find(texts)):
            if matches:
                code = bool(is_code) and is_code[row]
                found.append(Contaminated(row, matches, self._left(texts[row], matches, code=code) if self._cuts else None))
        return found

    def _left(self, text: str, matches: list[Match], *, code: bool) -> str | None:
        for _ in range(_ROUNDS):
            text = cut(text, [self._matcher.with_answer(text, match) for match in matches], code=code)
            if not any(map(str.isalnum, text)):
                return None
            matches = self._matcher.find([text])[0]
            if not matches:
                return text
        return None

    def item(self, match: Match) -> Item:
        """The item that was found."""
        return self.index.items[match.item]

    def failures(self, text: str, matches: Sequence[Match]) -> list[Failure]:
        """The matches as the ledger tells them: the item and the passage, the most certain ones first."""
        told = sorted(matches, key=lambda match: (-match.overlap, match.start))[:_SHOWN_PASSAGES]
        return [
            Failure(RULE, round(match.overlap, 4), round(match.threshold, 4), f"{self._name(match)}: {passage(text, match)}")
            for match in told
        ]

    def _name(self, match: Match) -> str:
        item = self.item(match)
        return f"{item.benchmark} {item.item}"

    def stats(self) -> dict[str, dict[str, int]]:
        """Per benchmark file: items, lines that gave none, items that are too short to be told from ordinary text."""
        stats = {
            file.name: {"items": file.num_items, "unreadable": len(file.problems), "too_short": 0}
            for file in self.benchmarks.files
        }
        for number in self.index.too_short:
            stats[self.index.items[number].benchmark]["too_short"] += 1
        return stats

    def too_short(self) -> list[Item]:
        """The items that are not looked for."""
        return [self.index.items[number] for number in self.index.too_short]


def passage(text: str, match: Match) -> str:
    """The beginning of what was found, on one line."""
    found = " ".join(text[match.start : match.end].split())
    return found if len(found) <= _SHOWN_CHARS else found[: _SHOWN_CHARS - 1] + "…"


def columns_of(settings: Decontaminate) -> Columns:
    """The columns that a recipe names."""
    question, choices, answer = map(tuple, (settings.question_columns, settings.choices_columns, settings.answer_columns))
    return Columns(question, choices, answer, settings.id_column)


def benchmarks_of(settings: Decontaminate, paths: Sequence[str], *, root: str) -> Benchmarks:
    """Reads the benchmark files at ``paths``; raises BenchmarkError."""
    return read_benchmarks(paths, columns_of(settings), root=root)
