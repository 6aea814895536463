"""The special tokens of every tokenizer of this project, and their ids.

They come first in the vocabulary, so an id depends neither on the vocabulary size nor on the corpus. A new one takes the
place of a reserved one; none is ever moved or removed, because shards and checkpoints on disk hold the ids.
"""

END_OF_TEXT = "<|endoftext|>"
USER = "<|user|>"
ASSISTANT = "<|assistant|>"
END_OF_TURN = "<|endofturn|>"
FIM_PREFIX = "<|fim_prefix|>"
FIM_MIDDLE = "<|fim_middle|>"
FIM_SUFFIX = "<|fim_suffix|>"
PAD = "<|pad|>"

NUM_RESERVED = 24

#: Every special token; its place is its id.
SPECIAL_TOKENS: tuple[str, ...] = (
    END_OF_TEXT,
    USER,
    ASSISTANT,
    END_OF_TURN,
    FIM_PREFIX,
    FIM_MIDDLE,
    FIM_SUFFIX,
    PAD,
    *(f"<|reserved_{number}|>" for number in range(NUM_RESERVED)),
)

SPECIAL_TOKEN_IDS: dict[str, int] = {token: number for number, token in enumerate(SPECIAL_TOKENS)}
END_OF_TEXT_ID = SPECIAL_TOKEN_IDS[END_OF_TEXT]
PAD_ID = SPECIAL_TOKEN_IDS[PAD]
