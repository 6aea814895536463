"""The tokenizer that a checkpoint was trained with.

A checkpoint's event and perhaps the path of a ``tokenizer.json`` enter, an :class:`~tokenizer.encode.Encoder` leaves whose
SHA-256 is the one that the event tells: ids of another tokenizer would mean other text.
"""

import json
from pathlib import Path
from typing import Any

from tokenizer.encode import Encoder

from .events import CheckpointEvent

_FILE = Path("tokenizer") / "tokenizer.json"


def find_tokenizer(event: CheckpointEvent, *, checkpoint: Path, given: str | None = None) -> Path:
    """``given``, or the one beside the training run's checkpoints, or the one of the run that built its shards.

    Raises ``ValueError`` where there is none with the checkpoint's fingerprint.
    """
    run = checkpoint.resolve().parent.parent
    places = [Path(given)] if given else [run / _FILE, *_beside_shards(run)]
    others: list[str] = []
    for place in places:
        if not place.is_file():
            continue
        if Encoder(place).fingerprint == event.tokenizer_sha256:
            return place
        others.append(str(place))
    wanted = f"with SHA-256 {event.tokenizer_sha256[:12]}…"
    if others:
        raise ValueError(f"{others[0]} is another tokenizer than the one of {checkpoint} ({wanted}): give --tokenizer FILE")
    looked = ", ".join(str(place) for place in places)
    raise ValueError(f"no tokenizer {wanted} found (looked for {looked}): give --tokenizer TOKENIZER.JSON")


def read_tokenizer(path: Path, *, vocab_size: int) -> Encoder:
    """Raises ``ValueError`` where its vocabulary is not the model's."""
    encoder = Encoder(path)
    if encoder.vocab_size != vocab_size:
        raise ValueError(f"{path} has {encoder.vocab_size:,} entries, the model {vocab_size:,}: give --tokenizer of the model")
    return encoder


def _beside_shards(run: Path) -> list[Path]:
    try:
        resolved: Any = json.loads((run / "resolved.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return []
    data: Any = (resolved.get("recipe") or resolved).get("data") or {}
    shards = data.get("shards")
    return [Path(shards).parent / _FILE] if isinstance(shards, str) else []
