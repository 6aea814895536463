"""Starts training as several processes, several runs in one launch, for importing torch takes longer than a run."""

import json
import os
import signal
import socket
import subprocess
import sys
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


def start(
    runs: list[tuple[Path, Path]], *, world_size: int = 1, worker: str = _WORKER, **settings: Any
) -> list[subprocess.Popen[str]]:
    """The processes of one launch, which trains each (recipe, out) after the other."""
    ports = [_free_port() for _ in runs]
    script = runs[0][1].parent / f"worker-{ports[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(worker)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root, "MASTER_ADDR": "127.0.0.1"}
    if world_size == 1:
        ranks: list[dict[str, str]] = [{}]
    else:
        ranks = [{"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world_size)} for rank in range(world_size)]
    arguments = json.dumps([[str(recipe), str(out), port] for (recipe, out), port in zip(runs, ports, strict=True)])
    return [
        subprocess.Popen(
            [sys.executable, str(script), arguments],
            env={**environment, **rank},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **settings,
        )
        for rank in ranks
    ]


def _free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def finish(processes: list[subprocess.Popen[str]], *, timeout_s: float = 600) -> list[str]:
    """What each process wrote, when all have ended well; else the test fails with it."""
    outputs: list[str] = []
    try:
        for process in processes:
            outputs.append(process.communicate(timeout=timeout_s)[0])
    finally:
        for process in processes:
            end(process)
    assert [process.returncode for process in processes] == [0] * len(processes), "\n".join(outputs)[-6000:]
    return outputs


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process and the writers it forked."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def train(runs: list[tuple[Path, Path]], *, world_size: int = 1) -> list[str]:
    """Train each (recipe, out) in one launch."""
    return finish(start(runs, world_size=world_size))
