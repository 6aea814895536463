"""Trains a knowledge model: fastText on windows of documents, calibrated on sources that it has not seen.

Enters: :class:`~filters.knowledge.material.Material` of two sides. Leaves: a :class:`Trained` model, which
:func:`save` writes as ``model.bin``, ``calibration.json`` and ``card.json``.

Every source is left out in turn, in :data:`NUM_FOLDS` groups, and scored by a model that was trained on the others; the
calibration is fitted to those scores, and the figures of the card are about them. A side with fewer than
:data:`MIN_SOURCES` sources of its own cannot spare any: its documents are left out in groups instead, and the card says so.
The same material gives the same bytes, in whatever order it comes.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filters.knowledge.anchors import anchor_documents
from filters.knowledge.calibration import Calibration, fit_calibration
from filters.knowledge.classifier import Model, fit, margins, save
from filters.knowledge.features import SAMPLE_UNITS, line, spread
from filters.knowledge.material import SIDES, Material, Side, Source, shares, windows
from filters.knowledge.measures import FloatArray, area_under_curve, calibration_error, reliability

NUM_FOLDS = 8
#: Sources that a side must have for them to be left out whole.
MIN_SOURCES = 3
#: Documents that each side must have in a language for the language to be in the model.
MIN_DOCUMENTS = 20
#: Windows of each side that a model is trained on, and how many of one document, about.
_WINDOWS = 12_000
_WINDOWS_PER_DOCUMENT = 32
#: Short windows teach more: what tells the sides apart must then be in every few words.
_LENGTHS = (4, 8, 16, 32)
_SEED = 1

MODEL_FILE, CALIBRATION_FILE, CARD_FILE = "model.bin", "calibration.json", "card.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model with its calibration; ``card`` tells its sources and what was measured."""

    model: Model
    calibration: Calibration
    languages: tuple[str, ...]
    card: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _HeldOut:
    """Documents with their margins by models that did not know their source."""

    margins: FloatArray
    num_units: NDArray[np.int64]
    labels: FloatArray
    weights: FloatArray
    sources: list[str]


def train(material: Material, *, name: str = "knowledge", with_anchors: bool = True) -> Trained:
    """Trains, calibrates and measures.

    Raises:
        ValueError: no language has enough documents on both sides.
    """
    own = material.sources()
    languages, skipped = _languages(own)
    if not languages:
        raise ValueError(_too_little(own))
    sources = [source for source in own if source.language in languages]
    if with_anchors and "ko" in languages:
        anchors = Material()
        for document in anchor_documents():
            anchors.add(document)
        sources += anchors.sources(are_anchors=True)
    groups, left_out = _folds(sources)
    held = _joined([_hold_out(sources, group) for group in groups if group])
    calibration = fit_calibration(held.margins, held.num_units, held.labels, held.weights)
    card = {
        "name": name,
        "format": FORMAT,
        "languages": list(languages),
        "skipped_languages": skipped,
        "prior": "a document is as likely to be knowledge as not",
        "held_out": {"by": left_out, "folds": NUM_FOLDS, **_figures(held, calibration)},
        "sources": _source_rows(sources, material, held, calibration),
    }
    return Trained(model=_fitted(sources), calibration=calibration, languages=languages, card=card)


