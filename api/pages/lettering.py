"""Names set into a picture: where each line of words stands, so that none lies on another or is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A sans-serif letter is about this wide and a line this high, in parts of the letter size.
LETTER, LINE = 0.56, 1.14


@dataclass(frozen=True)
class Box:
    """Where words lie: middle and half sizes, in the picture's units."""

    x: float
    y: float
    half_width: float
    half_height: float

    def meets(self, other: Box) -> bool:
        return (
            abs(self.x - other.x) < self.half_width + other.half_width
            and abs(self.y - other.y) < self.half_height + other.half_height
        )


def broken(words: str, most: int) -> list[str]:
    """Words broken into lines of at most `most` letters where that can be; no word is cut."""
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def box_of(lines: Sequence[str], at: Sequence[float], size: float) -> Box:
    """The box of lines set in the middle of a place."""
    longest = max((len(line) for line in lines), default=0)
    return Box(at[0], at[1], longest * size * LETTER / 2, len(lines) * size * LINE / 2)


def set_lines(lines: Sequence[str], at: Sequence[float], size: float) -> list[dict[str, object]]:
    """Each line with the place of its baseline's middle, the whole in the middle of `at`."""
    first = at[1] - (len(lines) - 1) * size * LINE / 2 + size * 0.35
    return [
        {"words": line, "x": round(at[0]), "y": round(first + n * size * LINE)}
        for n, line in enumerate(lines)
    ]


SIZES = (46, 38, 32)  # letters on a picture of an area, in its units: 15 px and less where it is 330 px wide
_BREAKS = (9, 11, 13, 16, 20)


def name_set(
    name: str, share: str, at: Sequence[float], room: float, window: Box, taken: Sequence[Box]
) -> tuple[Box, list[dict[str, object]], int] | None:
    """A piece's name with its share, set at the middle of it: the box, the lines, the letter size.

    Of the ways to break the name the one that best fits into the circle of radius `room`, inside the window
    and clear of the boxes that are taken. None where no size does.
    """
    for size in SIZES:
        ways = []
        for most in _BREAKS:
            lines = [*broken(name, most), share]
            box = _inside(box_of(lines, at, size), window)
            if box and not any(box.meets(other) for other in taken):
                ways.append(((box.half_width**2 + box.half_height**2) ** 0.5, lines, box))
        if ways:
            reach, lines, box = min(ways, key=lambda way: way[0])
            if reach <= 1.35 * room or size == SIZES[-1]:
                return box, set_lines(lines, (box.x, box.y), size), size
    return None


def _inside(box: Box, window: Box) -> Box | None:
    """The box moved as little as needed to lie inside the window; None where it is too large for it."""
    reach_x, reach_y = window.half_width - box.half_width, window.half_height - box.half_height
    if reach_x < 0 or reach_y < 0:
        return None
    x = min(max(box.x, window.x - reach_x), window.x + reach_x)
    y = min(max(box.y, window.y - reach_y), window.y + reach_y)
    return Box(x, y, box.half_width, box.half_height)
