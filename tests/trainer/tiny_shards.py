"""Packed shards of a small made-up language, for training runs of seconds: three segments, two lengths, boundaries, FIM."""

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tokenizer.indexed_dataset import IndexedDatasetWriter
from tokenizer.special_tokens import END_OF_TEXT_ID, PAD_ID, SPECIAL_TOKEN_IDS

VOCAB_SIZE = 300
SHORT, LONG = 64, 128
SEGMENTS = ("code", "korean", "multilingual")


def sequence(*, length: int, segment: int, random: np.random.Generator) -> tuple[npt.NDArray[np.int64], list[int]]:
    """A packed sequence of documents and some padding, and the starts of its pieces; each segment counts in its own step."""
    tokens = np.full(length, PAD_ID, dtype=np.int64)
    starts: list[int] = []
    place = 0
    while place < length - int(random.integers(0, 6)):
        size = min(int(random.integers(3, length // 2)), length - place)
        begin = int(random.integers(0, 200))
        text = 60 + (begin + (segment + 1) * np.arange(size)) % 200
        text[random.random(size) < 0.1] = int(random.integers(60, 260))
        if size > 8 and random.random() < 0.3:
            text[0], text[size // 3], text[2 * size // 3] = (
                SPECIAL_TOKEN_IDS[f"<|fim_{part}|>"] for part in ("prefix", "suffix", "middle")
            )
        # A document that does not fit is cut: no end-of-text, and the boundaries alone say where it ends.
        if place + size < length:
            text[-1] = END_OF_TEXT_ID
        tokens[place : place + size] = text
        starts.append(place)
        place += size
    if place < length:
        starts.append(place)
    return tokens, starts


def write_shards(
    directory: Path,
    *,
    num_sequences: int = 40,
    lengths: tuple[int, ...] = (SHORT, LONG),
    boundaries: bool = True,
    tokenizer: str = "0" * 64,
) -> Path:
    """``directory`` with ``<length>/<segment>/part-00000`` and ``shards.json``."""
    files: dict[str, object] = {}
    for length in lengths:
        for number, segment in enumerate(SEGMENTS):
            random = np.random.default_rng((length, number))
            sequences, starts = zip(
                *(sequence(length=length, segment=number, random=random) for _ in range(num_sequences)), strict=True
            )
            name = f"{length}/{segment}/part-00000"
            files |= _write(directory, name, list(sequences), vocab_size=VOCAB_SIZE)
            if boundaries:
                files |= _write(directory, f"{name}.boundaries", [np.array(start) for start in starts], vocab_size=65_499)
    description = {
        "tokenizer": {"sha256": tokenizer, "vocab_size": VOCAB_SIZE},
        "special_tokens": SPECIAL_TOKEN_IDS,
        "sequence_length": lengths[0],
        "files": files,
    }
    (directory / "shards.json").write_text(json.dumps(description))
    return directory


def _write(directory: Path, name: str, sequences: list[npt.NDArray[np.integer]], *, vocab_size: int) -> dict[str, object]:
    prefix = directory / name
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{prefix}.bin", "wb") as bin_file, open(f"{prefix}.idx", "wb") as idx_file:
        writer = IndexedDatasetWriter(bin_file, vocab_size=vocab_size)
        for one in sequences:
            writer.add(one)
        writer.write_index(idx_file)
    files: dict[str, object] = {}
    for suffix in (".bin", ".idx"):
        content = Path(f"{prefix}{suffix}").read_bytes()
        files[f"{name}{suffix}"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return files


RECIPE = """
name = "tiny"
[model]
num_layers = 4
hidden_size = 64
ffn_hidden_size = 128
num_attention_heads = 4
num_query_groups = 2
[data]
shards = "{shards}"
validation_share = 0.05
[[stage]]
sequence_length = 64
share = 0.75
global_batch_size = 8
micro_batch_size = 2
[[stage]]
sequence_length = 128
share = 0.25
global_batch_size = 4
micro_batch_size = 1
rope_base = 50000
[optimizer]
lr = 1e-2
min_lr = 1e-3
z_loss = 1e-4
[schedule]
warmup_steps = 2
[train]
steps = {steps}
seed = 7
precision = "fp32"
log_every = 1
eval_every = 4
[checkpoint]
every = {every}
keep_last = 3
{logging}"""
#: Importing both takes seconds of a launch.
QUIET = """[logging]
tensorboard = false
mlflow_uri = ""
"""


def write_recipe(path: Path, *, shards: Path, steps: int = 8, every: int = 0, extra: str = "", logging: str = QUIET) -> Path:
    """A recipe for :func:`write_shards`; ``extra`` is more TOML."""
    path.write_text(RECIPE.format(shards=shards, steps=steps, every=every, logging=logging) + extra)
    return path
