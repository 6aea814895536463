"""The published split patterns of byte-level tokenizers whose files do not hold them.

A name enters, a pattern leaves. A ``.tiktoken`` file is a list of ranks and nothing more, so the name of the file has to
tell which pattern belongs to it.
"""

_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_BLANKS = r"\s*[\r\n]+|\s+(?!\S)|\s+"

#: OpenAI's GPT-2 (also r50k_base, p50k_base).
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
#: OpenAI's GPT-4, Meta's Llama 3.
CL100K = rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_BLANKS}"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
#: OpenAI's GPT-4o and gpt-oss, Meta's Llama 4.
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTIONS}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_BLANKS}"
)
#: Alibaba's Qwen 1 to 3.
QWEN = rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_BLANKS}"
#: Qwen 3.5 and later: marks belong to words.
QWEN_3_5 = rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{_BLANKS}"

#: First match wins; what is looked for is a part of the file's name, letters and digits only.
_BY_NAME = (
    ("cl100k", CL100K),
    ("o200k", O200K),
    ("llama4", O200K),
    ("llama3", CL100K),
    ("qwen35", QWEN_3_5),
    ("qwen36", QWEN_3_5),
    ("qwen", QWEN),
    ("gpt2", GPT2),
    ("r50k", GPT2),
    ("p50k", GPT2),
)


def split_pattern_of(name: str) -> str:
    """The split pattern of the tokenizer that a file's name tells.

    Raises:
        ValueError: none is known.
    """
    letters = "".join(filter(str.isalnum, name.lower()))
    for part, pattern in _BY_NAME:
        if part in letters:
            return pattern
    raise ValueError(
        f"{name}: a tiktoken file holds no split pattern, and its name tells none that is known "
        f"({', '.join(part for part, _ in _BY_NAME)}): rename the file, or give a tokenizer.json"
    )
