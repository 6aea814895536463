"""The recipe of a training run: TOML that pydantic checks, where a mistyped key is an error that names the nearest one.

A TOML file enters, a frozen :class:`Recipe` leaves. Lengths are tokens, batch sizes are sequences, shares are of all steps
(``[train] steps``) or of all tokens (``[train] tokens``). What the stages come to in steps is
:func:`trainer.recipe_stages.plan_stages`; the learning rate of a step is :func:`trainer.recipe_schedule.learning_rate`.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from .model_config import ModelConfig
from .recipe_mistakes import RecipeError, recipe_error


def _defaults(table: type[BaseModel]) -> Any:
    return Field(default_factory=lambda: table.model_validate({}))


def _share(value: Any) -> Any:
    if isinstance(value, str) and value.count("/") == 1:
        above, below = value.split("/")
        return float(above) / float(below) if float(below) else value
    return value


Share = Annotated[float, BeforeValidator(_share), Field(gt=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Model(_Table):
    """``[model]``: sizes of the decoder. Unless given, ``head_dim`` is the hidden size over the heads, groups are the heads."""

    num_layers: int = Field(ge=1)
    hidden_size: int = Field(ge=1)
    ffn_hidden_size: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    num_query_groups: int = Field(0, ge=0)
    head_dim: int = Field(0, ge=0)
    norm_eps: float = Field(1e-5, gt=0)
    rope_base: float = Field(10_000.0, gt=1)
    tie_embeddings: bool = False
    init_std: float = Field(0.02, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.num_query_groups and self.num_attention_heads % self.num_query_groups:
            raise ValueError(
                f"num_attention_heads = {self.num_attention_heads} is no multiple of num_query_groups = {self.num_query_groups}"
            )
        if not self.head_dim and self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"hidden_size = {self.hidden_size} is no multiple of num_attention_heads = {self.num_attention_heads}: "
                "give head_dim"
            )
        if self.head_dim % 2 or (not self.head_dim and self.hidden_size // self.num_attention_heads % 2):
            raise ValueError("head_dim is odd: rotary positions turn pairs")
        return self

    def config(self, *, vocab_size: int, max_sequence_length: int) -> ModelConfig:
        """The sizes with what the tokenizer and the stages add."""
        values = self.model_dump()
        values["head_dim"] = self.head_dim or self.hidden_size // self.num_attention_heads
        values["num_query_groups"] = self.num_query_groups or self.num_attention_heads
        return ModelConfig(**values, vocab_size=vocab_size, max_sequence_length=max_sequence_length)


class Data(_Table):
    """``[data]``: the shards (relative paths start at the recipe's folder), and how much of them is held out for validation."""

    shards: str
    #: Of the sequences, by a hash of shard and sequence number: the same ones in every run over the same shards.
    validation_share: float = Field(0.005, ge=0, lt=1)
    #: At most so many held-out sequences of each segment are evaluated.
    validation_sequences: int = Field(64, ge=1)
    #: Segments to train on; none: all that the shards have.
    segments: list[str] = []


class Stage(_Table):
    """``[[stage]]``: a stretch of training at one sequence length. Unless given, ``rope_base`` is the model's."""

    sequence_length: int = Field(ge=2)
    share: Share = 1.0
    global_batch_size: int = Field(ge=1)
    micro_batch_size: int = Field(1, ge=1)
    rope_base: float | None = Field(None, gt=1)


class Layout(_Table):
    """``[layout]``: how the model is spread over processes. Data parallelism takes what is left of them."""

    tensor: int = Field(1, ge=1)
    pipeline: int = Field(1, ge=1)
    #: Chunks of layers per pipeline rank.
    virtual_pipeline: int = Field(1, ge=1)
    context: int = Field(1, ge=1)
    sequence_parallel: bool = False
    distributed_optimizer: bool = True
    recompute: Literal["none", "selective", "full"] = "none"
    #: Gradients and parameters travel while the next layers compute.
    overlap: bool = True
    #: Megatron's batched point-to-point calls. Refused with virtual_pipeline, where they give wrong gradients.
    batch_p2p_comm: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.virtual_pipeline > 1 and self.pipeline == 1:
            raise ValueError(f"virtual_pipeline = {self.virtual_pipeline} needs pipeline > 1")
        if self.virtual_pipeline > 1 and self.batch_p2p_comm:
            raise ValueError(
                "batch_p2p_comm = true with virtual_pipeline gives wrong gradients without an error (megatron-core): "
                "set batch_p2p_comm = false"
            )
        if self.sequence_parallel and self.tensor == 1:
            raise ValueError("sequence_parallel = true needs tensor > 1")
        return self


class Optimizer(_Table):
    """``[optimizer]``: AdamW; ``z_loss`` weighs the squared log of the softmax's denominator (PaLM, arXiv 2204.02311)."""

    lr: float = Field(gt=0)
    min_lr: float = Field(0.0, ge=0)
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = Field(1e-8, gt=0)
    weight_decay: float = Field(0.1, ge=0)
    clip_grad: float = Field(1.0, ge=0)
    z_loss: float = Field(0.0, ge=0)


class Schedule(_Table):
    """``[schedule]``: linear warm-up, then a cosine, a plateau with a decay at the end (WSD), or a constant rate."""

    kind: Literal["cosine", "wsd", "constant"] = "cosine"
    warmup_steps: int = Field(0, ge=0)
    #: wsd: the last steps, in which the rate falls to min_lr; cosine: the steps until it is there (0: the last step).
    decay_steps: int = Field(0, ge=0)


class Train(_Table):
    """``[train]``: how long, and what is told when. Either ``steps`` or ``tokens``."""

    steps: int = Field(0, ge=0)
    tokens: int = Field(0, ge=0)
    seed: int = Field(1234, ge=0)
    precision: Literal["fp32", "bf16"] = "bf16"
    log_every: int = Field(10, ge=1)
    #: 0: never; otherwise also after the last step.
    eval_every: int = Field(0, ge=0)
    #: How long a rank waits for the others before it gives up.
    timeout_minutes: float = Field(30, gt=0)

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if bool(self.steps) == bool(self.tokens):
            raise ValueError("give steps or tokens, one of them")
        return self


class Checkpoint(_Table):
    """``[checkpoint]``: when to save (also at the end and on SIGTERM), and what is kept."""

    every: int = Field(0, ge=0)
    keep_last: int = Field(3, ge=1)
    #: Those of the lowest validation loss, beside the last ones.
    keep_best: int = Field(1, ge=0)
    save_async: bool = Field(True, alias="async")
    #: So many saves in a row may fail (a full disk) before the run stops.
    max_failures: int = Field(2, ge=1)


class Guards(_Table):
    """``[guards]``: what happens to a step whose loss or gradient is no number, or whose loss jumps."""

    nan: Literal["skip", "rollback", "stop"] = "skip"
    spike: Literal["off", "skip", "rollback", "stop"] = "off"
    #: A spike is a loss above the median of the last ``window`` losses by more than this factor.
    spike_factor: float = Field(2.0, gt=1)
    window: int = Field(64, ge=4)
    #: So many skipped steps in a row, or rollbacks in all, and the run stops.
    max_skips: int = Field(10, ge=1)
    max_rollbacks: int = Field(3, ge=1)


class Logging(_Table):
    """``[logging]``: beside ``metrics.jsonl``, always written. ``mlflow_uri``: "file" RUN/mlflow, a server, or "" for none."""

    tensorboard: bool = True
    mlflow_uri: str = "file"
    mlflow_experiment: str = "malmoi"


class Recipe(_Table):
    """A whole recipe."""

    name: str = Field("pretrain", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    model: Model
    data: Data
    stage: list[Stage] = Field(min_length=1)
    optimizer: Optimizer
    train: Train
    layout: Layout = _defaults(Layout)
    schedule: Schedule = _defaults(Schedule)
    checkpoint: Checkpoint = _defaults(Checkpoint)
    guards: Guards = _defaults(Guards)
    logging: Logging = _defaults(Logging)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        total = sum(stage.share for stage in self.stage)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the stages add up to {total:g}, not 1")
        if self.optimizer.min_lr > self.optimizer.lr:
            raise ValueError(f"optimizer.min_lr = {self.optimizer.min_lr} is above optimizer.lr = {self.optimizer.lr}")
        return self

    def model_sizes(self, *, vocab_size: int) -> ModelConfig:
        """The model under this recipe's stages."""
        longest = max(stage.sequence_length for stage in self.stage)
        return self.model.config(vocab_size=vocab_size, max_sequence_length=longest)


def read_recipe(path: str | Path) -> Recipe:
    """Read and check a recipe. Raises :class:`RecipeError` with every mistake; relative ``data.shards`` are resolved."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecipeError(f"{path}: there is no such recipe") from None
    recipe = parse_recipe(text, path=str(path))
    shards = recipe.data.shards
    if "://" not in shards:
        shards = str((path.parent / shards).resolve())
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"shards": shards})})


def parse_recipe(text: str, *, path: str = "recipe") -> Recipe:
    """The recipe in a TOML text; ``path`` is for messages."""
    try:
        return Recipe.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: no TOML: {error}") from None
    except ValidationError as error:
        raise recipe_error(error, table=Recipe, text=text, path=path) from None
