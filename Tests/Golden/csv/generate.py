#!/usr/bin/env python3
"""What Python's csv reads from 10,000 small random files.

    python3 Tests/Golden/csv/generate.py

writes `digests.txt` beside itself: a line of versions, then for each file eight hexadecimal digits. The
files are not kept: `CSVFiles.swift` in the tests draws the same ones with the same generator.

The digest is FNV-1a (32 bits) of: for each record `line:` (the line that it ends in, from 1), its fields
with 1F between them, and 1E; then `!` if the text ends inside quotes.
"""

import csv
import io
import platform
from pathlib import Path

COUNT = 10_000
# Bytes 0 to 15 of a draw pick a piece; the delimiter stands for the first two.
PIECES = ["D", "D", '"', '"', '"', '""', "\n", "\r\n", "\r", "a", "bc", " ", "\0", "é", "'", "=1"]
DELIMITERS = [",", ";", "\t"]


class Generator:
    """Knuth's MMIX congruence; the high half of the state is drawn."""

    def __init__(self, seed):
        self.state = seed

    def draw(self, count):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % count


def file(index):
    generator = Generator(index)
    delimiter = DELIMITERS[generator.draw(3)]
    pieces = [PIECES[generator.draw(16)] for _ in range(generator.draw(40))]
    return "".join(delimiter if piece == "D" else piece for piece in pieces), delimiter


def records(text, delimiter):
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(reader.line_num, record) for record in reader]


def is_open(text, delimiter):
    """Whether a line after the text would become part of its last field."""
    last = records(text + "\nEND", delimiter)[-1][1]
    return last != ["END"]


def digest(text, delimiter):
    value = 0x811C9DC5
    content = "".join(f"{line}:" + "\x1f".join(record) + "\x1e" for line, record in records(text, delimiter))
    if is_open(text, delimiter):
        content += "!"
    for byte in content.encode():
        value = (value ^ byte) * 0x01000193 % (1 << 32)
    return f"{value:08x}"


def main():
    lines = [f"python {platform.python_version()}"]
    lines += [digest(*file(index)) for index in range(COUNT)]
    path = Path(__file__).resolve().parent / "digests.txt"
    path.write_text("\n".join(lines) + "\n")
    print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