def _languages(sources: Sequence[Source]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The languages with enough documents on both sides, and of each other one what it lacks."""
    counts: dict[str, dict[Side, int]] = {}
    for source in sources:
        of_language = counts.setdefault(source.language, dict.fromkeys(SIDES, 0))
        of_language[source.side] += len(source.documents)
    wanted: list[str] = []
    skipped: dict[str, str] = {}
    for language, of_side in sorted(counts.items()):
        short = [f"{of_side[side]} documents of {side}" for side in SIDES if of_side[side] < MIN_DOCUMENTS]
        if short:
            skipped[language] = f"only {' and '.join(short)}; {MIN_DOCUMENTS} are needed"
        else:
            wanted.append(language)
    return tuple(wanted), skipped


def _too_little(sources: Sequence[Source]) -> str:
    _, skipped = _languages(sources)
    told = "; ".join(f"{language}: {why}" for language, why in skipped.items()) or "there is no document at all"
    return (
        f"too little to train a knowledge model on ({told}): give more documents of both sides in one language, "
        "knowledge (law, manuals, textbooks) and ordinary text (reviews, talk, stories)"
    )


def _folds(sources: Sequence[Source]) -> tuple[list[list[tuple[Source, int | None]]], dict[str, str]]:
    """What each fold leaves out: whole sources, or (with a number) every eighth document of one."""
    folds: list[list[tuple[Source, int | None]]] = [[] for _ in range(NUM_FOLDS)]
    told: dict[str, str] = {}
    for language in sorted({source.language for source in sources}):
        for side in SIDES:
            own = [s for s in sources if (s.language, s.side, s.is_anchor) == (language, side, False)]
            whole = len(own) >= MIN_SOURCES
            told[f"{language} {side}"] = "sources" if whole else f"documents, for there are fewer than {MIN_SOURCES} sources"
            for place, source in enumerate(own):
                for number in [place % NUM_FOLDS] if whole else range(NUM_FOLDS):
                    folds[number].append((source, None if whole else number))
            anchors = [s for s in sources if (s.language, s.side, s.is_anchor) == (language, side, True)]
            for place, source in enumerate(anchors):
                folds[place % NUM_FOLDS].append((source, None))
    return folds, told


def _hold_out(sources: Sequence[Source], group: Sequence[tuple[Source, int | None]]) -> _HeldOut:
    """The documents of a fold, by a model of the other folds."""
    out = {(s.side, s.name, s.language): number for s, number in group}
    rest: list[Source] = []
    left: list[Source] = []
    for source in sources:
        key = (source.side, source.name, source.language)
        if key not in out:
            rest.append(source)
        elif (number := out[key]) is None:
            left.append(source)
        else:
            rest.append(source.part(number, of=NUM_FOLDS, without=True))
            left.append(source.part(number, of=NUM_FOLDS, without=False))
    model = _fitted([source for source in rest if source.documents])
    found: list[_HeldOut] = []
    for source in left:
        # As they would be scored: the units that are kept for training are more.
        sampled = [spread(list(units), SAMPLE_UNITS) for units in source.documents]
        num_documents = len(sampled)
        found.append(
            _HeldOut(
                margins=margins(model, [line(units, source.language) for units in sampled]),
                num_units=np.array([len(units) for units in sampled], dtype=np.int64),
                labels=np.full(num_documents, float(source.side == "knowledge")),
                # All of a source weigh as much as the root of how many they are.
                weights=np.full(num_documents, num_documents**-0.5 if num_documents else 0.0),
                sources=[source.name] * num_documents,
            )
        )
    return _concatenated(found)


def _concatenated(parts: Sequence[_HeldOut]) -> _HeldOut:
    return _HeldOut(
        margins=np.concatenate([part.margins for part in parts]),
        num_units=np.concatenate([part.num_units for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        sources=[source for part in parts for source in part.sources],
    )


def _joined(folds: Sequence[_HeldOut]) -> _HeldOut:
    """All folds together, with both sides of equal weight."""
    held = _concatenated(folds)
    weights = held.weights.copy()
    for side in (0.0, 1.0):
        weights[held.labels == side] /= weights[held.labels == side].sum()
    return replace(held, weights=weights)


def _fitted(sources: Sequence[Source]) -> Model:
    """fastText on windows of the sources, as many of each side."""
    examples: list[tuple[str, str]] = []
    for language in sorted({source.language for source in sources}):
        of_language = [source for source in sources if source.language == language]
        num_documents = [sum(len(s.documents) for s in of_language if s.side == side) for side in SIDES]
        total = min(_WINDOWS, _WINDOWS_PER_DOCUMENT * min(num_documents))
        for side in SIDES:
            for source, count in shares([s for s in of_language if s.side == side], total=total):
                cut = windows(source, count, lengths=_LENGTHS, seed=_SEED)
                examples += [(side, line(units, language)) for units in cut]
    random.Random(_SEED).shuffle(examples)
    return fit(examples)


def _figures(held: _HeldOut, calibration: Calibration) -> dict[str, Any]:
    scores = calibration.probabilities(held.margins, held.num_units)
    return {
        "documents": len(scores),
        "auc": round(area_under_curve(scores, held.labels, held.weights), 4),
        "calibration_error": round(calibration_error(scores, held.labels, held.weights), 4),
        "reliability": [[round(value, 4) for value in row] for row in reliability(scores, held.labels, held.weights)],
    }


def _source_rows(
    sources: Sequence[Source], material: Material, held: _HeldOut, calibration: Calibration
) -> list[dict[str, Any]]:
    """Each source with the documents it gave and the mean score they got when it was left out."""
    scores = calibration.probabilities(held.margins, held.num_units)
    by_source: dict[tuple[str, float], list[float]] = {}
    for name, label, score in zip(held.sources, held.labels.tolist(), scores.tolist(), strict=True):
        by_source.setdefault((name, label), []).append(score)
    rows: list[dict[str, Any]] = []
    for source in sources:
        key = (source.side, source.name, source.language)
        found = by_source.get((source.name, float(source.side == "knowledge")), [])
        rows.append(
            {
                "source": source.name,
                "is_anchor": source.is_anchor,
                "side": source.side,
                "language": source.language,
                "documents": material.counts.get(key, len(source.documents)),
                "used": len(source.documents),
                "held_out_mean_score": round(sum(found) / len(found), 4) if found else None,
            }
        )
    return rows


def save_trained(trained: Trained, directory: Path) -> dict[str, Any]:
    """Writes the three files; the card, with the fingerprint of the other two."""
    directory.mkdir(parents=True, exist_ok=True)
    save(trained.model, directory / MODEL_FILE)
    calibration = {
        "format": FORMAT,
        "languages": list(trained.languages),
        "prior": 0.5,
        **asdict(trained.calibration),
    }
    (directory / CALIBRATION_FILE).write_text(_json(calibration), encoding="utf-8")
    card = {**trained.card, "fingerprint": fingerprint(directory)}
    (directory / CARD_FILE).write_text(_json(card), encoding="utf-8")
    return card


def fingerprint(directory: Path) -> str:
    """SHA-256 of what decides the scores: the model and its calibration."""
    hashed = hashlib.sha256()
    for name in (MODEL_FILE, CALIBRATION_FILE):
        hashed.update((directory / name).read_bytes())
    return hashed.hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
