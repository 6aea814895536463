"""Starts training as several processes, which a server forks that has imported torch: importing takes longer than a run.

Several runs share one launch. Each process leads a session of its own, so that it can be killed with the writers it forked.
"""

import json
import multiprocessing
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WORKER = """
import json, os, sys, warnings
warnings.filterwarnings("ignore")
if __name__ == "__main__":
    from trainer.pretrain_command import pretrain_command
    for recipe, out, port in json.loads(sys.argv[1]):
        # Gloo finds the addresses of groups that are gone, where a store is used twice.
        os.environ["MASTER_PORT"] = port
        pretrain_command(recipe, out=out)
"""
_FORKING: Any = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.trainer.preloaded"])


class Rank:
    """One process of a launch; what it writes goes to a file."""

    def __init__(self, *arguments: Any, output: Path) -> None:
        self._output = output
        self._process = _FORKING.Process(target=_work, args=(*arguments, str(output)))
        self._process.start()
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.exitcode

    def output(self, *, timeout_s: float = 300) -> str:
        """What it wrote, when it has ended."""
        self._process.join(timeout_s)
        assert self._process.exitcode is not None, f"still running: {self._output.read_text()[-3000:]}"
        return self._output.read_text()


def _work(script: str, arguments: str, environment: dict[str, str], prepare: Callable[[], None] | None, output: str) -> None:
    os.setsid()
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.environ.update(environment)
    sys.argv = [script, arguments]
    if prepare is not None:
        prepare()
    runpy.run_path(script, run_name="__main__")


def start(
    runs: list[tuple[Path, Path]], *, world_size: int = 1, worker: str = _WORKER, prepare: Callable[[], None] | None = None
) -> list[Rank]:
    """The processes of one launch, which trains each (recipe, out) after the other; ``prepare`` is called in each before."""
    # Read when the server imports torch.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    ports = [_free_port() for _ in runs]
    script = runs[0][1].parent / f"worker-{ports[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(worker)
    environment = {"MASTER_ADDR": "127.0.0.1"}
    if world_size == 1:
        ranks: list[dict[str, str]] = [{}]
    else:
        ranks = [{"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world_size)} for rank in range(world_size)]
    arguments = json.dumps([[str(recipe), str(out), port] for (recipe, out), port in zip(runs, ports, strict=True)])
    return [
        Rank(str(script), arguments, environment | rank, prepare, output=script.with_suffix(f".{number}.txt"))
        for number, rank in enumerate(ranks)
    ]


def _free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def finish(processes: list[Rank], *, timeout_s: float = 600) -> list[str]:
    """What each process wrote, when all have ended well; else the test fails with it."""
    until = time.monotonic() + timeout_s
    try:
        outputs = [process.output(timeout_s=max(0.0, until - time.monotonic())) for process in processes]
    finally:
        for process in processes:
            end(process)
    assert [process.returncode for process in processes] == [0] * len(processes), "\n".join(outputs)[-6000:]
    return outputs


def end(process: Rank) -> None:
    """Kill a process and the writers it forked."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def train(runs: list[tuple[Path, Path]], *, world_size: int = 1) -> list[str]:
    """Train each (recipe, out) in one launch."""
    return finish(start(runs, world_size=world_size))
