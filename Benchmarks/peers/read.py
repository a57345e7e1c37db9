#!/usr/bin/env python3
"""Reads an array again and again by PyTorch's sum, and prints how fast, as JSON.

    Benchmarks/peers/.venv/bin/python Benchmarks/peers/read.py --megabytes 12.8 --threads 2

An array that fits into a cache shows what the cache gives: the yardstick of weights of that size.
"""

import argparse
import time

import peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)
    peer.add_environment_options(parser)
    options = parser.parse_args()
    peer.prepare(options)

    import torch

    torch.set_num_threads(options.threads)
    count = max(1, int(options.megabytes * 1e6 / 4))
    array = torch.ones(count)
    seconds, end = [], time.perf_counter() + 1
    while time.perf_counter() < end:
        start = time.perf_counter()
        array.sum()
        seconds.append(time.perf_counter() - start)
    # The best: what the machine can do when nobody else has it, as Recur measures its peak.
    peer.report({"gb_per_second": round(4 * count / min(seconds) / 1e9, 2),
                 **peer.process_report(options, torch)})


if __name__ == "__main__":
    main()
