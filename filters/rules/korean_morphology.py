"""Korean that no Korean wrote: judged by the morphemes of a bounded sample (issue 3, point 2).

Enters: documents that passed all cheaper rules. Leaves: a finding for each sub-rule and the documents that fail it.

Two tiers keep the cost down. The first reads 64 runs of Hangul from evenly spread places, each analysed for itself (and
remembered: :mod:`filters.korean.eojeol`). Only where that looks like shuffled words, a list or wrong particles, the second
reads up to 320 runs, and has Kiwi's language model compare a passage of 300 characters with the same words in other orders
(:mod:`filters.korean.word_order`). The score alone condemns informal comments and tables, so that no sub-rule uses it alone;
thresholds are from ``benchmarks/calibrate_morphology.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from filters.batch import Batch, Finding
from filters.korean.sampling import Sample, sample
from filters.korean.word_measures import Measures, measure
from filters.korean.word_order import order_gain
from filters.limits import check_at_least

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

#: An informal comment is short: its few words must be told apart more clearly than those of a full passage.
_FULL_PASSAGE_WORDS = 40


@dataclass(frozen=True, kw_only=True)
class KoreanMorphology:
    """Limits outside which a document is dropped. Shares are of the runs of Hangul in the sample."""

    survivors_only: ClassVar[bool] = True

    sample_runs: int = 64
    doubt_runs: int = 320
    min_runs: int = 8
    max_unknown_share: float = 0.4
    min_score: float = -10.0
    max_single_share: float = 0.45
    max_joints: float = 0.15
    max_joints_informal: float = 0.6
    max_wrong_particles: float = 0.18
    min_order_gain: float = 1.6
    max_bare_nouns: float = 0.72
    min_function_morphemes: float = 0.2
    min_particles: float = 0.06
    min_distinct_pairs: float = 0.35
    max_polite: float = 0.62
    max_pronouns: float = 0.12
    max_foreign: float = 0.12

    def __post_init__(self) -> None:
        check_at_least("korean_morphology", "min_runs", self.min_runs)

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every sub-rule that fails, over all documents of the batch."""
        samples = [sample(text, max_runs=self.sample_runs) for text in batch.texts]
        measures = measure(samples)
        samples, measures = self._look_closer(batch, samples, measures)
        gains = self._order_gains(samples, measures)
        found = [*self._words(measures), *self._spacing(measures), *self._particles(measures)]
        found += [*self._order(measures, gains), *self._lists(measures, gains), *self._filler(measures)]
        return [finding for finding in found if len(finding.rows)]

    def _look_closer(self, batch: Batch, samples: list[Sample], measures: Measures) -> tuple[list[Sample], Measures]:
        """The samples and measures with larger ones in place of those that leave a doubt."""
        doubtful = (measures.order < _MAX_ORDER) | (measures.wrong > 0) | (measures.impossible > 0)
        rows = [row for row in np.flatnonzero(doubtful) if not samples[row].complete]
        if not rows:
            return samples, measures
        larger = [sample(batch.texts[row], max_runs=self.doubt_runs) for row in rows]
        table = np.array(measures)
        table[:, rows] = np.array(measure(larger))
        samples = samples.copy()
        for row, closer in zip(rows, larger, strict=True):
            samples[row] = closer
        return samples, Measures(*table)

    def _order_gains(self, samples: list[Sample], measures: Measures) -> FloatArray:
        """For each document whose order or lack of grammar is in doubt: the gain, against that of a full passage."""
        listed = (measures.bare_nouns > self.max_bare_nouns) & (measures.foreign < self.max_foreign)
        shuffled = (measures.order < _MAX_ORDER) & (measures.grammar >= _MIN_GRAMMAR)
        gains = np.full(len(samples), np.nan)
        for row in np.flatnonzero((measures.runs >= self.min_runs) & (listed | shuffled)):
            gain, num_words = order_gain(samples[row])
            if gain is not None:
                gains[row] = gain / min(1.0, num_words / _FULL_PASSAGE_WORDS)
        return gains

    def _words(self, m: Measures) -> Iterator[Finding]:
        enough = m.runs >= self.min_runs
        few_known = (m.unknown > self.max_unknown_share) | ((m.unknown > 0.22) & (m.score < self.min_score + 0.2))
        yield _finding("korean_gibberish", enough & few_known, m.unknown, self.max_unknown_share)
        low = (m.score < self.min_score) & ((m.unknown > 0.2) | (m.grammar < 0.1) & (m.foreign < self.max_foreign))
        yield _finding("korean_low_score", enough & low, m.score, self.min_score)

    def _spacing(self, m: Measures) -> Iterator[Finding]:
        enough = m.runs >= self.min_runs
        broken = (m.single > self.max_single_share) & (m.score < -7.4) & (m.syllables < 1.8) & (m.runs >= 20)
        yield _finding("korean_broken_spacing", enough & broken, m.single, self.max_single_share)
        count = m.joints * m.runs
        formal = (m.joints > self.max_joints) & (m.informal < 0.5) & (count >= 4)
        always = (m.joints > self.max_joints_informal) & (count >= 6)
        yield _finding("korean_run_together", formal | always, m.joints, self.max_joints)

    def _particles(self, m: Measures) -> Iterator[Finding]:
        share = (m.wrong + m.impossible) / np.maximum(m.choices + m.impossible, 1)
        garbled = (m.wrong + m.impossible >= 3) & (share > self.max_wrong_particles)
        yield _finding("korean_garbled_particles", garbled, share, self.max_wrong_particles)

    def _order(self, m: Measures, gains: FloatArray) -> Iterator[Finding]:
        limit = self.min_order_gain - 0.3 * np.clip(m.order, -1, None)
        shuffled = (m.order < _MAX_ORDER) & (m.grammar >= _MIN_GRAMMAR) & (gains < limit)
        yield _finding("korean_shuffled_words", shuffled, gains, self.min_order_gain)

    def _lists(self, m: Measures, gains: FloatArray) -> Iterator[Finding]:
        enough = m.runs >= self.min_runs
        plain = m.foreign < self.max_foreign
        listed = enough & plain & (m.bare_nouns > self.max_bare_nouns) & (m.grammar < self.min_function_morphemes)
        no_order = ~(gains >= 0.8)
        yield _finding("korean_keyword_stuffing", listed & no_order, m.bare_nouns, self.max_bare_nouns)
        bare = listed & no_order & (m.grammar < 0.12)
        without = (m.particles < self.min_particles) & (m.endings > 0.15) & (m.runs >= 40) & plain
        yield _finding("korean_few_function_morphemes", bare | without, m.grammar, self.min_function_morphemes)
        no_ends = listed & no_order & (m.final_endings == 0) & (m.runs >= 40)
        yield _finding("korean_few_sentence_endings", no_ends, m.final_endings, 0.01)

    def _filler(self, m: Measures) -> Iterator[Finding]:
        repeated = (m.distinct < self.min_distinct_pairs) & (m.runs >= 20)
        yield _finding("korean_repeated_boilerplate", repeated, m.distinct, self.min_distinct_pairs)
        polite = (m.polite > self.max_polite) & (m.runs >= 15)
        yield _finding("korean_honorific_boilerplate", polite, m.polite, self.max_polite)
        translated = (m.pronouns > self.max_pronouns) & (m.pronouns * m.runs >= 4)
        yield _finding("korean_machine_translated", translated, m.pronouns, self.max_pronouns)


#: From here on the order of the words is not in doubt, and below this there is too little grammar for it to tell.
_MAX_ORDER, _MIN_GRAMMAR = 3.5, 0.3


def _finding(rule: str, failed: BoolArray, values: FloatArray, threshold: float) -> Finding:
    rows = np.flatnonzero(failed)
    return Finding(rule, rows, values[rows], threshold)
