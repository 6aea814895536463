"""Runs a build in a process group of its own and watches it: progress bar, dead or stuck workers, interrupts.

Beam waits for ever for a worker that died or hangs (facts measured on 2.77). So the pipelines run in a driver process,
which tells by JSON lines what it does, and this process, which runs no pipeline, looks at three signs of life: the
driver itself, its worker processes, and the progress files. Whatever is missing for too long ends the whole group.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
from tqdm import tqdm

from . import files
from .progress import SILENCE_S

#: After a worker process is gone, how long the driver may take to say why (it also takes workers down in good order).
_GRACE_S = 10.0
_LOOK_S = 0.5


class BuildFailedError(Exception):
    """The build stopped; the message says why and what to do. ``exit_code`` is the command's."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = code


@dataclass
class _Worker:
    """The last news of one worker, with the time at which it reached us (clocks of other machines do not matter)."""

    state: dict[str, Any]
    heard: float


@dataclass
class Watch:
    """Looks at the progress files of a run and finds workers that have been silent for too long."""

    run: str
    workers: dict[str, _Worker] = field(default_factory=dict[str, _Worker])
    last_news: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        directory = files.join(self.run, ".progress")
        now = time.monotonic()
        for base in files.listing(directory):
            if not base.endswith(".json"):
                continue
            state = files.read_json(files.join(directory, base))
            known = self.workers.get(base)
            if state is not None and (known is None or known.state["ticks"] != state["ticks"]):
                self.workers[base] = _Worker(state, now)
                self.last_news = now

    def news(self) -> None:
        self.last_news = time.monotonic()

    def silent(self, stage: str) -> _Worker | None:
        """A worker that is at work on this stage and has said nothing for too long."""
        now = time.monotonic()
        for worker in self.workers.values():
            at_work = worker.state["stage"] == stage and worker.state["unit"]
            if at_work and now - worker.heard > SILENCE_S:
                return worker
        return None

    def done(self, stage: str) -> tuple[int, int]:
        """Rows and bytes done in this stage by all workers."""
        states = [w.state for w in self.workers.values() if w.state["stage"] == stage]
        return sum(s["rows"] for s in states), sum(s["bytes"] for s in states)


