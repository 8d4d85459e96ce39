#!/usr/bin/env python3
"""Draws what a terminal showed, one screen after the other, as a moving SVG.

    screen.py COLUMNS LINES FRAME ... >PICTURE

A FRAME is a file as "tmux capture-pane -p -e -N" writes it.  Where nothing
moves, since the viewer cannot or its user does not want that, the picture is
the frame at two thirds.

Text is drawn at the columns that it has, whatever the font; blocks are drawn as
rectangles, so no font has to have them.
"""

import re
import sys
from xml.sax.saxutils import escape

CELL, LINE, SIZE = 8.4, 21, 14
MARGIN, BAR = 20, 38
SECONDS_EACH, LAST = 0.28, 9  # LAST: so many times as long

PAPER, EDGE, TEXT, FAINT = "#16181d", "#2b2f38", "#d7dae0", "#7d8590"
COLOURS = {31: "#f47067", 32: "#57ab5a", 33: "#d4a72c", 36: "#39c5cf"}
TRACK = {238: "#30363d"}
BLOCKS = {"\u2588": 8, "\u2589": 7, "\u258a": 6, "\u258b": 5,
          "\u258c": 4, "\u258d": 3, "\u258e": 2, "\u258f": 1}


class Pen:
    """What the escapes so far have set."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.colour, self.track = None, None
        self.bold = self.dim = False

    def obey(self, codes):
        codes = [int(c or 0) for c in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 39:
                self.colour = None
            elif code == 49:
                self.track = None
            elif code in COLOURS:
                self.colour = COLOURS[code]
            elif code == 48 and codes[:1] == [5] and codes[1] in TRACK:
                self.track = TRACK[codes[1]]
                del codes[:2]
            else:
                sys.exit(f"screen.py: no colour {code}")

    def fill(self):
        return self.colour or (FAINT if self.dim else TEXT)


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rectangle(x, y, width, colour):
    return (f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{LINE - 8}" fill="{colour}"/>')


def text(x, y, pen, run):
    bold = ' font-weight="bold"' if pen.bold else ""
    return (f'<text x="{number(x)}" y="{number(y)}" fill="{pen.fill()}"{bold} '
            f'textLength="{number(len(run) * CELL)}">{escape(run)}</text>')


def parts(line):
    """(pen, characters) of a line, a pair for each run of one colour."""
    pen = Pen()
    for piece in re.split("(\x1b\\[[0-9;]*m)", line):
        if piece.startswith("\x1b["):
            pen.obey(piece[2:-1])
        elif piece:
            yield pen, piece


def bars(column, y, pen, piece):
    """The track, and what of it is filled, in eighths."""
    if pen.track is None:
        return
    x, wide = MARGIN + column * CELL, len(piece) * CELL
    eighths = sum(BLOCKS.get(c, 0) for c in piece)
    yield rectangle(x, y - LINE + 9, wide, pen.track)
    if eighths:
        yield rectangle(x, y - LINE + 9, eighths * CELL / 8, pen.fill())


def draw(line, row):
    y = BAR + MARGIN + row * LINE
    column = 0
    for pen, piece in parts(line):
        yield from bars(column, y, pen, piece)
        for run in re.finditer("[^ \u2588-\u258f]+(?: [^ \u2588-\u258f]+)*", piece):
            x = MARGIN + (column + run.start()) * CELL
            yield text(x, y, pen, run.group())
        column += len(piece)


def style(count):
    """Each frame is seen in its own part of the round; the last for longer."""
    parts_ = count - 1 + LAST
    round_ = number(parts_ * SECONDS_EACH)
    still = count * 2 // 3
    yield f"#f{still}{{visibility:visible}}"
    yield "@media (prefers-reduced-motion:no-preference){"
    yield f"#f{still}{{visibility:hidden}}"
    for n in range(count):
        begin = 100 * n / parts_
        end = 100 * (n + 1) / parts_ if n + 1 < count else 100
        frames = [f"{number(begin)}%{{visibility:visible}}"]
        if n > 0:
            frames.insert(0, "0%{visibility:hidden}")
        if end < 100:
            frames.append(f"{number(end)}%,to{{visibility:hidden}}")
        else:
            frames.append("to{visibility:visible}")
        yield f"@keyframes k{n}{{{''.join(frames)}}}"
        yield f"#f{n}{{animation:k{n} {round_}s step-end infinite}}"
    yield "}"


def main():
    columns, lines, files = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    screens = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            screens.append(file.read().split("\n")[:lines])
    width = number(2 * MARGIN + columns * CELL)
    height = number(BAR + MARGIN + lines * LINE)
    # what never changes is drawn once
    same = [len({s[i] for s in screens}) == 1 for i in range(lines)]
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
          f'height="{height}" viewBox="0 0 {width} {height}" role="img" '
          f'aria-label="phase-view on a terminal" font-size="{SIZE}" '
          'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'
          "'DejaVu Sans Mono',monospace\">")
    print("<style>.f{visibility:hidden}", *style(len(screens)), "</style>",
          sep="\n")
    print(f'<rect x=".5" y=".5" width="{number(float(width) - 1)}" '
          f'height="{number(float(height) - 1)}" rx="9" fill="{PAPER}" '
          f'stroke="{EDGE}"/>')
    for i, colour in enumerate(("#ec6a5e", "#f4bf4f", "#61c554")):
        print(f'<circle cx="{22 + 20 * i}" cy="20" r="6" fill="{colour}"/>')
    for row in range(lines):
        if same[row]:
            print(*draw(screens[0][row], row), sep="\n")
    for n, screen in enumerate(screens):
        print(f'<g id="f{n}" class="f">')
        for row in range(lines):
            if not same[row]:
                print(*draw(screen[row], row), sep="\n")
        print("</g>")
    print("</svg>")


main()
