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
