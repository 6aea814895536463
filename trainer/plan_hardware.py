"""Devices and links that a plan is made for, and what it assumes of them.

Peaks are of the makers' data sheets (dense, without sparsity); link speeds are of one direction and one device. What a
kernel or a collective reaches of them is an assumption of the plan, stated with every plan, to be replaced by what a run
measured (``metrics.jsonl`` has the MFU).
"""

from dataclasses import dataclass

from .usage_error import UsageError

GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One kind of device in nodes of ``node_devices``."""

    name: str
    memory_bytes: int
    bf16_flops: float
    fp32_flops: float
    memory_bandwidth: float
    node_bandwidth: float
    network_bandwidth: float
    node_devices: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is not computed. ``kernel_efficiency``: the share of the peak that matrix products and attention reach together with
    the memory-bound work between them; ``link_efficiency``: the share of a link's speed that large collectives reach;
    ``reserved_bytes`` and ``fragmentation``: memory of driver, communication and workspaces, and of the allocator's gaps over
    activations. ``document_tokens``: the length of the documents
    that sequences are packed with, which bounds how far attention looks back (None: one document fills the sequence)."""

    kernel_efficiency: float = 0.5
    link_efficiency: float = 0.7
    reserved_bytes: int = 4 * GIB
    fragmentation: float = 0.08
    document_tokens: int | None = None


DEVICES = {
    device.name: device
    for device in (
        Device(
            name="a100",
            memory_bytes=79 * GIB,
            bf16_flops=312e12,
            fp32_flops=156e12,
            memory_bandwidth=2.0e12,
            node_bandwidth=300e9,
            network_bandwidth=25e9,
        ),
        Device(
            name="h100",
            memory_bytes=79 * GIB,
            bf16_flops=989e12,
            fp32_flops=494e12,
            memory_bandwidth=3.35e12,
            node_bandwidth=450e9,
            network_bandwidth=50e9,
        ),
        Device(
            name="h200",
            memory_bytes=139 * GIB,
            bf16_flops=989e12,
            fp32_flops=494e12,
            memory_bandwidth=4.8e12,
            node_bandwidth=450e9,
            network_bandwidth=50e9,
        ),
        Device(
            name="b200",
            memory_bytes=178 * GIB,
            bf16_flops=2250e12,
            fp32_flops=1100e12,
            memory_bandwidth=7.7e12,
            node_bandwidth=900e9,
            network_bandwidth=50e9,
        ),
        # A core or two of a laptop or of a continuous-integration machine; memory of the machine is shared by the ranks.
        Device(
            name="cpu",
            memory_bytes=8 * GIB,
            bf16_flops=0.1e12,
            fp32_flops=0.1e12,
            memory_bandwidth=20e9,
            node_bandwidth=5e9,
            network_bandwidth=1e9,
        ),
    )
}


def device_of(name: str) -> Device:
    """The device of a name; raises :class:`UsageError` naming those that there are."""
    if name in DEVICES:
        return DEVICES[name]
    raise UsageError(f"--device {name}: no such device is known; there are: {', '.join(DEVICES)}")
