"""SentencePiece models, by the package of that name where it is installed.

The bytes of a ``.model`` enter; what a comparison asks of a tokenizer leaves.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tokenizer.reading.comparable import Tokens


class SentencePiece:
    """A SentencePiece model, compared.

    Raises:
        ValueError: the package is not installed, or the model is damaged.
    """

    def __init__(self, content: bytes, *, name: str) -> None:
        try:
            import sentencepiece  # pyright: ignore[reportMissingImports]
        except ModuleNotFoundError:
            raise ValueError(
                f"{name} is a SentencePiece model, and the package sentencepiece is not installed: pip install sentencepiece"
            ) from None
        try:
            self._model: Any = sentencepiece.SentencePieceProcessor(model_proto=content)
        except RuntimeError as error:
            raise ValueError(f"{name} is no SentencePiece model ({error})") from None

    @property
    def num_entries(self) -> int:
        return self._model.get_piece_size()

    @property
    def byte_entries(self) -> NDArray[np.bool_]:
        names = [self._model.id_to_piece(number) for number in range(self.num_entries)]
        is_byte = [self._model.is_byte(number) for number in range(self.num_entries)]
        return np.array(
            [byte and int(name[3:5], 16) >= 0x80 for byte, name in zip(is_byte, names, strict=True)], dtype=np.bool_
        )

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        found: list[Tokens] = []
        for text in texts:
            pieces = self._model.encode(text, out_type="immutable_proto").pieces
            columns = [(piece.id, piece.begin, piece.end) for piece in pieces]
            found.append(Tokens(*np.array(columns, dtype=np.int32).reshape(-1, 3).T))
        return found

    def count(self, texts: Sequence[str]) -> int:
        return sum(map(len, self._model.encode(list(texts), out_type=int)))

    def decode(self, ids: Sequence[int]) -> str:
        return self._model.decode(list(ids))
