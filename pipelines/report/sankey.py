"""Places the nodes and bands of a flow (a Sankey diagram: Sankey 1898, Schmidt 2008).

Nodes in columns and links between them enter, with amounts; places leave: heights and offsets in pixels, and the outline of
each band in a space that is 100 wide, which the page stretches to whatever is between two columns. So one drawing fits a
phone and a screen, with text at its own size on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

#: The least height of a node's own room: two lines of text.
ROOM = 32
_GAP = 6
_THINNEST = 1.0


@dataclass(frozen=True, slots=True)
class Node:
    """``key`` names it for links; ``kind`` is the class that colours it."""

    key: str
    column: int
    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """An amount that flows between nodes of neighbouring columns."""

    start: str
    end: str
    amount: int
    kind: str


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node on the drawing; ``share`` of what its column holds."""

    node: Node
    top: float
    height: float
    amount: int
    share: float


@dataclass(frozen=True, slots=True)
class Band:
    """A link on the drawing: ``path`` goes from 0 to 100 across."""

    link: Link
    column: int
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page draws."""

    height: float
    columns: int
    nodes: Sequence[PlacedNode]
    bands: Sequence[Band]


def place(nodes: Sequence[Node], links: Sequence[Link], *, height: int) -> Drawing:
    """Nodes keep their order within their column; ``height`` is that of the largest column's amount."""
    incoming = {node.key: sum(link.amount for link in links if link.end == node.key) for node in nodes}
    outgoing = {node.key: sum(link.amount for link in links if link.start == node.key) for node in nodes}
    amounts = {node.key: max(incoming[node.key], outgoing[node.key]) for node in nodes}
    num_columns = max((node.column for node in nodes), default=-1) + 1
    sums = [sum(amounts[n.key] for n in nodes if n.column == column) for column in range(num_columns)]
    scale = height / max([*sums, 1])
    placed: dict[str, PlacedNode] = {}
    bottoms: list[float] = []
    for column in range(num_columns):
        top = 0.0
        for node in (n for n in nodes if n.column == column):
            tall = max(amounts[node.key] * scale, _THINNEST)
            placed[node.key] = PlacedNode(node, top, tall, amounts[node.key], amounts[node.key] / max(sums[column], 1))
            top += max(tall, ROOM) + _GAP
        bottoms.append(top - _GAP)
    whole = max([*bottoms, 0.0])
    centred = {
        key: replace(found, top=round(found.top + (whole - bottoms[found.node.column]) / 2, 2), height=round(found.height, 2))
        for key, found in placed.items()
    }
    return Drawing(round(whole, 2), num_columns, tuple(centred.values()), _bands(links, centred, scale))


def _bands(links: Sequence[Link], placed: dict[str, PlacedNode], scale: float) -> tuple[Band, ...]:
    order = {key: place for place, key in enumerate(placed)}
    starts: dict[tuple[str, str], float] = {}
    ends: dict[tuple[str, str], float] = {}
    used: dict[tuple[str, str], float] = {}
    for side, offsets, key_of, other_of in (
        ("out", starts, lambda link: link.start, lambda link: link.end),
        ("in", ends, lambda link: link.end, lambda link: link.start),
    ):
        for link in sorted(links, key=lambda link: order[other_of(link)]):
            own = key_of(link)
            offsets[link.start, link.end] = placed[own].top + used.get((side, own), 0.0)
            used[side, own] = used.get((side, own), 0.0) + link.amount * scale
    return tuple(
        Band(
            link,
            placed[link.start].node.column,
            _path(starts[link.start, link.end], ends[link.start, link.end], max(link.amount * scale, _THINNEST / 2)),
        )
        for link in links
        if link.amount
    )


def _path(start: float, end: float, tall: float) -> str:
    top_left, top_right, bottom_right, bottom_left = start, end, end + tall, start + tall
    return (
        f"M0 {top_left:.2f}C50 {top_left:.2f} 50 {top_right:.2f} 100 {top_right:.2f}"
        f"V{bottom_right:.2f}C50 {bottom_right:.2f} 50 {bottom_left:.2f} 0 {bottom_left:.2f}Z"
    )
