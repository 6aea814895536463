"""Takes personal data out of documents as a recipe says. The filter stage and ``malmoi pii`` edit here.

Enters: texts. Leaves: texts without personal data and an edit for each kind that was found, or a failure for a document
that is mostly personal data.
"""

from collections.abc import Mapping, Sequence

from filters.document import Failure
from filters.pii.replace import Replacer, density_failure
from filters.pii.scanner import Scanner
from filters.pii.span import Span

from .recipe_tables import Pii


class PiiEditor:
    """The scanner and the replacements of a recipe, made once per worker."""

    def __init__(self, settings: Pii) -> None:
        self._settings = settings
        self._scanner = Scanner(settings.entities)
        self._replacer = Replacer(policies=settings.policies)

    def find(self, text: str) -> list[Span]:
        """What stands in the text, in its code points."""
        return self._scanner.find(text)

    def replace(self, text: str, spans: Sequence[Span]) -> tuple[str, Mapping[str, int]]:
        """The text with every span replaced, and how many of each entity."""
        return self._replacer.apply(text, spans)

    def too_dense(self, text: str, spans: Sequence[Span]) -> Failure | None:
        """Why a document with so much personal data is dropped, or None."""
        settings = self._settings
        return density_failure(text, spans, max_per_1000=settings.max_per_1000, min_items=settings.min_items)

    def edit(self, text: str) -> tuple[str, list[Failure], Failure | None]:
        """The new text, an edit ``pii_<entity>`` with the number of places for each entity, and a reason to drop it."""
        spans = self.find(text)
        if not spans:
            return text, [], None
        if dense := self.too_dense(text, spans):
            return text, [], dense
        edited, counts = self.replace(text, spans)
        return edited, [Failure(f"pii_{entity.lower()}", count) for entity, count in counts.items()], None
