#!/usr/bin/env python3
"""Measures Recur beside its peers on this machine and prints one Markdown table.

    make bench            # builds Recur, makes the peers' virtual environment, runs this

Runs alternate (Recur, peer, Recur, peer, ...). Each cell is the median of the rounds, with the range in
brackets. The peer of training is PyTorch's nn.LSTM or nn.GRU as strong as it was found to be
(peers/train.py); the peer of generation is the best of all float32 modes (peers/generate.py).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RECUR = os.path.join(HERE, "..", ".build", "release", "recur")
PYTHON = os.path.join(HERE, "peers", ".venv", "bin", "python")
MODEL_512 = ["--layers", "2", "--hidden-size", "512", "--embedding-size", "512",
             "--vocabulary-size", "96"]
LARGE = MODEL_512 + ["--batch-size", "64", "--window", "128"]
SMALL = ["--layers", "2", "--hidden-size", "128", "--embedding-size", "128",
         "--vocabulary-size", "96", "--batch-size", "50", "--window", "50"]
TRAINING = [
    ("training LSTM 2×512, E 512, B 64, T 128", ["--cell", "lstm"] + LARGE, 5),
    ("training GRU 2×512, E 512, B 64, T 128", ["--cell", "gru"] + LARGE, 5),
    ("training RNN 2×512, E 512, B 64, T 128", ["--cell", "rnn"] + LARGE, 5),
    ("training LSTM 2×128, E 128, B 50, T 50", ["--cell", "lstm"] + SMALL, 40),
]


def run(command):
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        sys.exit(f"compare.py: {' '.join(command)} failed:\n{result.stderr.strip()[-500:]}")
    return json.loads(result.stdout)


def recur(*arguments):
    return run([RECUR, "benchmark", *arguments, "--json"])


def peer(script, *arguments):
    return run([PYTHON, os.path.join(HERE, "peers", script), *arguments])


def spread(values):
    return f"{statistics.median(values):,.0f} [{min(values):,.0f}–{max(values):,.0f}]"


def row(name, ours, theirs, memory, peer_memory, fraction):
    ratio = statistics.median(ours) / statistics.median(theirs)
    share = f"{100 * fraction:.0f} %" if fraction else ""
    print(f"| {name} | {spread(ours)} | {spread(theirs)} | {ratio:.2f} | {share} "
          f"| {memory:.0f} / {peer_memory:.0f} |", flush=True)


def training(name, arguments, steps, rounds, threads):
    ours, theirs = [], []
    for _ in range(rounds):
        a = recur("train", *arguments, "--threads", threads, "--steps", str(steps),
                  "--warmup", "2", "--seconds", "0")
        b = peer("train.py", *arguments, "--threads", threads, "--steps", str(steps),
                 "--warm-up", "2")
        ours.append(a["tokens_per_second"])
        theirs.append(b["tokens_per_second"])
    row(name, ours, theirs, a["peak_rss_mb"], b["peak_rss_mb"], a["fraction_of_peak"])
    return statistics.median(ours)


def generation(rounds, threads):
    ours, theirs = [], []
    for _ in range(rounds):
        a = recur("generate", *MODEL_512)
        b = peer("generate.py", *MODEL_512, "--mode", "best", "--characters", "300",
                 "--threads", threads)["best"]
        ours.append(a["characters_per_second"])
        theirs.append(b["characters_per_second"])
    row(f"generating, one stream, LSTM 2×512 (peer: {b['mode']})", ours, theirs,
        a["peak_rss_mb"], b["peak_rss_mb"], None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default=str(len(os.sched_getaffinity(0))))
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    for path in (RECUR, PYTHON):
        if not os.path.exists(path):
            sys.exit(f"compare.py: {path} is missing; run make bench")
    doctor = run([RECUR, "doctor", "--json"])
    print(f"Recur and peers, {options.threads} threads, median of {rounds} [range]; "
          f"kernels {doctor.get('kernels')}; load {os.getloadavg()[0]:.2f} at the start.\n")
    print("| workload | Recur, tokens/s | peer, tokens/s | ratio | of the peak | memory, MB |")
    print("|---|---|---|---|---|---|", flush=True)
    medians = [training(*workload, rounds, options.threads) for workload in TRAINING]
    generation(rounds, options.threads)
    if options.threads != "1":
        single = statistics.median(
            recur("train", *TRAINING[0][1], "--threads", "1", "--steps", "4", "--warmup", "1",
                  "--seconds", "0")["tokens_per_second"] for _ in range(rounds))
        print(f"\n{options.threads} threads against 1, LSTM 2×512: {medians[0] / single:.2f}")


if __name__ == "__main__":
    main()
