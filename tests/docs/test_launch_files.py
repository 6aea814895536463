"""The files under docs/ that people copy: scripts that a shell reads, manifests that parse, commands and figures that are true."""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import malmoi
from trainer.plan_command import run_plan

DOCS = Path(__file__).parents[2] / "docs"
SBATCH = DOCS / "slurm" / "pretrain.sbatch"
PYTORCHJOB = DOCS / "kubernetes" / "pytorchjob.yaml"


def test_the_shell_reads_the_slurm_script() -> None:
    subprocess.run(["bash", "-n", str(SBATCH)], check=True)


def test_slurm_sees_every_option() -> None:
    """Slurm stops reading options at the first line that is a command."""
    lines = SBATCH.read_text().splitlines()
    options = [number for number, line in enumerate(lines) if line.startswith("#SBATCH")]
    first = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
    assert options
    assert max(options) < first


def test_the_slurm_script_asks_to_save_and_queues_itself_again(tmp_path: Path) -> None:
    """With stand-ins for Slurm's commands: SIGTERM reaches the step, whose end is waited for."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    log = tmp_path / "log"
    stubs = {
        "scontrol": f'[[ $1 == show ]] && printf "node1\\nnode2\\n"; echo "scontrol $*" >> {log}',
        "srun": f'echo "srun $*" >> {log}; trap "sleep 0.3; echo saved >> {log}; exit 0" TERM; touch {tmp_path}/up; for i in {{1..100}}; do sleep 0.1; done',
    }
    for name, body in stubs.items():
        (bin_folder / name).write_text(f"#!/bin/bash\n{body}\n")
        (bin_folder / name).chmod(0o755)
    environment = {
        "PATH": f"{bin_folder}:/usr/bin:/bin",
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_NNODES": "2",
        "SLURM_JOB_ID": "7",
    }
    process = subprocess.Popen(["bash", str(SBATCH), "my.toml", "/shared/run"], env=environment)
    while not (tmp_path / "up").exists():
        assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=20) == 0
    told = log.read_text()
    assert "--nnodes 2 --nproc-per-node 8" in told
    assert "--rdzv-endpoint node1:29500 --rdzv-id 7 -m malmoi train pretrain my.toml --out /shared/run" in told
    assert told.index("saved") < told.index("scontrol requeue 7")


def _job() -> dict[str, Any]:
    return pytest.importorskip("yaml").safe_load(PYTORCHJOB.read_text())


def test_the_manifest_is_a_job_of_the_training_operator() -> None:
    job = _job()
    assert (job["apiVersion"], job["kind"]) == ("kubeflow.org/v1", "PyTorchJob")
    replicas = job["spec"]["pytorchReplicaSpecs"]
    assert set(replicas) == {"Master", "Worker"}
    assert replicas["Master"]["replicas"] == 1
    pod = replicas["Worker"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["name"] == "pytorch"
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert container["resources"]["limits"]["nvidia.com/gpu"] == job["spec"]["nprocPerNode"]
    waits = {entry["name"]: entry["value"] for entry in container["env"]}["TORCH_ELASTIC_SHUTDOWN_TIMEOUT"]
    assert int(waits) < pod["terminationGracePeriodSeconds"]


def test_the_manifests_pod_is_valid_kubernetes() -> None:
    validator = pytest.importorskip("kubernetes_validate")
    template = _job()["spec"]["pytorchReplicaSpecs"]["Master"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", **template["metadata"]}, "spec": template["spec"]}
    validator.validate(pod, "1.31", strict=True)


def _commands(text: str) -> list[list[str]]:
    import shlex

    lines = [line.partition(" # ")[0].strip() for line in text.splitlines()]
    lines = [re.sub(r"^torchrun .*-m malmoi", "malmoi", line) for line in lines]
    return [shlex.split(line)[1:] for line in lines if re.match(r"malmoi (train|export) (?!.*RECIPE)", line)]


def test_the_commands_in_the_guide_and_the_manifest_are_commands() -> None:
    commands = _commands((DOCS / "training.md").read_text())
    assert len(commands) > 8
    for words in [
        *commands,
        _job()["spec"]["pytorchReplicaSpecs"]["Master"]["template"]["spec"]["containers"][0]["command"][3:],
    ]:
        malmoi._parser().parse_args(words)


@pytest.mark.parametrize(
    "row", [line for line in (DOCS / "training.md").read_text().splitlines() if re.match(r"\| (1b|7b|full) \|", line)]
)
def test_the_guides_figures_are_the_plans(row: str) -> None:
    name, parameters, _, gpus, layout, memory, days, mfu = (cell.strip() for cell in row.strip("|").split("|"))
    output = io.StringIO()
    run_plan(name, output, gpus=int(gpus), as_json_text=True)
    told = json.loads(output.getvalue())
    plan = told["plan"]
    assert parameters == f"{plan['num_parameters'] / 1e9:.2f} B"
    if layout.startswith("does not fit"):
        assert layout == f"does not fit; from {told['least']['layout']['gpus']} on"
        return
    assert told["fits"]
    assert (memory, days, mfu) == (
        f"{plan['memory_bytes'] / 2**30:.0f}",
        f"{plan['seconds'] / 86_400:.2f}",
        f"{plan['mfu']:.0%}",
    )
