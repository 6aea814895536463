"""The tables of a recipe and their defaults, as pydantic models.

What enters: the values of a TOML file. What leaves: frozen tables; a key that no table has, or a value of the wrong type, is
pydantic's ValidationError, which :mod:`pipelines.recipe` tells with its line.
"""

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field

from .engine.fingerprint import digest


def _share(value: Any) -> Any:
    return float(Fraction(value)) if isinstance(value, str) and re.fullmatch(r"\d+/[1-9]\d*", value) else value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Table):
    """Where documents come from: ``[[source]]``."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    format: Literal["jsonl", "parquet", "text-tree", "html-tree", "warc", "code-tree"]
    paths: list[str] = Field(min_length=1)
    kind: Literal["prose", "code"] = "prose"
    licence: str = "unknown"
    id: Literal["record", "path"] = "record"
    text_column: str = "text"
    id_column: str = "id"
    licence_column: str | None = None
    uri_column: str | None = None
    language_column: str | None = None
    metadata_columns: list[str] = []
    encoding: str | None = None
    extensions: list[str] = []
    max_record_bytes: ByteSize = ByteSize(16 << 20)
    max_unreadable: float = Field(0.01, ge=0, le=1)
    truncated_ok: list[str] = []
    #: Nothing under ``paths`` is told and not an error.
    optional: bool = False
    #: Encyclopaedias, textbooks, law, manuals, papers: what the knowledge classifier learns from.
    knowledge: bool = False


class Segments(_Table):
    """Which languages make up which segment; every other language is dropped, with a ledger row."""

    korean: list[str] = ["ko"]
    multilingual: list[str] = ["en", "ja", "de", "fr"]


class Identify(_Table):
    """Language identification: the fastText model (default: lid.176)."""

    model: str | None = None


class Pii(_Table):
    """Personal data: which entities are taken out, how each is replaced, and how dense drops a document."""

    remove: bool = True
    #: All that there are, unless named.
    entities: list[str] | None = None
    policies: dict[str, Literal["mask", "fixed", "placeholder", "keep"]] = {}
    max_per_1000: float = Field(20.0, gt=0)
    min_items: int = Field(10, ge=1)


class Knowledge(_Table):
    """The knowledge score: by a classifier trained within the run, or by a given one; neither: no score."""

    train: bool = False
    train_bytes: ByteSize = ByteSize(8_000_000)
    model: str | None = None
    #: Too little to train on is told and not an error: then no document has a score.
    optional: bool = False


class Lines(_Table):
    """Boilerplate lines: those that many documents of one site (or source) repeat are taken out of all of them."""

    remove: bool = True
    by: Literal["site", "source"] = "site"
    #: How many documents of the site, and what share of them, must have a line for it to count as repeated.
    min_documents: int = Field(5, ge=2)
    min_share: float = Field(0.2, gt=0, le=1)


class Substrings(_Table):
    """Long passages that several documents share word for word: left, told in the ledger, or cut from all but the first."""

    action: Literal["off", "report", "cut"] = "off"
    #: Letters and digits from which on every shared passage is found; some that are up to a third shorter are too.
    min_chars: int = Field(300, ge=50, le=8_000)


class Near(_Table):
    """Near-duplicates: MinHash-LSH over Korean-aware shingles, one of each cluster kept."""

    remove: bool = True
    #: The similarity from which two documents are near-duplicates.
    threshold: float = Field(0.7, gt=0, le=1)
    bands: int = Field(20, ge=1, le=128)
    rows: int = Field(6, ge=1, le=32)
    verify: Literal["estimate", "true"] = "estimate"
    #: How many documents of a cluster stay.
    keep: int = Field(1, ge=1)
    #: The best document stays; or the one of the first source, which later sources never displace.
    prefer: Literal["quality", "order"] = "quality"


class Dedup(_Table):
    exact: bool = True
    #: Finished runs whose documents count as seen: new ones that repeat them go.
    against: list[str] = []
    lines: Lines = Field(default_factory=lambda: Lines.model_validate({}))
    substrings: Substrings = Field(default_factory=lambda: Substrings.model_validate({}))
    near: Near = Field(default_factory=lambda: Near.model_validate({}))


class Decontaminate(_Table):
    """Documents that hold questions of benchmarks: JSONL files of questions and answers."""

    benchmarks: list[str] = []
    #: Take out the document, or cut the sentences of the question and its answer out of it.
    action: Literal["drop", "cut"] = "drop"
    #: The share of a question that has to be found: of a long one, and of one that is barely long enough to be told apart.
    overlap: float = Field(0.78, ge=0.5, le=1)
    short_overlap: float = Field(0.88, ge=0.5, le=1)
    #: The columns of the files; none: the names that benchmarks have. Several columns of a question are joined.
    question_columns: list[str] = []
    choices_columns: list[str] = []
    answer_columns: list[str] = []
    id_column: str = ""


class Tokenizer(_Table):
    """Either ``path`` to a tokenizer.json, or how to train one on the run's own documents."""

    path: str | None = None
    vocab_size: int = Field(100_000, ge=512, le=1_000_000)
    train_bytes: ByteSize = ByteSize(64_000_000)
    #: What a token that glues a piece of one morpheme to another costs in training, in tokens; 0 is plain BPE.
    misalignment: float = Field(3.0, ge=0, le=1000)
    #: What a Korean word counts against one of other languages or code: Korean's share of the entries.
    korean_weight: float = Field(2.0, ge=0.01, le=100)


