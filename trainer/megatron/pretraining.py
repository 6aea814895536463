"""Pretraining: packed shards in, checkpoints and a loss curve out; stopped and resumed at any step without a trace.

A recipe and a run directory enter. Each step depends on the weights, the optimizer's state, the step's number and how many
samples of each length were consumed, and on nothing else; checkpoints hold these. On SIGTERM the step under way is finished
and saved. Within a step: data, gradients, the guard's verdict, the weights; then what is due: figures, validation, a save.
"""

import signal
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed

from ..events import CheckpointEvent, latest_checkpoint, prune, read_event, step_name
from ..metrics import MetricsLog
from ..recipe import Recipe
from ..recipe_schedule import learning_rate
from ..recipe_stages import StagePlan, plan_stages, stage_of
from . import compat, processes
from .checkpoints import CheckpointWriter, SaveError, load_checkpoint
from .forward import StepSums, evaluate, train_step
from .guards import Guard, TrainingStoppedError, Verdict
from .model import build_chunks, set_rope_base
from .optimizer import Stepper, distribute, settle
from .progress import Progress
from .run_identity import check_same_run, checkpoint_event, save_failed_at_end
from .step_data import StepData


class Pretraining:
    """One rank's part of a run. The process groups exist already."""

    def __init__(self, recipe: Recipe, *, run: Path, data_parallel: int) -> None:
        self.recipe = recipe
        self.run = run
        self.stages = plan_stages(recipe)
        self.num_steps = self.stages[-1].end_step
        self.step = 0
        #: Samples taken so far, by sequence length; skipped and rolled-back ones too, for data is never taken twice.
        self.consumed = {str(stage.sequence_length): 0 for stage in self.stages}
        self.data = StepData(recipe, run=run)
        lengths = sorted({stage.sequence_length for stage in self.stages if stage.num_steps})
        # Opened all at once, so that what the last stage lacks is told before the first.
        sources = [self.data.source(length) for length in lengths]
        self.source = sources[0]
        self.model = recipe.model_sizes(vocab_size=self.source.shards.vocab_size)
        bf16 = recipe.train.precision == "bf16"
        overlap = recipe.layout.overlap and data_parallel * recipe.layout.context > 1
        self.chunks = build_chunks(
            self.model,
            layout=recipe.layout,
            precision=recipe.train.precision,
            seed=None if latest_checkpoint(run) else recipe.train.seed,
        )
        self.wrapped = distribute(self.chunks, layout=recipe.layout, overlap=overlap)
        self.stepper = Stepper(self.wrapped, optimizer=recipe.optimizer, layout=recipe.layout, bf16=bf16, overlap=overlap)
        self.guard = Guard(recipe.guards)
        self.validation: dict[str, float] = {}
        self.stopping = False
        self.resume()
        self.log = self._open_log()
        self.progress = Progress(self.model, first_step=self.step)
        self.writer = CheckpointWriter(run, on_saved=self._saved, max_failures=recipe.checkpoint.max_failures)
        self.saved_step = self.step if latest_checkpoint(run) else -1

    def resume(self) -> None:
        """Go on from the latest checkpoint, if there is one."""
        latest = latest_checkpoint(self.run)
        if latest is None:
            return
        check_same_run(read_event(latest), recipe=self.recipe, model=self.model, source=self.source, checkpoint=latest)
        state = load_checkpoint(latest, chunks=self.chunks, stepper=self.stepper)
        self.step = state["step"]
        self.consumed |= state["consumed"]
        self.validation = state["validation"]
        self.guard.restore(state["guard"])

    def _open_log(self) -> MetricsLog | None:
        """Rank 0 writes for all."""
        if distributed.get_rank():
            return None
        recipe = self.recipe
        return MetricsLog(
            self.run, logging=recipe.logging, name=recipe.name, recipe=recipe.model_dump(mode="json"), resume_step=self.step
        )

    def _saved(self, event: CheckpointEvent) -> None:
        prune(self.run, keep_last=self.recipe.checkpoint.keep_last, keep_best=self.recipe.checkpoint.keep_best)
        if self.log is not None:
            self.log.checkpoint(event)

    def train(self) -> bool:
        """Train to the last step, or until asked to stop; whether the last step was reached."""
        previous = signal.signal(signal.SIGTERM, self._ask_to_stop)
        stage: StagePlan | None = None
        try:
            while self.step < self.num_steps:
                now = stage_of(self.stages, step=self.step)
                if stage is not now:
                    set_rope_base(self.chunks, base=now.rope_base)
                    stage = now
                if self._one_step(now):
                    break
            self._finish()
        except TrainingStoppedError:
            # All ranks judge alike, so all are here: what is being saved is good.
            self.writer.close()
            raise
        finally:
            signal.signal(signal.SIGTERM, previous)
            self.data.close()
            if self.log is not None:
                self.log.close(done=self.step >= self.num_steps)
        return self.step >= self.num_steps

    def _ask_to_stop(self, *_: Any) -> None:
        self.stopping = True

    def _one_step(self, stage: StagePlan) -> bool:
        """One step and what is due after it; whether a rank was asked to stop."""
        length = str(stage.sequence_length)
        batches = self.data.step(stage, consumed=self.consumed[length])
        self.stepper.zero()
        sums = train_step(self.wrapped, batches, z_loss=self.recipe.optimizer.z_loss, stop=self.stopping)
        norm = self.stepper.gradient_norm()
        loss = sums.loss / max(1.0, sums.tokens)
        self.consumed[length] += stage.global_batch_size
        verdict, reason = self.guard.judge(step=self.step + 1, loss=loss, gradient_norm=norm)
        if reason and distributed.get_rank() == 0:
            print(f"malmoi: {reason}: {verdict.value}", file=sys.stderr, flush=True)
        if verdict is Verdict.ROLLBACK:
            self._roll_back(reason)
            return bool(sums.stop)
        rate = learning_rate(
            self.step, num_steps=self.num_steps, optimizer=self.recipe.optimizer, schedule=self.recipe.schedule
        )
        if verdict is Verdict.TAKE:
            self.stepper.apply(learning_rate=rate, gradient_norm=norm)
        self.step += 1
        self._after_step(stage, sums=sums, figures={"loss": loss, "grad_norm": norm, "lr": rate}, skipped=bool(reason))
        return bool(sums.stop)

    def _after_step(self, stage: StagePlan, *, sums: StepSums, figures: dict[str, Any], skipped: bool) -> None:
        train, every = self.recipe.train, self.recipe.checkpoint.every
        self.progress.count(stage, sums=sums)
        if skipped or self.step % train.log_every == 0 or self.step == self.num_steps:
            figures |= {"z": sums.z / max(1.0, sums.tokens), "sequence_length": stage.sequence_length, "skipped": int(skipped)}
            figures["consumed_samples"] = sum(self.consumed.values())
            self._write(figures | self.progress.figures(waited_s=self.data.waited_s), loud=True)
        if train.eval_every and (self.step % train.eval_every == 0 or self.step == self.num_steps):
            self._validate(stage)
        self.writer.poll()
        if every and self.step % every == 0:
            self._save(in_background=self.recipe.checkpoint.save_async)

    def _write(self, figures: dict[str, Any], *, loud: bool) -> None:
        if self.log is None:
            return
        self.log.write(self.step, figures)
        if loud:
            shown = " ".join(f"{name} {value:.6g}" for name, value in figures.items() if isinstance(value, int | float))
            print(f"step {self.step}/{self.num_steps} {shown}", flush=True)

    def _validate(self, stage: StagePlan) -> None:
        began = time.perf_counter()
        names, batches = self.data.validation(stage.sequence_length)
        if not batches:
            return
        settle(self.wrapped)
        sums = evaluate(self.wrapped, batches, names=names)
        losses = {name: total / tokens for name, (total, tokens) in sums.items() if tokens}
        segments = [losses[name] for name in names if name in losses]
        self.validation = {f"validation_loss_{name}": value for name, value in losses.items()}
        if segments:
            # Segments weigh the same, as in the mix.
            self.validation["validation_loss"] = sum(segments) / len(segments)
        self._write(self.validation, loud=True)
        self.progress.pause(time.perf_counter() - began)

    def _save(self, *, in_background: bool) -> None:
        settle(self.wrapped)
        stage = stage_of(self.stages, step=self.step - 1)
        event = checkpoint_event(
            self.recipe,
            run=self.run,
            step=self.step,
            consumed=self.consumed,
            stage=stage,
            model=self.model,
            source=self.source,
            metrics=self.validation,
        )
        state = {
            "step": self.step,
            "consumed": dict(self.consumed),
            "validation": dict(self.validation),
            "guard": self.guard.state(),
        }
        began = time.perf_counter()
        self.writer.save(event, chunks=self.chunks, stepper=self.stepper, state=state, in_background=in_background)
        self.saved_step = self.step
        self.progress.pause(time.perf_counter() - began)

    def _roll_back(self, reason: str) -> None:
        """Take up the latest checkpoint's weights again, but go on with the data that comes after the bad batch."""
        self.writer.finish()
        latest = latest_checkpoint(self.run)
        if latest is None:
            raise SaveError(f"{reason}; there is no checkpoint to roll back to: set checkpoint.every")
        settle(self.wrapped)
        state = load_checkpoint(latest, chunks=self.chunks, stepper=self.stepper)
        self.step = state["step"]
        self.guard.restore(state["guard"], keep_rollbacks=True)
        set_rope_base(self.chunks, base=stage_of(self.stages, step=self.step).rope_base)
        self._write({"rolled_back_to": self.step, "reason": reason}, loud=False)

    def _finish(self) -> None:
        """Save where the run ends, and wait until it is there."""
        self.writer.finish()
        if self.saved_step != self.step or self.writer.failed:
            self._save(in_background=False)
        self.writer.close()
        save_failed_at_end(self.writer, run=self.run, name=step_name(self.step))


def pretrain(recipe: Recipe, *, run: Path, data_parallel: int) -> bool:
    """Train in this process as one rank of all; whether the last step was reached. See :class:`Pretraining`."""
    if recipe.train.precision == "fp32" and torch.cuda.is_available():
        torch.backends.cuda.matmul.allow_tf32 = False
    with processes.running(recipe.layout, seed=recipe.train.seed, timeout_minutes=recipe.train.timeout_minutes):
        compat.check_version()
        return Pretraining(recipe, run=run, data_parallel=data_parallel).train()
