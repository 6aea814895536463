"""Ids on disk must never move."""

from tokenizer.special_tokens import END_OF_TEXT_ID, PAD_ID, SPECIAL_TOKEN_IDS, SPECIAL_TOKENS


def test_ids_are_those_of_shards_on_disk() -> None:
    assert list(SPECIAL_TOKEN_IDS.items())[:9] == [
        ("<|endoftext|>", 0),
        ("<|user|>", 1),
        ("<|assistant|>", 2),
        ("<|endofturn|>", 3),
        ("<|fim_prefix|>", 4),
        ("<|fim_middle|>", 5),
        ("<|fim_suffix|>", 6),
        ("<|pad|>", 7),
        ("<|reserved_0|>", 8),
    ]
    assert SPECIAL_TOKENS[-1] == "<|reserved_23|>"
    assert len(SPECIAL_TOKENS) == len(set(SPECIAL_TOKENS)) == 32
    assert (END_OF_TEXT_ID, PAD_ID) == (0, 7)
