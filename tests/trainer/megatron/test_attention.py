"""The one-kernel attention for CUDA against one SDPA for each piece: same numbers, keys and values repeated or not.

The kernel itself needs a GPU; here a stand-in does what torch documents of it, with and without groups of heads.
"""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("megatron.core")
varlen = pytest.importorskip("torch.nn.attention.varlen")

from trainer.megatron import attention  # noqa: E402

SPANS = [attention._Span(0, 5, 0, 5), attention._Span(5, 6, 5, 6), attention._Span(6, 20, 10, 30)]


def _kernel(query: Any, key: Any, value: Any, queries: Any, keys: Any, longest: int, longest_key: int, **settings: Any) -> Any:
    """Causal, aligned at the last query and the last key."""
    assert (longest, longest_key) == (int(queries.diff().max()), int(keys.diff().max()))
    parts: list[Any] = []
    for place in range(len(queries) - 1):
        q = query[queries[place] : queries[place + 1]].transpose(0, 1)
        k, v = (part[keys[place] : keys[place + 1]].transpose(0, 1) for part in (key, value))
        mask = torch.ones(q.shape[1], k.shape[1], dtype=torch.bool).tril(k.shape[1] - q.shape[1])
        out = torch.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, scale=settings.get("scale"), enable_gqa=settings.get("enable_gqa", False)
        )
        parts.append(out.transpose(0, 1))
    return torch.cat(parts)


def _new(*arguments: Any, window_size: Any = (-1, -1), enable_gqa: bool = False, scale: float | None = None) -> Any:
    assert window_size == (-1, 0)
    assert enable_gqa == (arguments[0].shape[1] != arguments[1].shape[1])
    return _kernel(*arguments, enable_gqa=enable_gqa, scale=scale)


def _old(*arguments: Any, is_causal: bool = False) -> Any:
    assert is_causal
    assert arguments[0].shape == (20, 4, 16)
    assert arguments[1].shape[1] == 4
    return _kernel(*arguments)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(("kernel", "scale"), [(_new, None), (_new, 0.3), (_old, None)])
def test_one_kernel_is_an_sdpa_for_each_piece(
    groups: int, kernel: Any, scale: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(varlen, "varlen_attn", kernel)
    attention._flash_settings.cache_clear()
    generator = torch.Generator().manual_seed(1)
    query = torch.randn(20, 4, 16, generator=generator)
    key, value = (torch.randn(30, groups, 16, generator=generator) for _ in range(2))
    flash = attention._attend_flash(query, key, value, spans=SPANS, scale=scale)
    attention._flash_settings.cache_clear()
    torch.testing.assert_close(flash, attention._attend(query, key, value, spans=SPANS, scale=scale))
