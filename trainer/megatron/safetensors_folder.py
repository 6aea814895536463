"""Folders of safetensors (https://github.com/huggingface/safetensors), as models are given away.

A folder enters and its tensors leave when they are asked for; or named tensors enter, one after the other, and files leave,
several with an index where they are large.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

INDEX = "model.safetensors.index.json"
MAX_FILE_BYTES = 5_000_000_000
_SINGLE = "model.safetensors"


class SafetensorsFolder(Mapping[str, Tensor]):
    """The tensors of a folder of safetensors, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open = _safetensors().safe_open
        self._files = self._file_of_each()
        self._handles: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Tensor:
        return self._handle(self._files[name]).get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Without reading a tensor."""
        return {name: tuple(self._handle(file).get_slice(name).get_shape()) for name, file in self._files.items()}

    def dtypes(self) -> set[str]:
        """In the words of safetensors: ``F32``, ``BF16``, …"""
        return {str(self._handle(file).get_slice(name).get_dtype()) for name, file in self._files.items()}

    def _file_of_each(self) -> dict[str, str]:
        if (self.folder / INDEX).is_file():
            weights = json.loads((self.folder / INDEX).read_bytes()).get("weight_map")
            if not isinstance(weights, dict) or not all(isinstance(file, str) for file in weights.values()):
                raise ValueError(f"{self.folder / INDEX} has no weight_map: copy the model again")
            return {str(name): Path(file).name for name, file in weights.items()}
        if not (self.folder / _SINGLE).is_file():
            raise ValueError(f"{self.folder} has neither {_SINGLE} nor {INDEX}: only safetensors can be read")
        with self._opened(_SINGLE) as handle:
            return dict.fromkeys(handle.keys(), _SINGLE)

    def _handle(self, file: str) -> Any:
        if file not in self._handles:
            self._handles[file] = self._opened(file)
        return self._handles[file]

    def _opened(self, file: str) -> Any:
        path = self.folder / file
        if not path.is_file():
            raise ValueError(f"{path} is missing, and {INDEX} names it: copy the model again")
        try:
            return self._open(path, framework="pt")
        except Exception as error:
            raise ValueError(f"{path} is no file of safetensors ({error}): copy it again") from error


def write_safetensors(tensors: Iterable[tuple[str, Tensor]], *, folder: Path, max_file_bytes: int = MAX_FILE_BYTES) -> None:
    """Files of at most ``max_file_bytes`` (a larger tensor has its own), with an index if there are several."""
    save_file = _safetensors().save_file
    parts: list[Path] = []
    places: dict[str, int] = {}
    total, held = 0, 0
    batch: dict[str, Tensor] = {}

    def write() -> None:
        parts.append(folder / f"part-{len(parts)}.tmp")
        save_file(batch, parts[-1], metadata={"format": "pt"})
        # The library makes files that their owner alone may read.
        parts[-1].chmod(0o644)
        batch.clear()

    for name, tensor in tensors:
        size = tensor.nbytes
        if batch and held + size > max_file_bytes:
            write()
            held = 0
        batch[name], places[name] = tensor, len(parts)
        held, total = held + size, total + size
    write()
    names = [f"model-{number + 1:05}-of-{len(parts):05}.safetensors" for number in range(len(parts))]
    for part, name in zip(parts, names if len(parts) > 1 else [_SINGLE], strict=True):
        part.replace(folder / name)
    if len(parts) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": {name: names[place] for name, place in places.items()}}
        (folder / INDEX).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _safetensors() -> Any:
    try:
        import safetensors.torch as numbers
    except ImportError:
        raise ValueError("export needs the package safetensors: pip install safetensors") from None
    return numbers
