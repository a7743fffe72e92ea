"""Draws src/ as it is: a box for each room, an arrow for each room that it includes, made from the #include lines.

    python3 tests/lint/rooms.py            writes docs/rooms.svg
    python3 tests/lint/rooms.py --check    fails if the picture is not the code's, or an arrow points up
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
LAYERS = [["cli"], ["app"], ["site"], ["returns"], ["members"], ["edition"], ["sending"], ["config"],
          ["source", "post", "digest", "subscriber"], ["message", "delivery", "bounce", "web"], ["store"], ["base"]]
BOX, GAP_X, GAP_Y, WIDTH = (120, 34), 40, 26, 760


def includes():
    """{room: {room it includes: number of #include lines}}, base left out: everybody includes it."""
    out = {}
    for file in sorted((TOP / "src").rglob("*.[ch]pp")):
        parts = file.relative_to(TOP / "src").parts
        if len(parts) == 1:
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            match = re.match(r'#include "([a-z]+)/', line)
            if match and match[1] not in (parts[0], "base"):
                out.setdefault(parts[0], {}).setdefault(match[1], 0)
                out[parts[0]][match[1]] += 1
    return out


def place():
    spots = {}
    for row, names in enumerate(LAYERS):
        width = len(names) * BOX[0] + (len(names) - 1) * GAP_X
        for column, name in enumerate(names):
            spots[name] = ((WIDTH - width) // 2 + column * (BOX[0] + GAP_X), 10 + row * (BOX[1] + GAP_Y), row)
    return spots


def svg(arrows, spots):
    height = 20 + len(LAYERS) * (BOX[1] + GAP_Y)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Rooms of src and what they include" '
           'font-family="sans-serif" font-size="14">' % (WIDTH, height),
           '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
           '<path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>', '<rect width="100%" height="100%" fill="#fff"/>']
    for room, targets in sorted(arrows.items()):
        for target, count in sorted(targets.items()):
            (x1, y1, row1), (x2, y2, row2) = spots[room], spots[target]
            start, end = (x1 + BOX[0] / 2, y1 + BOX[1]), (x2 + BOX[0] / 2, y2)
            if row1 == row2:
                start, end = (x1, y1 + BOX[1] / 2), (x2 + BOX[0], y2 + BOX[1] / 2)
                if x2 > x1:
                    start, end = (x1 + BOX[0], y1 + BOX[1] / 2), (x2, y2 + BOX[1] / 2)
            bend = 0 if row2 - row1 <= 1 else 40 * (row2 - row1) * (1 if (row1 + row2) % 2 else -1)
            middle = ((start[0] + end[0]) / 2 + bend, (start[1] + end[1]) / 2)
            out.append('<path d="M%.0f %.0fQ%.0f %.0f %.0f %.0f" fill="none" stroke="#667" stroke-opacity="0.45" stroke-width="%.1f" '
                       'marker-end="url(#tip)"/>' % (*start, *middle, *end, min(3.0, 0.6 + count / 25)))
    for name, (x, y, _) in spots.items():
        out.append('<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="#eef3f8" stroke="#345"/>' % (x, y, *BOX))
        out.append('<text x="%d" y="%d" text-anchor="middle" fill="#123">%s</text>' % (x + BOX[0] / 2, y + 22, name))
    return "\n".join(out) + "\n</svg>\n"


def main():
    arrows, spots = includes(), place()
    order = [name for layer in LAYERS for name in layer]
    wrong = ["%s is not in the picture" % room for room in arrows if room not in spots]
    wrong += ["%s includes %s, which lies above it" % (room, target) for room, targets in arrows.items() for target in targets
              if room in spots and target in spots and spots[target][2] < spots[room][2] and spots[room][2] < order.index("source")]
    picture = TOP / "docs/rooms.svg"
    if wrong:
        print("\n".join(wrong))
        return 1
    if "--check" in sys.argv:
        if picture.read_text(encoding="utf-8") != svg(arrows, spots):
            print("docs/rooms.svg is not what the code says: python3 tests/lint/rooms.py draws it anew")
            return 1
        return 0
    picture.write_text(svg(arrows, spots), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
