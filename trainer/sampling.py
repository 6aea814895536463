"""How the next token is chosen from a model's probabilities."""

from dataclasses import dataclass

from .usage_error import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """``temperature`` 0: always the likeliest. ``top_p``: draw from the fewest tokens that together have this probability."""

    max_tokens: int = 128
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise UsageError(f"max_tokens = {self.max_tokens}: at least 1")
        if not 0 <= self.temperature <= 100:
            raise UsageError(f"temperature = {self.temperature}: from 0 (the likeliest) to 100")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p = {self.top_p}: above 0, up to 1 (all tokens)")
