"""Whether a tiny model learns: held-out bits per byte against a trigram of the same tokens, and middles with their suffix.

    PYTHONPATH=. .venv/bin/python -m benchmarks.tiny_model [--minutes 30] [--tokens 1500000] [--out DIR] [--shards DIR]

Builds shards of `malmoi sample` (demo/sample, made by `make demo`) in which no document comes twice, with a vocabulary of 8,000
and sequences of 512 tokens, since on a CPU the steps that fit into minutes are few; trains for as many steps as fit into
``--minutes``, several epochs if the tokens are few; and compares on the sequences that training held out. Parts of a long
document may stand on both sides, for the model and the trigram alike.

* Bits per byte of plain text by segment. The trigram (:mod:`benchmarks.trigram`) has seen exactly the sequences that the model
  was trained on, and predicts the same places: all but the first token of a piece.
* The loss of middle thirds: after the prefix and the suffix in the form PSM, after the prefix in the same form with an empty
  suffix, and after the prefix as plain text.
"""

import argparse
import itertools
import math
import statistics
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.measuring import ROOT, measure
from benchmarks.tiny_model_recipes import build_recipe, training_recipe
from benchmarks.trigram import Trigram
from tokenizer.encode import Encoder
from tokenizer.fim import Sentinels
from trainer.events import find_checkpoint, read_event
from trainer.metrics import read_metrics
from trainer.recipe import Recipe, read_recipe

_SPEED_STEPS = 12
#: Of a middle that is compared: prefix, middle and suffix are as long.
_PART_TOKENS = (24, 120)
_MAX_MIDDLES = 60
_FORMS = ("prefix and suffix", "prefix, empty suffix", "prefix as plain text")


class Middles(NamedTuple):
    """``losses``: of a token, under each of the forms. ``gain``: what the suffix lowers it by, under the better of the forms
    without; ``error``: the standard error of that over the middles."""

    number: int
    losses: tuple[float, ...]
    gain: float
    error: float

    @property
    def helps(self) -> bool:
        return self.gain > 2 * self.error


Triples = npt.NDArray[np.int64]


class Bits(NamedTuple):
    """Over places of a segment's held-out text."""

    places: int
    num_bytes: int
    model: float
    trigram: float


def _malmoi(*words: str | Path) -> None:
    measure([sys.executable, "-m", "malmoi", *words])


def build(out: Path, *, total_tokens: int) -> Path:
    """The shards for this comparison; built once."""
    recipe = out / "build.toml"
    sample = ROOT / "demo" / "sample"
    text = build_recipe(ROOT / "recipes" / "sample.toml", root=sample, total_tokens=total_tokens)
    recipe.write_text(text, encoding="utf-8")
    _malmoi("build", recipe, "--out", out / "run", "--quiet")
    return out / "run" / "shards"