class Supervisor:
    """One supervised run of the driver."""

    def __init__(self, run: str, command: Sequence[str], *, quiet: bool = False) -> None:
        self._run = run
        self._quiet = quiet
        self._watch = Watch(run)
        self._stage = ""
        self._bar: tqdm[Any] | None = None
        self._outcome: dict[str, Any] | None = None
        self._seen_workers: set[int] = set()
        self._missing_since: float | None = None
        self._log_path = os.path.join(tempfile.gettempdir(), f"malmoi-{os.getpid()}.log")
        read_end, write_end = os.pipe()
        self._events = os.fdopen(read_end, "rb", buffering=0)
        self._pending = b""
        with open(self._log_path, "wb") as log:
            self._driver = subprocess.Popen(
                [*command, "--events", str(write_end)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                pass_fds=[write_end],
                start_new_session=True,
            )
        os.close(write_end)

    def wait(self) -> dict[str, Any]:
        """Waits until the driver is done; its last event.

        Raises:
            BuildFailedError: with the reason, after everything that ran has been ended.
        """
        try:
            with _signals_as_interrupts():
                while self._outcome is None:
                    self._read_events()
                    self._look()
            self._driver.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            pass  # it has told its outcome; only its end hangs
        except KeyboardInterrupt:
            raise BuildFailedError(
                "interrupted; what is finished is kept: run the same command again to go on", code=130
            ) from None
        finally:
            self._end()
        assert self._outcome is not None
        if self._outcome["event"] == "failed":
            raise BuildFailedError(self._outcome["message"], code=self._outcome["code"])
        return self._outcome

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        for process in self._descendants():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._driver.pid, signal.SIGKILL)
        self._driver.wait()
        self._events.close()
        if self._outcome is not None:
            os.unlink(self._log_path)

    def _descendants(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self._driver.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _read_events(self) -> None:
        ready, _, _ = select.select([self._events], [], [], _LOOK_S)
        if not ready:
            return
        data = self._events.read(65536)
        self._pending += data
        *lines, self._pending = self._pending.split(b"\n")
        for line in lines:
            self._handle(json.loads(line))
        if not data and self._outcome is None:
            code = self._driver.wait()
            raise BuildFailedError(f"the driver process ended without a word ({_describe_exit(code)}){self._hint()}")

    def _handle(self, event: dict[str, Any]) -> None:
        self._watch.news()
        if event["event"] in ("finished", "failed"):
            self._outcome = event
        elif event["event"] == "stage":
            self._stage = event["stage"]
            self._seen_workers.clear()
            if not self._quiet:
                self._open_bar(event)
        elif event["event"] == "stage_done":
            self._seen_workers.clear()
            if self._bar is not None:
                self._watch.look()
                self._bar.n = self._bar.total
                self._bar.set_postfix_str(event["summary"])
                self._bar.close()
                self._bar = None
        elif event["event"] == "message" and not self._quiet:
            print(f"\n{event['text']}\n", file=sys.stderr)

    def _open_bar(self, event: dict[str, Any]) -> None:
        self._bar = tqdm(
            total=event["bytes"],
            desc=f"{event['stage']:<11}",
            unit="B",
            unit_scale=True,
            file=sys.stderr,
            mininterval=0.5 if sys.stderr.isatty() else 30,
            bar_format="{desc} {percentage:3.0f}%|{bar:20}| {n_fmt} {rate_fmt} [{elapsed}<{remaining}] {postfix}",
        )

    def _look(self) -> None:
        self._watch.look()
        if self._bar is not None:
            rows, num_bytes = self._watch.done(self._stage)
            self._bar.n = min(num_bytes, self._bar.total)
            self._bar.set_postfix_str(f"{rows:,} documents", refresh=False)
            self._bar.refresh() if sys.stderr.isatty() else self._bar.update(0)
        self._look_for_the_dead()
        if worker := self._watch.silent(self._stage):
            raise BuildFailedError(
                f"{self._stage}: worker {worker.state['pid']} has been stuck on {worker.state['unit']} for over "
                f"{SILENCE_S:.0f} s{self._hint()}"
            )
        if time.monotonic() - self._watch.last_news > SILENCE_S:
            raise BuildFailedError(f"{self._stage or 'start'}: no sign of life for {SILENCE_S:.0f} s{self._hint()}")

    def _look_for_the_dead(self) -> None:
        alive: set[int] = set()
        for process in self._descendants():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if process.status() != psutil.STATUS_ZOMBIE and is_worker(process):
                    alive.add(process.pid)
        missing = self._seen_workers - alive
        self._seen_workers |= alive
        if not missing:
            self._missing_since = None
            return
        self._missing_since = self._missing_since or time.monotonic()
        if time.monotonic() - self._missing_since > _GRACE_S:
            units = [w.state["unit"] for w in self._watch.workers.values() if w.state["pid"] in missing]
            place = ", ".join(unit for unit in units if unit) or "no unit"
            raise BuildFailedError(
                f"{self._stage}: worker process {', '.join(map(str, sorted(missing)))} died at {place} "
                f"(killed, or out of memory?){self._hint()}"
            )

    def _hint(self) -> str:
        return (
            f"; what is finished is kept: run the same command again to go on. The log is {self._log_path}"
            f"{_last_lines(self._log_path)}"
        )


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is a Beam worker, and not the shell that Beam starts it with."""
    words = process.cmdline()
    return "python" in words[0] and any("sdk_worker_main" in word for word in words) if words else False


def _last_lines(path: str) -> str:
    with open(path, "rb") as log:
        lines = log.read()[-4000:].decode(errors="replace").strip().splitlines()[-5:]
    return "".join(f"\n  | {line}" for line in lines)


def _describe_exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class _signals_as_interrupts:  # noqa: N801
    """SIGTERM ends a build as Ctrl-C does: the whole process group goes, what is committed stays."""

    def __enter__(self) -> None:
        def interrupt(*_: Any) -> None:
            raise KeyboardInterrupt

        self._before = signal.signal(signal.SIGTERM, interrupt)

    def __exit__(self, *_: Any) -> None:
        signal.signal(signal.SIGTERM, self._before)
