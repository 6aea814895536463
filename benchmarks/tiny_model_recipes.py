"""The recipes of :mod:`benchmarks.tiny_model`: for its shards, made from that of the sample, and for its training."""

from pathlib import Path

_CHANGES = (
    ('name = "sample"', 'name = "tiny-model"'),
    ("vocab_size = 32000", "vocab_size = 8000"),
    # A document that comes again would let the trigram, which remembers all, know what is held out.
    ("max_epochs = 4", "total_tokens = {total_tokens}\nmax_epochs = 1"),
    (
        "[pack]\nsequence_length = 4096",
        "[fim]\nkorean = 0.5\nmultilingual = 0.5\ncode = 0.5\n\n[pack]\nsequence_length = 512\nlong_share = 0",
    ),
)
_TRAINING = """\
name = "tiny-model"

[model]
num_layers = 4
hidden_size = 192
ffn_hidden_size = 512
num_attention_heads = 4
num_query_groups = 2
head_dim = 48
tie_embeddings = true

[data]
shards = {shards}
validation_share = 0.05
validation_sequences = 8

[[stage]]
sequence_length = 512
global_batch_size = 4
micro_batch_size = 4

[optimizer]
lr = 4e-3
min_lr = 1e-4

[schedule]
kind = "wsd"
warmup_steps = {warmup_steps}
decay_steps = {decay_steps}

[train]
steps = {steps}
precision = "fp32"
log_every = {log_every}
eval_every = {eval_every}

[checkpoint]
every = {eval_every}
async = false
"""


def build_recipe(sample: Path, *, root: Path, total_tokens: int) -> str:
    """The recipe ``sample`` with a small vocabulary, short sequences and so many tokens, over the files in ``root``."""
    text = sample.read_text(encoding="utf-8")
    for old, new in (*_CHANGES, ('root = "../demo/sample"', f'root = "{root}"')):
        if text.count(old) != 1:
            raise ValueError(f"{sample} has no single {old!r}: change benchmarks/tiny_model_recipes.py with it")
        text = text.replace(old, new.replace("{total_tokens}", str(total_tokens)))
    return text


def training_recipe(shards: Path, *, steps: int) -> str:
    """Training for ``steps`` steps, the last quarter of them with a falling rate."""
    return _TRAINING.format(
        shards=f'"{shards}"',
        steps=steps,
        warmup_steps=max(1, steps // 20),
        decay_steps=steps // 4,
        log_every=1 if steps < 50 else 10,
        eval_every=max(1, steps // 4),
    )