def train(shards: Path, *, out: Path, minutes: float) -> None:
    """Train for as many steps as fit into the time, by the speed of some; go on with what was begun under ``out``."""
    path = out / "train.toml"
    if not path.exists():
        path.write_text(training_recipe(shards, steps=_SPEED_STEPS))
        _malmoi("train", "pretrain", path, "--out", out / "speed")
        told = [row["seconds_per_step"] for row in read_metrics(out / "speed") if "seconds_per_step" in row]
        seconds = statistics.median(told[_SPEED_STEPS // 3 :])
        path.write_text(training_recipe(shards, steps=max(20, int(minutes * 60 / seconds))))
    _malmoi("train", "pretrain", path, "--out", out / "training")


class Comparison:
    """A trained model and its data, on one process."""

    def __init__(self, recipe: Recipe, *, chunk: Any, event: Any, cache: Path) -> None:
        from trainer.megatron.packed_batches import PackedSource

        [length] = {stage.sequence_length for stage in recipe.stage}
        self._chunk = chunk
        self._special = event.special_tokens
        self._source = PackedSource(
            recipe.data.shards,
            sequence_length=length,
            seed=recipe.train.seed,
            cache_directory=cache,
            validation_share=recipe.data.validation_share,
        )
        self._consumed = int(event.consumed_samples[str(length)])
        self._encoder = Encoder(Path(recipe.data.shards).parent / "tokenizer" / "tokenizer.json")

    def bits(self) -> dict[str, Bits]:
        """By segment."""
        seen = sorted({self._source.number(place) for place in range(self._consumed)})
        told = [self._triples(self._source.sample(number)) for number in seen]
        trigram = Trigram(np.concatenate(told), vocab_size=self._encoder.vocab_size)
        sizes = self._encoder.byte_lengths
        found: dict[str, Bits] = {}
        for segment, numbers in self._source.validation.items():
            samples = [self._source.sample(number) for number in numbers]
            model = sum(float(self._losses(sample)[self._places(sample)].sum()) for sample in samples)
            triples = np.concatenate([self._triples(sample) for sample in samples])
            surprise = -float(np.log(trigram.probabilities(triples)).sum())
            num_bytes = int(sizes[triples[:, 2]].sum())
            per_byte = math.log(2) * num_bytes
            found[segment] = Bits(len(triples), num_bytes, model / per_byte, surprise / per_byte)
        return found

    def middles(self) -> dict[str, Middles]:
        """By segment."""
        found: dict[str, Middles] = {}
        for segment, numbers in self._source.validation.items():
            rows = [
                [self._losses(_line(ids))[-parts[1].size - 1 : -1].mean() for ids in self._lines(*parts)]
                for parts in itertools.islice(self._parts(numbers), _MAX_MIDDLES)
            ]
            if len(rows) > 1:
                losses = np.array(rows)
                means = losses.mean(axis=0)
                gains = losses[:, 1 + means[1:].argmin()] - losses[:, 0]
                error = gains.std(ddof=1) / math.sqrt(len(rows))
                found[segment] = Middles(len(rows), tuple(means.tolist()), float(gains.mean()), float(error))
        return found

    def _parts(self, numbers: Sequence[int]) -> Iterator[tuple[npt.NDArray[np.int64], ...]]:
        """Prefix, middle and suffix of held-out pieces of plain text, all of one length."""
        low, high = _PART_TOKENS
        for number in numbers:
            sample = self._source.sample(number)
            for begin, end in zip(sample.starts[:-1].tolist(), sample.starts[1:].tolist(), strict=True):
                # Neither end of text nor padding, which has no place where loss counts.
                end = begin + int(np.flatnonzero(np.append(sample.mask[begin:end], 0) == 0)[0])
                size = min(high, (end - begin) // 3)
                if size >= low and not sample.fim[begin]:
                    ids = sample.tokens[begin : begin + 3 * size]
                    yield ids[:size], ids[size : 2 * size], ids[2 * size :]

    def _lines(self, prefix: Triples, middle: Triples, suffix: Triples) -> list[npt.NDArray[np.int64]]:
        """The middle at the end of a line, after each of the forms."""
        names = Sentinels.of(self._special)
        before, behind, there = (np.array([number]) for number in (names.prefix, names.suffix, names.middle))
        return [
            np.concatenate([before, prefix, behind, suffix, there, middle]),
            np.concatenate([before, prefix, behind, there, middle]),
            np.concatenate([prefix, middle]),
        ]

    def _losses(self, sample: Any) -> npt.NDArray[np.float64]:
        """The loss of the label at each place."""
        import torch

        from trainer.megatron.compat import device
        from trainer.megatron.loss import token_losses
        from trainer.megatron.packed_batches import micro_batch

        batch = micro_batch([sample])
        with torch.no_grad():
            tokens, positions = batch.tokens.to(device()), batch.positions.to(device())
            logits = self._chunk(tokens, positions, None, packed_seq_params=batch.pieces)
            losses, _ = token_losses(logits, batch.labels.to(device()))
        return losses.double().cpu().numpy()

    def _places(self, sample: Any) -> npt.NDArray[np.bool_]:
        """Where plain text is predicted."""
        return (sample.mask > 0) & ~sample.fim

    def _triples(self, sample: Any) -> Triples:
        """What the trigram sees at these places: the token before, the token, and the label."""
        before = np.roll(sample.tokens, 1)
        before[sample.starts[:-1]] = self._encoder.vocab_size
        return np.stack((before, sample.tokens, sample.labels), axis=1)[self._places(sample)]


def _line(ids: npt.NDArray[np.int64]) -> Any:
    """One piece."""
    from trainer.megatron.packed_batches import Sample

    ones = np.ones(ids.size, dtype=np.float32)
    return Sample(ids, np.roll(ids, -1), ones, ones < 0, np.array([0, ids.size]), "")


def compare(out: Path) -> tuple[dict[str, Bits], dict[str, Middles]]:
    """Both comparisons, of the latest checkpoint."""
    from trainer.megatron.whole_model import whole_model

    with whole_model(find_checkpoint(out / "training")) as model:
        recipe = read_recipe(out / "train.toml")
        comparison = Comparison(recipe, chunk=model.chunk, event=model.event, cache=out / "training" / "index")
        return comparison.bits(), comparison.middles()


def tell(bits: dict[str, Bits], middles: dict[str, Middles]) -> None:
    """Print the tables, and which goals hold."""
    print(f"{'held-out bits per byte':24}{'places':>9}{'bytes':>9}{'model':>9}{'trigram':>9}")
    for name, row in bits.items():
        print(f"{name:24}{row.places:>9,}{row.num_bytes:>9,}{row.model:>9.3f}{row.trigram:>9.3f}")
    print(f"\n{'loss of middles after':24}{'middles':>9}" + "".join(f"{form:>22}" for form in _FORMS) + f"{'gain':>16}")
    for name, row in middles.items():
        losses = "".join(f"{loss:>22.3f}" for loss in row.losses)
        print(f"{name:24}{row.number:>9,}{losses}{row.gain:>8.3f} ± {row.error:.3f}")
    print()
    for name, row in bits.items():
        print(f"{'holds' if row.model < row.trigram else 'does NOT hold'}: {name}: model below trigram")
    for name, row in middles.items():
        print(f"{'holds' if row.helps else 'does NOT hold'}: {name}: the suffix helps with the middle (by two standard errors)")


def main() -> None:
    """Build, train, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=30, help="of training")
    parser.add_argument("--out", type=Path, default=ROOT / "demo" / "tiny-model")
    parser.add_argument("--tokens", type=int, default=1_500_000, help="of the mix; fewer come more often in the time")
    parser.add_argument("--shards", type=Path, help="of one length, instead of building them")
    arguments = parser.parse_args()
    # Megatron warns at import of packages that are optional.
    warnings.simplefilter("ignore")
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    train((arguments.shards or build(out, total_tokens=arguments.tokens)).resolve(), out=out, minutes=arguments.minutes)
    event = read_event(find_checkpoint(out / "training"))
    print(f"trained for {event.step:,} steps, {sum(event.consumed_tokens.values()):,} tokens\n")
    tell(*compare(out))


if __name__ == "__main__":
    main()
