"""Where the documents of a packed micro-batch begin and end, for positions and attention.

The start offsets of pieces enter; :class:`Pieces` leaves, which travels through megatron's layers as its ``PackedSeqParams``.
A micro-batch is one line of tokens: its sequences lie end to end, and each begins a piece. ``qkv_format`` is ``sbhd``, for then
megatron turns queries and keys by the angles given for each token, and a line may be cut over context-parallel ranks anywhere.
Transformer Engine's kernel is told ``thd``.

Context parallelism cuts the line into twice as many chunks as ranks; rank r holds chunk r and, since later tokens have more to
attend to, chunk 2n-1-r (the zigzag of Llama 3's training, arXiv 2407.21783).
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from megatron.core.packed_seq_params import PackedSeqParams


@dataclass
class Pieces(PackedSeqParams):
    """``starts`` has the beginning of each piece and, last, the number of tokens of the line."""

    starts: tuple[int, ...] = ()
    #: The chunks of the line that this rank holds, as (begin, end).
    chunks: tuple[tuple[int, int], ...] = field(default_factory=tuple)


def make_pieces(starts: npt.NDArray[np.integer], *, context: int = 1, context_rank: int = 0, fused: bool = False) -> Pieces:
    """``starts``: ascending, beginning with 0, ending with the number of tokens. ``fused``: for Transformer Engine's kernel."""
    edges = torch.from_numpy(starts.astype(np.int32))
    longest = int(np.diff(starts).max())
    return Pieces(
        qkv_format="thd" if fused else "sbhd",
        cu_seqlens_q=edges,
        cu_seqlens_kv=edges,
        max_seqlen_q=longest,
        max_seqlen_kv=longest,
        starts=tuple(starts.tolist()),
        chunks=context_chunks(int(starts[-1]), context=context, rank=context_rank),
    )


def context_chunks(num_tokens: int, *, context: int, rank: int) -> tuple[tuple[int, int], ...]:
    """Which stretches of a line of ``num_tokens`` a context-parallel rank holds."""
    if context == 1:
        return ((0, num_tokens),)
    size = num_tokens // (2 * context)
    return tuple((chunk * size, (chunk + 1) * size) for chunk in (rank, 2 * context - 1 - rank))


def positions(starts: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """The position of each token within its piece."""
    lengths = np.diff(starts)
    return np.arange(int(starts[-1]), dtype=np.int64) - np.repeat(starts[:-1], lengths)


def starts_from_tokens(tokens: npt.NDArray[np.integer], *, end_of_text: int, pad: int) -> npt.NDArray[np.int64]:
    """The starts where a shard has no boundaries beside it: behind each end-of-text, and where padding begins or ends."""
    begins = np.zeros(tokens.size, dtype=bool)
    begins[:1] = True
    padding = tokens == pad
    begins[1:] = (tokens[:-1] == end_of_text) | (padding[1:] != padding[:-1])
    return np.flatnonzero(begins)
