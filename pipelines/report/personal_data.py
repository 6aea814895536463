"""Personal data by kind, from the edits of the ledgers; all other edits apart.

Rows of edited rules enter (:mod:`pipelines.report.losses`); rows by kind leave. The filter stage names an edit of personal
data ``pii_<entity>`` and a document that is dropped for having too much of it ``pii_density``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.losses import RuleRow

PREFIX = "pii_"
DENSITY = "pii_density"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Edits of personal data, most documents first, and the documents dropped because it is dense in them."""

    kinds: Sequence[RuleRow]
    dropped: int

    @property
    def most(self) -> int:
        """Documents of the kind with the most."""
        return max((row.tally.documents for row in self.kinds), default=0)


def personal_data(rows: Sequence[RuleRow]) -> PersonalData:
    """Of the rows of all stages."""
    kinds = [row for row in rows if row.action == "edited" and row.rule.startswith(PREFIX)]
    dropped = sum(row.tally.documents for row in rows if row.action != "edited" and row.rule == DENSITY)
    return PersonalData(sorted(kinds, key=lambda row: (-row.tally.documents, row.rule)), dropped)


def other_edits(rows: Sequence[RuleRow]) -> list[RuleRow]:
    """Edits that are not of personal data."""
    return [row for row in rows if row.action == "edited" and not row.rule.startswith(PREFIX)]