class MixLanguages(_Table):
    """Shares of languages inside their segment, adding up to 1; ``others`` is every language that is not named."""

    korean: dict[str, Share] = {}
    multilingual: dict[str, Share] = {}
    code: dict[str, Share] = {}


class MixSource(_Table):
    """How much of one source: ``weight`` among those of its language, ``min`` and ``max`` as shares of the whole mix."""

    weight: float = Field(1.0, gt=0, le=1_000_000)
    min: Share = 0.0
    max: Share = 1.0


class KnowledgeCurve(_Table):
    """The factor of a score s from 0 to 1: lowest + (highest - lowest) * s ** power."""

    lowest: float = Field(1.0, gt=0, le=1000)
    highest: float = Field(3.0, gt=0, le=1000)
    power: float = Field(2.0, gt=0, le=100)


class MixKnowledge(_Table):
    """How much more often documents are used the more knowledge they hold, within their language and source."""

    #: Ascending bounds of ``scores["knowledge"]``; the factors are one more than they.
    buckets: list[float] = []
    factors: list[Annotated[float, Field(gt=0, le=1000)]] = []
    #: Instead of factors.
    curve: KnowledgeCurve | None = None
    segments: list[Literal["korean", "multilingual", "code"]] = ["korean", "multilingual"]


class Mix(_Table):
    """Shares of the segments in the tokens of the shards, which sum to 1; within them languages, sources and knowledge."""

    korean: Share
    multilingual: Share
    code: Share
    total_tokens: int | None = None
    #: No document is used more often than this.
    max_epochs: int = Field(4, ge=1, le=16)
    #: Languages without a share of their own are sampled as tokens ** (1 / temperature).
    temperature: float = Field(1.0, ge=1, le=100)
    #: Where a wish cannot be met: a smaller mix in the same shares, siblings instead of what is missing, or no build.
    short: Literal["shrink", "relax", "stop"] = "shrink"
    languages: MixLanguages = MixLanguages()
    sources: dict[str, MixSource] = {}
    knowledge: MixKnowledge = Field(default_factory=lambda: MixKnowledge.model_validate({}))


class Fim(_Table):
    """Fill-in-the-middle: the share of each segment's uses that are rearranged, and how."""

    korean: Share = 0.1
    multilingual: Share = 0.1
    code: Share = 0.5
    #: The share of the suffix-first form among them.
    spm: Share = 0.5
    #: The document in equal thirds, or cut at two random places.
    split: Literal["thirds", "random"] = "thirds"


class Pack(_Table):
    """Sequences of two lengths: most tokens in the short ones, ``long_share`` of them in the long ones, 0 for none."""

    sequence_length: int = Field(4096, ge=16, le=1 << 20)
    long_sequence_length: int = Field(32768, ge=16, le=1 << 20)
    long_share: Share = 0.1
    shard_tokens: int = Field(64_000_000, gt=0)


class LanguageRules(BaseModel):
    """The rules of one language: a splitter of words, a floor for the language score, and tables named after rules."""

    model_config = ConfigDict(frozen=True)

    words: str = "unicode"
    min_language_score: float = Field(0.0, ge=0, le=1)
    #: Leave fenced code out of what the rules see: a page about programs is prose with code in it.
    ignore_fenced_code: bool = False
    rules: dict[str, dict[str, Any]] = {}


NO_RULES = LanguageRules(min_language_score=0.0)


class Recipe(_Table):
    """A whole recipe, resolved: every default filled in."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    #: A shipped recipe by name, or another by path: its tables, with this one's over them.
    extends: str | None = None
    root: str = "."
    seed: int = 0
    partition_bytes: ByteSize = ByteSize(128_000_000)
    #: Files of `malmoi takedown` (or runs that hold one): what they list is kept out. A run's own always counts.
    tombstones: list[str] = []
    source: list[Source] = Field(min_length=1)
    segments: Segments = Segments()
    identify: Identify = Identify()
    filter: dict[str, LanguageRules] = {}
    pii: Pii = Field(default_factory=lambda: Pii.model_validate({}))
    knowledge: Knowledge = Knowledge()
    dedup: Dedup = Field(default_factory=lambda: Dedup.model_validate({}))
    decontaminate: Decontaminate = Field(default_factory=lambda: Decontaminate.model_validate({}))
    tokenizer: Tokenizer
    mix: Mix
    fim: Fim = Fim()
    pack: Pack = Field(default_factory=lambda: Pack.model_validate({}))

    def resolved(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def fingerprint(self) -> str:
        return digest(self.resolved())

    def rules_for(self, key: str) -> LanguageRules:
        """The rules of a language, or of ``code``; a language without a table of its own has the default ones."""
        default = self.filter.get("default", NO_RULES)
        return self.filter.get(key, NO_RULES if key == "code" else default)
