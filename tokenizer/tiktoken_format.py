"""Exports to the format of ``tiktoken``: a line per entry, its bytes in base64 and its rank, which is also its id.

A ``tokenizer.json`` enters; a ``.tiktoken`` file and a ``.json`` with the split pattern and the special tokens leave, which is
what ``tiktoken.Encoding`` is made of. tiktoken has no list of merges: it joins any two neighbours that make an entry, the one
of lowest rank first. Where an entry can be made in two ways it may make it in the other; the bytes always are the same.
"""

import base64
import json
from pathlib import Path

from tokenizers import Tokenizer

from tokenizer.byte_names import bytes_of
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS, SPECIAL_TOKENS
from tokenizer.split import SPLIT_PATTERN


def export(tokenizer: Tokenizer, *, path: Path) -> None:
    """Writes ``path`` and, beside it, ``.json``.

    Raises:
        ValueError: ids that do not follow the order of the merges, as after retraining.
    """
    model = json.loads(tokenizer.to_str())["model"]
    entries = sorted((number, bytes_of(name)) for name, number in model["vocab"].items() if name not in SPECIAL_TOKEN_IDS)
    ids = {token: number for number, token in entries}
    for left, right in ((bytes_of(a), bytes_of(b)) for a, b in model["merges"]):
        if ids[left + right] < max(ids[left], ids[right]) and max(len(left), len(right)) > 1:
            raise ValueError(
                "a tokenizer retrained with --from keeps old ids, so its ids are no ranks, which tiktoken needs them to be: "
                "export one that was trained anew, or use tokenizer.json"
            )
    lines = (base64.b64encode(token) + b" %d\n" % number for number, token in entries)
    path.write_bytes(b"".join(lines))
    told = {"pat_str": SPLIT_PATTERN, "special_tokens": {token: SPECIAL_TOKEN_IDS[token] for token in SPECIAL_TOKENS}}
    path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
