"""A scatter plot as SVG: points with names, and lines through those that belong together.

What leaves loads nothing, has no font of its own and is the same bytes for the same points.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 860, 540
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 30, 52, 62
#: Dark enough on white, and apart for those who do not see red and green.
_COLOURS = ("#0b5fa5", "#c2410c", "#4d7c0f", "#7e22ce", "#57534e")
_LABEL_HEIGHT = 15


@dataclass(frozen=True, slots=True)
class Point:
    """A named place in the plane; points of one ``group`` have one colour."""

    name: str
    x: float
    y: float
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis shows; ``percent`` writes shares as percentages."""

    title: str
    percent: bool = False

    def written(self, value: float, *, step: float) -> str:
        """A value in figures, as exact as the steps of the axis want it."""
        scaled, scaled_step = (value * 100, step * 100) if self.percent else (value, step)
        decimals = max(0, -math.floor(math.log10(scaled_step) + 1e-9))
        return f"{scaled:.{decimals}f}" + (" %" if self.percent else "")


def scatter_plot(points: Sequence[Point], *, title: str, x: Axis, y: Axis, joined: Sequence[str] = ()) -> str:
    """An SVG image; the points of the groups in ``joined`` are joined in their order.

    Raises:
        ValueError: there is no point, or one that is not finite.
    """
    if not points or not all(math.isfinite(value) for point in points for value in (point.x, point.y)):
        raise ValueError("a plot needs points, and finite ones")
    scale = _Scale(points)
    groups = list(dict.fromkeys(point.group for point in points))
    colours = {group: _COLOURS[place % len(_COLOURS)] for place, group in enumerate(groups)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        'role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="bold" fill="#1c1917">{escape(title)}</text>',
        *_axes(scale, x, y),
        *_legend([group for group in groups if group], colours),
    ]
    for group in joined:
        line = " ".join(f"{scale.x(point.x):.1f},{scale.y(point.y):.1f}" for point in points if point.group == group)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colours[group]}" stroke-opacity="0.5"/>')
    parts += _marks(points, scale, colours)
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    """From values to places on the image, with round figures at both ends of each axis."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.x_ticks = _ticks([point.x for point in points])
        self.y_ticks = _ticks([point.y for point in points])

    def x(self, value: float) -> float:
        return _LEFT + (value - self.x_ticks[0]) / (self.x_ticks[-1] - self.x_ticks[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.y_ticks[0]) / (self.y_ticks[-1] - self.y_ticks[0])
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _ticks(values: Sequence[float]) -> list[float]:
    """Round figures (1, 2 or 5 times a power of ten apart) from below the least to above the greatest value."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high) or 1.0
    low, high = low - spread * 0.05, high + spread * 0.12
    if min(values) >= 0:
        low = max(low, 0.0)
    raw = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [number * step for number in range(first, last + 1)]


def _axes(scale: _Scale, x: Axis, y: Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts: list[str] = []
    for value in scale.x_ticks:
        at = scale.x(value)
        label = x.written(value, step=scale.x_ticks[1] - scale.x_ticks[0])
        parts.append(f'<path d="M{at:.1f} {_TOP}V{bottom}" stroke="#e7e5e4"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle" fill="#44403c">{label}</text>')
    for value in scale.y_ticks:
        at = scale.y(value)
        label = y.written(value, step=scale.y_ticks[1] - scale.y_ticks[0])
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{right}" stroke="#e7e5e4"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#44403c">{label}</text>')
    middle_x, middle_y = (_LEFT + right) / 2, (_TOP + bottom) / 2
    parts.append(f'<text x="{middle_x}" y="{_HEIGHT - 16}" text-anchor="middle" fill="#1c1917">{escape(x.title)}</text>')
    parts.append(
        f'<text transform="translate(20 {middle_y}) rotate(-90)" text-anchor="middle" fill="#1c1917">{escape(y.title)}</text>'
    )
    return parts


def _legend(groups: Sequence[str], colours: dict[str, str]) -> list[str]:
    parts: list[str] = []
    at = _LEFT
    for group in groups if len(groups) > 1 else ():
        parts.append(f'<circle cx="{at + 5}" cy="40" r="4" fill="{colours[group]}"/>')
        parts.append(f'<text x="{at + 14}" y="44" fill="#44403c">{escape(group)}</text>')
        at += 34 + 7 * len(group)
    return parts


def _marks(points: Sequence[Point], scale: _Scale, colours: dict[str, str]) -> list[str]:
    """Points, and their names where there is room beside them: to the right, else to the left, else pushed down."""
    parts: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for point in sorted(points, key=lambda point: (scale.y(point.y), scale.x(point.x), point.name)):
        at_x, at_y = scale.x(point.x), scale.y(point.y)
        width = 6.6 * len(point.name)
        to_left = at_x + 9 + width > _WIDTH - 4
        left = at_x - 9 - width if to_left else at_x + 9
        label_y = at_y + 4
        while any(
            abs(label_y - other_y) < _LABEL_HEIGHT and left < other_right and other_left < left + width
            for other_left, other_right, other_y in taken
        ):
            label_y += 2
        taken.append((left, left + width, label_y))
        colour = colours[point.group]
        if abs(label_y - at_y - 4) > 6:
            edge = left + width if to_left else left
            parts.append(
                f'<path d="M{at_x:.1f} {at_y:.1f}L{edge:.1f} {label_y - 4:.1f}" stroke="{colour}" stroke-opacity="0.4"/>'
            )
        parts.append(f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="4.5" fill="{colour}"/>')
        parts.append(f'<text x="{left:.1f}" y="{label_y:.1f}" fill="#1c1917">{escape(point.name)}</text>')
    return parts
