#!/usr/bin/env python3
"""Encodes a text with Hugging Face's tokenizers, on one core, and prints how fast, as JSON.

    encode.py TOKENIZER.json TEXT
"""

import json
import os
import re
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers  # noqa: E402  (the variable is read when it is imported)
from peer import peak_memory  # noqa: E402

PIECE = 50_000  # characters: longer texts make the library slower for each


def main():
    tokenizer = tokenizers.Tokenizer.from_file(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    pieces, start = [], 0
    while start < len(text):
        # Where a line begins with a letter, so that no word and no run of white space is cut.
        end = re.compile(r"(?<=\n)(?=[A-Za-z])").search(text, min(start + PIECE, len(text)))
        pieces.append(text[start:end.start() if end else len(text)])
        start += len(pieces[-1])
    speeds = []
    # The second way leaves out where each token stands, as Recur does.
    for encode in 3 * (tokenizer.encode, lambda piece: tokenizer.encode_batch_fast([piece])[0]):
        start = time.perf_counter()
        count = sum(len(encode(piece).ids) for piece in pieces)
        speeds.append(len(text.encode()) / (time.perf_counter() - start) / 1e6)
    print(json.dumps({"megabytes_per_second": round(max(speeds), 2), "tokens": count,
                      "peak_rss_mb": round(peak_memory() / 1e6, 1),
                      "tokenizers": tokenizers.__version__}))


if __name__ == "__main__":
    main()
