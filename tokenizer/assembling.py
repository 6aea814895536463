"""Writes a vocabulary as the files that other programs read.

A vocabulary enters (:mod:`tokenizer.pruning`); a ``tokenizers.Tokenizer`` leaves, without a normaliser, so that every UTF-8
string round-trips; or the ``tokenizer.json`` and ``tokenizer_config.json``, chat template included, that ``transformers`` and
vLLM load.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from tokenizer.byte_names import byte_names, visible_name
from tokenizer.merging import NUM_BYTES
from tokenizer.pruning import Vocabulary
from tokenizer.special_tokens import ASSISTANT, END_OF_TEXT, END_OF_TURN, PAD, SPECIAL_TOKEN_IDS, SPECIAL_TOKENS, USER
from tokenizer.split import SPLIT_PATTERN


def first_ids(tokens: Sequence[bytes]) -> dict[bytes, int]:
    """The ids of a new vocabulary: after the special tokens the bytes, in the order of their names, then what was learned."""
    names = byte_names()
    order = sorted(tokens[:NUM_BYTES], key=lambda token: names[token[0]])
    return {token: number for number, token in enumerate([*order, *tokens[NUM_BYTES:]], start=len(SPECIAL_TOKENS))}


def assemble(vocabulary: Vocabulary, *, ids: Mapping[bytes, int] | None = None) -> Tokenizer:
    """A ``tokenizers.Tokenizer`` of special tokens and a vocabulary; ``ids`` (default: :func:`first_ids`) by token."""
    visible = {token: visible_name(token) for token in vocabulary.tokens}
    numbers = SPECIAL_TOKEN_IDS | {visible[token]: number for token, number in (ids or first_ids(vocabulary.tokens)).items()}
    merges = [(visible[left], visible[right]) for left, right in vocabulary.merges]
    # A word that is an entry is that entry at once: entries of whole words need no entries for their beginnings.
    tokenizer = Tokenizer(models.BPE(numbers, merges, ignore_merges=True))
    split = pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    for token, number in SPECIAL_TOKEN_IDS.items():
        assert tokenizer.token_to_id(token) == number
    return tokenizer


#: Turns are closed by ``<|endofturn|>``; a system message, which has no token of its own, opens the first user turn.
_CHAT_TEMPLATE = (
    "{%- set ns = namespace(system='') -%}"
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'system' -%}{%- set ns.system = message['content'] + '\\n\\n' -%}"
    "{%- elif message['role'] == 'user' -%}{{ '" + USER + "' + ns.system + message['content'] + '" + END_OF_TURN + "' }}"
    "{%- set ns.system = '' -%}"
    "{%- elif message['role'] == 'assistant' -%}{{ '" + ASSISTANT + "' + message['content'] + '" + END_OF_TURN + "' }}"
    "{%- else -%}{{ raise_exception('roles are system, user and assistant, not ' + message['role']) }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '" + ASSISTANT + "' }}{%- endif -%}"
)


def save(tokenizer: Tokenizer, *, directory: Path, max_sequence_length: int = 32_768) -> Path:
    """Write ``tokenizer.json`` and the ``tokenizer_config.json`` that ``transformers`` reads; returns the former's path."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": max_sequence_length,
        "eos_token": END_OF_TEXT,
        "pad_token": PAD,
        # transformers would otherwise delete spaces before punctuation when it decodes.
        "clean_up_tokenization_spaces": False,
        "chat_template": _CHAT_TEMPLATE,
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    path = directory / "tokenizer.json"
    path.write_text(tokenizer.to_str(pretty=True) + "\n", encoding="utf-8")
    return path
