"""What the page shows, as the templates see it: made by :mod:`pipelines.report.reading`, of the run alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.engine.ledger import LOSSES
from pipelines.report.duplicates import DuplicateView
from pipelines.report.flow import Flow
from pipelines.report.forecast import Foretold
from pipelines.report.funnel import StageView
from pipelines.report.lengths import Histogram
from pipelines.report.losses import PlaceRow, RuleRow
from pipelines.report.messages import Told
from pipelines.report.mixture import MixRow, Thirds
from pipelines.report.packed import Shards, SpecialTokens
from pipelines.report.personal_data import PersonalData, other_edits, personal_data
from pipelines.report.plan_view import Decided, KnowledgeRow, SourceMix
from pipelines.report.run_directory import StageState
from pipelines.report.timing import TimeRow
from pipelines.report.training import Training


@dataclass(frozen=True, slots=True)
class Documents:
    """What became of the documents. ``repeats``: (kind, documents, places, characters)."""

    stages: Sequence[StageView]
    fates_seen: Sequence[str]
    rules: Sequence[RuleRow]
    sources: Sequence[PlaceRow]
    languages: Sequence[PlaceRow]
    not_documents: Sequence[tuple[str, int]]
    duplicates: Sequence[DuplicateView]
    repeats: Sequence[tuple[str, int, int, int]]

    @property
    def drops(self) -> list[RuleRow]:
        """Rules that took documents away which could be read."""
        return [row for row in self.rules if row.action in LOSSES and row.action != "unreadable"]

    @property
    def unreadable(self) -> list[RuleRow]:
        """Reasons for which documents could not be read."""
        return [row for row in self.rules if row.action == "unreadable"]

    @property
    def personal(self) -> PersonalData:
        """Personal data by kind."""
        return personal_data(self.rules)

    @property
    def edits(self) -> list[RuleRow]:
        """Other rules that changed documents."""
        return other_edits(self.rules)


@dataclass(frozen=True, slots=True)
class Mixture:
    """The mix."""

    thirds: Thirds | None
    decided: Decided | None
    segments: Sequence[MixRow]
    languages: Sequence[MixRow]
    sources: Sequence[SourceMix]
    knowledge: Sequence[KnowledgeRow]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer: entries, special ones, and what the others are."""

    num_entries: int | None
    special_tokens: Sequence[SpecialTokens]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the templates show. ``flows``: the name of a text, and the drawing of which it is the title."""

    recipe_name: str
    recipe_text: str
    fingerprint: str
    states: Sequence[StageState]
    problems: Sequence[Told]
    documents: Documents
    mix: Mixture
    flows: Sequence[tuple[str, Flow]]
    histograms: Sequence[Histogram]
    vocabulary: Vocabulary
    shards: Shards | None
    foretold: Sequence[Foretold]
    confidence: float | None
    times: Sequence[TimeRow]
    training: Training | None

    @property
    def missing(self) -> list[str]:
        """Stages that a complete run has and this one has not, or no longer."""
        return [state.name for state in self.states if state.state != "complete"]

    @property
    def conserved(self) -> bool:
        """Whether everything adds up: documents by stage and by source, and the tokens of the shards."""
        views = (*self.documents.stages, *self.documents.sources)
        return all(view.conserved for view in views) and (self.shards is None or self.shards.adds_up)
