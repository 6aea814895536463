"""Korean that no Korean wrote: judged by the morphemes of a bounded sample (issue 3, point 2).

Enters: documents that passed all cheaper rules. Leaves: a finding for each sub-rule and the documents that fail it.

Two tiers keep the cost down. The first reads 64 runs of Hangul from evenly spread places, each analysed for itself (and
remembered: :mod:`filters.korean.eojeol`). Only where that looks like shuffled words, a list or wrong particles, the second
reads up to 192 runs, and has Kiwi's language model compare a passage of 300 characters with the same words in other orders
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
#: Syllables of a text that is no comment any more.
_LONGER_THAN_COMMENTS = 180


@dataclass(frozen=True, kw_only=True)
class KoreanMorphology:
    """Limits outside which a document is dropped. Shares are of the runs of Hangul in the sample."""

    survivors_only: ClassVar[bool] = True

    sample_runs: int = 64
    doubt_runs: int = 192
    min_runs: int = 8
    max_unknown_share: float = 0.4
    min_score: float = -10.0
    max_single_share: float = 0.45
    max_joints: float = 0.14
    max_joints_informal: float = 0.35
    max_joints_comment: float = 2.5
    max_wrong_particles: float = 0.07
    min_order_gain: float = 1.8
    max_bare_nouns: float = 0.72
    min_function_morphemes: float = 0.2
    min_particles: float = 0.08
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
        # What a sample of fewer pairs can show is less: the limit goes with it.
        limit = _MAX_ORDER * np.sqrt(measures.num_pairs / _FIRST_PAIRS)
        doubtful = (measures.order < limit) | (measures.wrong > 0) | (measures.num_pairs < 8)
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
        shuffled = (
            (_evenly(measures) < _MAX_ORDER)
            & (measures.grammar >= _MIN_GRAMMAR)
            & (measures.bare_nouns < _MAX_BARE)
            & (measures.joints < self.max_joints)
        )
        gains = np.full(len(samples), np.nan)
        for row in np.flatnonzero((measures.runs >= self.min_runs) & (listed | shuffled)):
            gain, num_words = order_gain(samples[row])
            if gain is not None:
                gains[row] = gain / min(1.0, num_words / _FULL_PASSAGE_WORDS)
        return gains

    def _words(self, m: Measures) -> Iterator[Finding]:
        enough = m.runs >= self.min_runs
        few_known = (m.unknown > self.max_unknown_share) | (
            (m.unknown > np.where(m.runs < 24, 0.3, 0.22)) & (m.score < self.min_score + 0.2)
        )
        yield _finding("korean_gibberish", enough & few_known, m.unknown, self.max_unknown_share)
        low = (m.score < self.min_score) & (few_known | (m.grammar < 0.1) & (m.foreign < self.max_foreign))
        yield _finding("korean_low_score", enough & low, m.score, self.min_score)

    def _spacing(self, m: Measures) -> Iterator[Finding]:
        enough = m.runs >= self.min_runs
        broken = (m.single > self.max_single_share + m.foreign / 2) & (m.score < -7.4) & (m.syllables < 1.8) & (m.runs >= 20)
        yield _finding("korean_broken_spacing", enough & broken, m.single, self.max_single_share)
        # A comment may well be written without a space; a longer or a formal text may not.
        formal = (m.informal < 0.4) & (m.joints * m.runs >= 4)
        formal &= (m.full_stops >= 2) | (m.full_stops == 1) & (m.joints > 0.6)
        longer = m.runs * m.syllables >= _LONGER_THAN_COMMENTS
        limit = np.where(longer, self.max_joints_informal, self.max_joints_comment)
        limit[formal | longer & (m.informal < 0.5)] = self.max_joints
        run_together = (m.joints > limit) & (m.joints * m.runs >= 4)
        yield _finding("korean_run_together", run_together, m.joints, self.max_joints)

    def _particles(self, m: Measures) -> Iterator[Finding]:
        share = m.wrong / np.maximum(m.choices, 1)
        garbled = (m.wrong >= 3) & (share > self.max_wrong_particles) | (m.wrong == 2) & (
            share > 1.5 * self.max_wrong_particles
        )
        yield _finding("korean_garbled_particles", garbled, share, self.max_wrong_particles)

    def _order(self, m: Measures, gains: FloatArray) -> Iterator[Finding]:
        order = _evenly(m)
        limit = (self.min_order_gain - 0.3 * np.clip(order, -1, None)) * (1 - m.foreign) ** 1.5
        # Casual sentences are short and in any order: only what gains next to nothing is no order at all.
        limit[(m.informal >= 0.5) & (m.full_stops < 2)] *= 0.6
        shuffled = (
            (order < _MAX_ORDER)
            & (m.grammar >= _MIN_GRAMMAR)
            & (m.bare_nouns < _MAX_BARE)
            & (gains < limit)
            & (m.joints < self.max_joints)
        )
        yield _finding("korean_shuffled_words", shuffled, gains, self.min_order_gain)

    def _lists(self, m: Measures, gains: FloatArray) -> Iterator[Finding]:
        enough = (m.runs >= 15) | (m.runs >= self.min_runs) & (m.bare_nouns > 0.9)
        plain = m.foreign < self.max_foreign
        listed = enough & plain & (m.bare_nouns > self.max_bare_nouns) & (m.grammar < self.min_function_morphemes)
        # Keywords of one subject stand together well: with next to no grammar their order says nothing.
        no_order = ~(gains >= 0.8) | (m.bare_nouns > 0.95) & (m.grammar < 0.04)
        yield _finding("korean_keyword_stuffing", listed & no_order, m.bare_nouns, self.max_bare_nouns)
        bare = listed & no_order & (m.grammar < 0.12)
        # Endings as in any prose, but the particles are gone; speech leaves some out, tables have few of either.
        none = (m.particles < self.min_particles / 2) & (m.endings > 0.2) & (m.foreign < 0.4)
        few = (m.particles < self.min_particles) & (m.endings > 0.15) & (m.foreign < 0.25) & (m.informal < 0.5)
        without = (none | few) & (m.runs >= 40)
        yield _finding("korean_few_function_morphemes", bare | without, m.grammar, self.min_function_morphemes)
        no_ends = listed & no_order & (m.final_endings == 0) & (m.runs >= 40)
        yield _finding("korean_few_sentence_endings", no_ends, m.final_endings, 0.01)

    def _filler(self, m: Measures) -> Iterator[Finding]:
        repeated = (m.distinct < self.min_distinct_pairs) & (m.runs >= 20)
        yield _finding("korean_repeated_boilerplate", repeated, m.distinct, self.min_distinct_pairs)
        polite = (m.polite > self.max_polite) & (m.runs >= 15)
        yield _finding("korean_honorific_boilerplate", polite, m.polite, self.max_polite)
        translated = (m.pronouns > self.max_pronouns) & (m.pronouns * m.runs >= 5) & (m.runs >= 12)
        yield _finding("korean_machine_translated", translated, m.pronouns, self.max_pronouns)


#: From here on the order of the words is not in doubt; with less grammar or more bare nouns it is a list, which has none.
_MAX_ORDER, _MIN_GRAMMAR, _MAX_BARE = 3.5, 0.3, 0.55
#: Pairs of neighbours in a first sample of prose.
_FIRST_PAIRS = 52


def _evenly(m: Measures) -> FloatArray:
    """The order of neighbours as it would be measured over no more pairs than a first sample has."""
    return m.order / np.sqrt(np.maximum(1.0, m.num_pairs / _FIRST_PAIRS))


def _finding(rule: str, failed: BoolArray, values: FloatArray, threshold: float) -> Finding:
    rows = np.flatnonzero(failed)
    return Finding(rule, rows, values[rows], threshold)
