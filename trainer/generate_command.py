"""``malmoi train generate``: a checkpoint and a prompt enter, the text that follows leaves.

With a prefix and a suffix it writes what stands between them: the three parts in the order PSM or SPM, as in training
(:mod:`tokenizer.fim`). What the user types is ordinary text: the names of special tokens in it never become their ids.
"""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TextIO

from tokenizer.encode import Encoder
from tokenizer.fim import Sentinels
from tokenizer.special_tokens import END_OF_TEXT, END_OF_TURN, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX

from .checkpoint_tokenizer import find_tokenizer, read_tokenizer
from .events import find_checkpoint, read_event
from .sampling import Sampling
from .usage_error import UsageError

Form = Literal["psm", "spm"]


def run_generate(
    checkpoint: str,
    output: TextIO,
    *,
    prompt: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
    form: Form = "psm",
    tokenizer: str | None = None,
    max_tokens: int = 128,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
    as_json: bool = False,
) -> int:
    """Write the continuation of ``prompt``, or the middle between ``prefix`` and ``suffix``; the exit code.

    Raises ``ValueError`` for settings, prompts or a checkpoint that cannot be used.
    """
    if (prompt is None) == (prefix is None and suffix is None):
        raise UsageError("give --prompt TEXT, or --prefix TEXT and --suffix TEXT to fill in what stands between them")
    if prompt == "":
        raise UsageError("--prompt is empty: the model needs some text to go on from")
    path = find_checkpoint(checkpoint)
    event = read_event(path)
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, top_p=top_p, seed=seed)
    file = find_tokenizer(event, checkpoint=path, given=tokenizer)
    # torch takes seconds to import: after what may be wrong with the call.
    with warnings.catch_warnings():
        # Megatron warns at import of packages that are optional.
        warnings.simplefilter("ignore")
        from .megatron.generate import generate
        from .megatron.whole_model import whole_model

        with whole_model(path) as model:
            config = model.config
            encoder = read_tokenizer(file, vocab_size=config.vocab_size)
            special = event.special_tokens
            ids = prompt_ids(encoder, special, prompt=prompt, prefix=prefix or "", suffix=suffix or "", form=form)
            stop = stop_ids(special, fill_in=prompt is None)
            new = list(generate(model.chunk, ids, config=config, sampling=sampling, stop_ids=stop))
    text = encoder.decode(new)
    if as_json:
        output.write(json.dumps({"prompt_ids": ids, "ids": new, "text": text}, ensure_ascii=False) + "\n")
    else:
        output.write(text + "\n")
    return 0


def prompt_ids(
    encoder: Encoder, special: Mapping[str, int], *, prompt: str | None, prefix: str = "", suffix: str = "", form: Form = "psm"
) -> list[int]:
    """What the model reads: the prompt's ids, or sentinels with prefix and suffix, up to where the middle begins."""
    if prompt is not None:
        return encoder.encode(prompt).tolist()
    sentinels = Sentinels.of(special)
    before, after = encoder.encode(prefix).tolist(), encoder.encode(suffix).tolist()
    if form == "psm":
        return [sentinels.prefix, *before, sentinels.suffix, *after, sentinels.middle]
    return [sentinels.prefix, sentinels.suffix, *after, sentinels.middle, *before]


def stop_ids(special: Mapping[str, int], *, fill_in: bool) -> list[int]:
    """What ends a text: its end, the end of a turn, and, for a middle, a sentinel."""
    names = [END_OF_TEXT, END_OF_TURN, *([FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX] if fill_in else [])]
    return [special[name] for name in names if name in special]


def read_text(argument: str | None) -> str | None:
    """An argument as text; ``@FILE`` is the file's content."""
    if argument is None or not argument.startswith("@"):
        return argument
    try:
        return Path(argument[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{argument[1:]} is not UTF-8 text") from None
