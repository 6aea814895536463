"""What the stages of a recipe come to in steps.

A :class:`~trainer.recipe.Recipe` enters; for each stage its first and last step leave, so that a step number alone tells the
sequence length, the batch size and the RoPE base.
"""

from dataclasses import dataclass

from .recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One stage. Its steps are ``range(first_step, end_step)``; sizes are sequences and tokens."""

    number: int
    first_step: int
    end_step: int
    sequence_length: int
    global_batch_size: int
    micro_batch_size: int
    rope_base: float

    @property
    def num_steps(self) -> int:
        return self.end_step - self.first_step

    @property
    def num_samples(self) -> int:
        return self.num_steps * self.global_batch_size

    @property
    def num_tokens(self) -> int:
        return self.num_samples * self.sequence_length


def plan_stages(recipe: Recipe) -> tuple[StagePlan, ...]:
    """The stages in order. With ``steps`` the shares are of steps, and the last stage takes the rest; else of tokens."""
    train = recipe.train
    plans: list[StagePlan] = []
    first = 0
    shares = 0.0
    for number, stage in enumerate(recipe.stage):
        shares += stage.share
        if train.steps:
            end = train.steps if number + 1 == len(recipe.stage) else round(train.steps * shares)
        else:
            end = first + round(train.tokens * stage.share / (stage.global_batch_size * stage.sequence_length))
        plans.append(
            StagePlan(
                number=number,
                first_step=first,
                end_step=end,
                sequence_length=stage.sequence_length,
                global_batch_size=stage.global_batch_size,
                micro_batch_size=stage.micro_batch_size,
                rope_base=stage.rope_base or recipe.model.rope_base,
            )
        )
        first = end
    if not first:
        raise ValueError(f"train.tokens = {train.tokens} is less than one batch: raise it")
    return tuple(plans)


def stage_of(stages: tuple[StagePlan, ...], *, step: int) -> StagePlan:
    """The stage that step ``step`` (from 0) belongs to; past the last step, the last stage that has one."""
    for stage in stages:
        if stage.first_step <= step < stage.end_step:
            return stage
    return [stage for stage in stages if stage.num_steps][-1]
