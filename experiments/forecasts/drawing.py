"""The drawing of a ruler: rectangles, written as SVG for pages and documents, as PNG for notebooks.

No library: the web process draws, too, and not every place that shows a notebook shows SVG.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from experiments.forecasts.ruler import Band, Ruler

# Of the drawing in its own units; it is as wide as 100 of them, however far they are stretched.
HEIGHT = 22
# Of a picture, in pixels.
PICTURE_WIDTH, PIXELS_PER_UNIT = 720, 2
GREY, VIOLET, BLUE = "#667382", "#ae3ec9", "#066fd1"


@dataclass(frozen=True)
class Look:
    """Where a mark stands and how it looks; a page's stylesheet may colour it otherwise."""

    y: int
    height: int
    colour: str
    opacity: float = 1.0


LOOKS = {
    "hidden-effects": Look(0, HEIGHT, GREY, 0.13),
    "margin": Look(0, HEIGHT, GREY, 0.28),
    "zero": Look(0, HEIGHT, GREY),
    "forecast": Look(4, 5, VIOLET),
    "measured": Look(13, 5, BLUE, 0.55),
    "point": Look(11, 9, BLUE),
}


@dataclass(frozen=True)
class Mark:
    """One rectangle; x and width are percent of the ruler's length."""

    name: str
    x: float
    width: float

    @property
    def look(self) -> Look:
        return LOOKS[self.name]


def marks_of(ruler: Ruler) -> Iterator[Mark]:
    """What a ruler shows, the hindmost first."""
    yield from _bands(("hidden-effects", ruler.hidden), ("margin", ruler.margin))
    if ruler.zero is not None:
        yield Mark("zero", ruler.zero, 0.3)
    yield from _bands(("forecast", ruler.forecast), ("measured", ruler.measured))
    if ruler.point is not None:
        yield Mark("point", ruler.point, 0.8)


def _bands(*named: tuple[str, Band | None]) -> Iterator[Mark]:
    yield from (Mark(name, band.x, band.width) for name, band in named if band)


def ruler_svg(ruler: Ruler) -> SafeString:
    """The drawing as SVG; the key beside it says the same in words."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {}" preserveAspectRatio="none" '
        'aria-hidden="true">{}</svg>',
        HEIGHT,
        format_html_join("", "{}", ((_rectangle(mark),) for mark in marks_of(ruler))),
    )


def _rectangle(mark: Mark) -> SafeString:
    # As text: a number would be written with the language's decimal sign.
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="{}" opacity="{}" />',
        mark.name,
        str(mark.x),
        mark.look.y,
        str(mark.width),
        mark.look.height,
        mark.look.colour,
        str(mark.look.opacity),
    )


def swatch_svg(name: str) -> SafeString:
    """The colour of a mark, for its key."""
    look = LOOKS[name]
    return format_html(
        '<svg class="key" viewBox="0 0 9 6" aria-hidden="true">'
        '<rect class="{}" width="9" height="6" fill="{}" opacity="{}" /></svg>',
        name,
        look.colour,
        str(look.opacity),
    )


def ruler_png(ruler: Ruler) -> bytes:
    """The drawing as a picture on white."""
    rows = [bytearray(b"\xff" * 3 * PICTURE_WIDTH) for _row in range(HEIGHT * PIXELS_PER_UNIT)]
    for mark in marks_of(ruler):
        look = mark.look
        left = round(mark.x * PICTURE_WIDTH / 100)
        right = max(round((mark.x + mark.width) * PICTURE_WIDTH / 100), left + 1)
        colour = bytes.fromhex(look.colour[1:])
        for row in rows[look.y * PIXELS_PER_UNIT : (look.y + look.height) * PIXELS_PER_UNIT]:
            for place in range(3 * left, 3 * min(right, PICTURE_WIDTH)):
                blended = look.opacity * colour[place % 3] + (1 - look.opacity) * row[place]
                row[place] = round(blended)
    return _png(rows)


def _png(rows: list[bytearray]) -> bytes:
    """Rows of RGB as a file (ISO/IEC 15948): header, pixels, end."""
    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
