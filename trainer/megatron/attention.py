"""Attention within the pieces of a packed line, without a mask of the line's length squared.

Queries of shape (tokens, 1, heads, head size), keys and values of as many tokens and fewer heads enter, megatron's layer having
turned them by their positions; (tokens, 1, heads x head size) leaves. On CUDA one variable-length flash kernel serves all
pieces; elsewhere each piece is one call of torch's SDPA. Without pieces (inference) it is causal attention over the whole.
Under context parallelism keys and values are gathered from all ranks (Llama 3, arXiv 2407.21783).
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.nn.functional as functional
from megatron.core.tensor_parallel.mappings import gather_from_sequence_parallel_region
from megatron.core.transformer.enums import AttnMaskType
from megatron.core.transformer.module import MegatronModule
from torch import Tensor

from . import compat
from .pieces import Pieces, context_chunks


class _Span(NamedTuple):
    """Queries ``begin`` to ``end`` of what this rank holds; they attend to keys ``first`` to ``last`` of the line."""

    begin: int
    end: int
    first: int
    last: int


class PieceAttention(MegatronModule):
    """The ``core_attention`` of a layer specification."""

    def __init__(
        self,
        config: Any,
        attn_mask_type: AttnMaskType,
        softmax_scale: float | None = None,
        pg_collection: Any = None,
        **_: Any,
    ) -> None:
        super().__init__(config)
        self.context = config.context_parallel_size
        self.group: Any = pg_collection.cp if self.context > 1 else None
        self.scale = softmax_scale
        self.mask_type = attn_mask_type

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attention_mask: Tensor | None,
        attn_mask_type: AttnMaskType | None = None,
        packed_seq_params: Any = None,
        **_: Any,
    ) -> Tensor:
        """Attention of each token to those of its piece up to itself."""
        if not isinstance(packed_seq_params, Pieces):
            return self._unpacked(query, key, value, mask=attention_mask, mask_type=attn_mask_type)
        query, key, value = query.squeeze(1), key.squeeze(1), value.squeeze(1)
        if self.context > 1:
            key, value = (self._gathered(part, num_tokens=packed_seq_params.starts[-1]) for part in (key, value))
        spans = _spans(packed_seq_params)
        attend = _attend_flash if query.is_cuda and query.dtype != torch.float32 else _attend
        return attend(query, key, value, spans=spans, scale=self.scale).reshape(query.shape[0], 1, -1)

    def _gathered(self, part: Tensor, *, num_tokens: int) -> Tensor:
        """The keys or values of all ranks in the order of the line. The gradient is summed back onto each rank."""
        gathered = gather_from_sequence_parallel_region(part, group=self.group)
        order = [chunk for rank in range(self.context) for chunk in context_chunks(num_tokens, context=self.context, rank=rank)]
        pieces = dict(zip(order, gathered.chunk(2 * self.context), strict=True))
        return torch.cat([pieces[chunk] for chunk in sorted(order)])

    def _unpacked(
        self, query: Tensor, key: Tensor, value: Tensor, *, mask: Tensor | None, mask_type: AttnMaskType | None
    ) -> Tensor:
        causal = mask is None and (mask_type or self.mask_type) == AttnMaskType.causal and query.shape[0] > 1
        output = functional.scaled_dot_product_attention(
            query.permute(1, 2, 0, 3),
            key.permute(1, 2, 0, 3),
            value.permute(1, 2, 0, 3),
            attn_mask=None if mask is None else ~mask,  # megatron: True is hidden
            is_causal=causal,
            scale=self.scale,
            enable_gqa=query.shape[2] != key.shape[2],
        )
        return output.permute(2, 0, 1, 3).flatten(2)

    def sharded_state_dict(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Nothing is stored."""
        return {}


def _spans(pieces: Pieces) -> list[_Span]:
    """The parts of pieces that this rank holds queries of."""
    spans: list[_Span] = []
    held = 0
    for begin, end in pieces.chunks:
        for first, following in _overlapping(pieces.starts, begin=begin, end=end):
            low, high = max(first, begin), min(following, end)
            spans.append(_Span(held + low - begin, held + high - begin, first, high))
        held += end - begin
    return spans


def _overlapping(starts: tuple[int, ...], *, begin: int, end: int) -> Iterator[tuple[int, int]]:
    for first, following in pairwise(starts):
        if first < end and following > begin:
            yield first, following


def _attend(query: Tensor, key: Tensor, value: Tensor, *, spans: list[_Span], scale: float | None) -> Tensor:
    """One SDPA for each span."""
    outputs: list[Tensor] = []
    for begin, end, first, last in spans:
        part = query[begin:end]
        missing = (last - first) - (end - begin)
        if missing:
            # The causal mask of SDPA begins at the first key: queries that another rank has stand in for the first ones.
            part = functional.pad(part, (0, 0, 0, 0, missing, 0))
        output = functional.scaled_dot_product_attention(
            part.transpose(0, 1).unsqueeze(0),
            key[first:last].transpose(0, 1).unsqueeze(0),
            value[first:last].transpose(0, 1).unsqueeze(0),
            is_causal=True,
            scale=scale,
            enable_gqa=query.shape[1] != key.shape[1],
        )
        outputs.append(output.squeeze(0).transpose(0, 1)[missing:])
    return torch.cat(outputs)


def _attend_flash(query: Tensor, key: Tensor, value: Tensor, *, spans: list[_Span], scale: float | None) -> Tensor:
    """One kernel for all spans; where queries are fewer than keys, they are the last ones."""
    from torch.nn.attention.varlen import varlen_attn

    lengths = [(end - begin, last - first) for begin, end, first, last in spans]
    edges = torch.tensor([(0, 0), *lengths], dtype=torch.int32).cumsum(0, dtype=torch.int32).to(query.device, non_blocking=True)
    if len(spans) > 1 and any(following.first != span.last for span, following in pairwise(spans)):
        key, value = (torch.cat([part[first:last] for _, _, first, last in spans]) for part in (key, value))
    grouped = query.shape[1] != key.shape[1]
    settings: dict[str, Any] = {**_flash_settings(grouped), **({} if scale is None else {"scale": scale})}
    if grouped and "enable_gqa" not in settings:
        repeats = query.shape[1] // key.shape[1]
        key, value = (part.repeat_interleave(repeats, dim=1) for part in (key, value))
    longest_query, longest_key = (max(sizes) for sizes in zip(*lengths, strict=True))
    output = varlen_attn(
        query.contiguous(),
        key.contiguous(),
        value.contiguous(),
        edges[:, 0].contiguous(),
        edges[:, 1].contiguous(),
        longest_query,
        longest_key,
        **settings,
    )
    assert isinstance(output, Tensor)
    return output


@cache
def _flash_settings(grouped: bool) -> dict[str, Any]:
    """Causal attention of ``grouped`` heads, in the words of this torch; 2.9 has neither windows nor groups."""
    from torch.nn.attention.varlen import varlen_attn

    windowed = compat.accepted(varlen_attn, window_size=(-1, 0)) or {"is_causal": True}
    return windowed | (compat.accepted(varlen_attn, enable_gqa=True) if grouped else {})
