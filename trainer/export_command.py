"""``malmoi export``: a checkpoint becomes a folder in the Hugging Face format (Llama architecture), or the other way.

To: weights as safetensors, ``config.json``, ``generation_config.json`` and the tokenizer with its chat template; from a
checkpoint of any layout, on one process. From: such a folder becomes a training run with one checkpoint, at step 0 and without
optimizer state. Both directions give the same bytes back. A folder is there in full or not at all.
"""

import json
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from tokenizer.encode import Encoder
from tokenizer.special_tokens import SPECIAL_TOKENS

from .checkpoint_tokenizer import find_tokenizer, read_tokenizer
from .events import CheckpointEvent, find_checkpoint, read_event
from .hugging_face_config import Dtype, from_config, generation_config, to_config
from .model_config import ModelConfig
from .usage_error import UsageError

_DTYPES: Mapping[str, Dtype] = {"fp32": "float32", "bf16": "bfloat16"}
#: By safetensors' names; half precision is held exactly by float32.
_PRECISIONS = {"F32": "fp32", "BF16": "bf16", "F16": "fp32"}


def run_export(
    source: str,
    output: TextIO,
    *,
    to: list[str] | None = None,
    from_format: str | None = None,
    out: str | None = None,
    tokenizer: str | None = None,
) -> int:
    """``to``: ["hf", DIR]; ``from_format``: "hf" with ``out``. The exit code. Raises ``ValueError`` and ``OSError``."""
    if (to is None) == (from_format is None):
        raise UsageError("give --to hf DIR, or --from hf --out RUN")
    name = to[0] if to else from_format
    if name != "hf":
        raise UsageError(f"{name!r} is no format; there is: hf (Hugging Face)")
    if to is None and not out:
        raise UsageError("--from hf needs --out RUN, the directory of the training run to make")
    with warnings.catch_warnings():
        # Megatron warns at import of packages that are optional.
        warnings.simplefilter("ignore")
        if to is not None:
            target = export_checkpoint(find_checkpoint(source), Path(to[1]), tokenizer=tokenizer)
        else:
            target = import_folder(Path(source), Path(str(out)), tokenizer=tokenizer)
    output.write(f"{target}\n")
    return 0


def export_checkpoint(
    checkpoint: Path, folder: Path, *, tokenizer: str | None = None, max_file_bytes: int | None = None
) -> Path:
    """Write the folder; raises ``FileExistsError`` where it is not empty."""
    event = read_event(checkpoint)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: give a folder that is not there yet")
    file = find_tokenizer(event, checkpoint=checkpoint, given=tokenizer)

    from .megatron.hugging_face import to_hugging_face
    from .megatron.safetensors_folder import MAX_FILE_BYTES, write_safetensors
    from .megatron.whole_model import trained_length, whole_model

    partial = _partial(folder)
    try:
        with whole_model(checkpoint) as model:
            config = replace(model.config, max_sequence_length=trained_length(event, config=model.config))
            read_tokenizer(file, vocab_size=config.vocab_size)
            tensors = to_hugging_face(model.weights(), model=config)
            write_safetensors(tensors, folder=partial, max_file_bytes=max_file_bytes or MAX_FILE_BYTES)
        special = event.special_tokens
        _write_json(partial / "config.json", to_config(config, dtype=_DTYPES[event.precision], special_tokens=special))
        _write_json(partial / "generation_config.json", generation_config(special))
        _write_tokenizer(file, partial, max_sequence_length=config.max_sequence_length)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def import_folder(folder: Path, run: Path, *, tokenizer: str | None = None) -> Path:
    """Make ``run`` with one checkpoint; its directory. Raises ``ValueError`` for a model that this trainer cannot be."""
    config = from_config(_read_config(folder / "config.json"), path=folder / "config.json")
    file = Path(tokenizer) if tokenizer else folder / "tokenizer.json"
    if not file.is_file():
        raise ValueError(f"{file} is missing: give --tokenizer TOKENIZER.JSON, the one that the model was trained with")
    encoder = read_tokenizer(file, vocab_size=config.vocab_size)

    from .megatron.hugging_face import check_names, from_hugging_face
    from .megatron.safetensors_folder import SafetensorsFolder
    from .megatron.whole_model import save_whole_model

    weights = SafetensorsFolder(folder)
    check_names(weights.shapes(), model=config, place=str(folder))
    event = _event(config, run=run, encoder=encoder, precision=_precision(weights.dtypes(), folder=folder))
    checkpoint = save_whole_model(from_hugging_face(weights, model=config), config=config, event=event, run=run)
    target = run / "tokenizer"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target / "tokenizer.json")
    return checkpoint


def _event(config: ModelConfig, *, run: Path, encoder: Encoder, precision: str) -> CheckpointEvent:
    try:
        special = {token: encoder.token_id(token) for token in SPECIAL_TOKENS}
    except KeyError as error:
        raise ValueError(f"{error.args[0]}: its special tokens are needed for documents, chat and fill-in-the-middle") from None
    return CheckpointEvent(
        run=run.name,
        kind="imported",
        step=0,
        path="",
        consumed_samples={},
        consumed_tokens={},
        tokenizer_sha256=encoder.fingerprint,
        shards_fingerprint="",
        special_tokens=special,
        metrics={},
        model=asdict(config),
        precision=precision,
        layout={"world_size": 1},
        versions={},
    )


def _precision(dtypes: set[str], *, folder: Path) -> str:
    if unknown := dtypes - set(_PRECISIONS):
        raise ValueError(f"{folder} holds numbers of the kind {', '.join(sorted(unknown))}: only F32, BF16 and F16 can be read")
    kinds = {_PRECISIONS[dtype] for dtype in dtypes}
    # What is mixed is held exactly by the wider one.
    return "bf16" if kinds == {"bf16"} else "fp32"


def _partial(folder: Path) -> Path:
    partial = folder.with_name(f".partial-{folder.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def _read_config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ValueError(f"{path} is missing: {path.parent} is no model in the Hugging Face format")
    try:
        config: Any = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error})") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path} is no object of JSON")
    return config


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _write_tokenizer(file: Path, folder: Path, *, max_sequence_length: int) -> None:
    """The file as it is, for its SHA-256 names it, and beside it how transformers is to use it."""
    from tokenizers import Tokenizer

    from tokenizer.assembling import save

    save(Tokenizer.from_file(str(file)), directory=folder, max_sequence_length=max_sequence_length)
    shutil.copyfile(file, folder / "tokenizer.json")
