#!/usr/bin/env python3
"""Measures Recur beside its peers on this machine and prints one Markdown table.

    make bench                  # builds Recur, makes the peers' virtual environment, runs this
    make bench BENCH=--quick    # one round of the main workloads

Runs alternate (Recur, peer, Recur, peer, ...). Each cell is the median of the rounds, with the range in
brackets. The peer of training is PyTorch's nn.LSTM, nn.GRU or nn.RNN as strong as it was found to be
(peers/train.py; in bfloat16 the best of its ways); the peer of generation is the best of all float32
modes of PyTorch and ONNX Runtime (peers/generate.py). Work is counted by the model's floating-point
operations, nothing discounted, against the peak that is measured in the same process.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RECUR = os.path.join(HERE, "..", ".build", "release", "recur")
PYTHON = os.path.join(HERE, "peers", ".venv", "bin", "python")
BFLOAT16 = ["autocast", "full", "rnn"]


def sizes(layers, hidden, embedding, batch=None, window=None):
    arguments = ["--layers", str(layers), "--hidden-size", str(hidden), "--embedding-size",
                 str(embedding), "--vocabulary-size", "96"]
    if batch:
        arguments += ["--batch-size", str(batch), "--window", str(window)]
    return arguments


# Name, arguments, steps, the ratio that is aimed at, whether --quick takes it.
TRAINING = [
    ("LSTM 2×512, E 512, B 64, T 128", ["--cell", "lstm"] + sizes(2, 512, 512, 64, 128), 5, 1.6, True),
    ("LSTM 2×512, E 64, B 64, T 128", ["--cell", "lstm"] + sizes(2, 512, 64, 64, 128), 5, 1.35, False),
    ("LSTM 2×128, E 128, B 50, T 50", ["--cell", "lstm"] + sizes(2, 128, 128, 50, 50), 40, 1.6, True),
    ("LSTM 1×1024, E 64, B 64, T 64", ["--cell", "lstm"] + sizes(1, 1024, 64, 64, 64), 5, 1.25, False),
    ("GRU 2×512, E 512, B 64, T 128", ["--cell", "gru"] + sizes(2, 512, 512, 64, 128), 5, 2.4, True),
    ("RNN 2×512, E 512, B 64, T 128", ["--cell", "rnn"] + sizes(2, 512, 512, 64, 128), 5, 2.5, True),
    ("LSTM 2×512, E 512, B 64, T 128, bfloat16",
     ["--cell", "lstm", "--precision", "bfloat16"] + sizes(2, 512, 512, 64, 128), 5, 1.4, True),
]
GENERATION = [(128, 6, False), (512, 2.2, True), (1024, 2.5, False)]


def run(command):
    # A core type in the environment would halve OpenBLAS on either side.
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


def row(name, ours, theirs, target, memory, peer_memory, fraction):
    ratio = statistics.median(ours) / statistics.median(theirs)
    share = f"{100 * fraction:.0f} %" if fraction else ""
    print(f"| {name} | {spread(ours)} | {spread(theirs)} | {ratio:.2f} | {target} | {share} "
          f"| {memory:.0f} / {peer_memory:.0f} |", flush=True)


def training(name, arguments, steps, target, options):
    ours, theirs, fractions = [], [], []
    ways = [["--bfloat16-mode", way] for way in BFLOAT16] if "bfloat16" in arguments else [[]]
    for index in range(options.rounds):
        a = recur("train", *arguments, "--threads", options.threads, "--steps", str(steps),
                  "--warmup", "2", "--seconds", "0")
        tried = [(peer("train.py", *arguments, *way, "--threads", options.threads, "--steps", str(steps),
                       "--warm-up", "2"), way) for way in ways]
        b, best = max(tried, key=lambda pair: pair[0]["tokens_per_second"])
        ways = [best]  # the first round chooses
        ours.append(a["tokens_per_second"])
        theirs.append(b["tokens_per_second"])
        fractions.append(a["fraction_of_peak"])
    way = f" (peer: {best[1]})" if best else ""
    row(f"training {name}{way}", ours, theirs, target, a["peak_rss_mb"], b["peak_rss_mb"],
        statistics.median(fractions))
    return statistics.median(ours)


def generation(hidden, target, options):
    arguments = sizes(2, hidden, hidden)
    threads = ",".join(sorted({"1", options.threads}))
    ours, theirs, mode = [], [], "best"
    for _ in range(options.rounds):
        a = max((recur("generate", *arguments, "--threads", count, "--seconds", "1")
                 for count in threads.split(",")), key=lambda run: run["characters_per_second"])
        b = peer("generate.py", *arguments, "--mode", mode, "--characters", "300", "--threads",
                 threads if mode == "best" else str(b["threads"]))
        b = b.get("best", b)
        mode = b["mode"]  # the first round chooses
        ours.append(a["characters_per_second"])
        theirs.append(b["characters_per_second"])
    row(f"generating, one stream, LSTM 2×{hidden} (peer: {mode})", ours, theirs, target,
        a["peak_rss_mb"], b["peak_rss_mb"], None)


def model(text, kind):
    """Trains for one step: what is measured needs a model, not a good one."""
    directory = os.path.join(HERE, "..", "out", f"benchmark-{kind}")
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run([RECUR, "train", "lm", text, "--output", directory, "--tokenizer", kind,
                    "--hidden-size", "512", "--embedding-size", "512", "--steps", "1", "--quiet"],
                   check=True)
    return directory


def tokenizing(kind, directory, text):
    ours = recur("tokenize", text, "--tokenizer", kind)["kinds"][0]["megabytes_per_second"]
    theirs = peer("encode.py", os.path.join(directory, "tokenizer.json"), text)
    theirs = theirs["megabytes_per_second"]
    print(f"tokenizing English, {kind}, one core: {ours:.0f} MB/s; Hugging Face's tokenizers "
          f"{theirs:.1f}, ratio {ours / theirs:.0f}", flush=True)


def first_character(directory, rounds):
    """Milliseconds from the start of the process to the first character after the prompt."""
    times = []
    for _ in range(5 * rounds):
        start = time.perf_counter()
        process = subprocess.Popen([RECUR, "generate", directory, "--prompt", "A", "--length", "50"],
                                   stdout=subprocess.PIPE)
        process.stdout.read(2)
        times.append(1000 * (time.perf_counter() - start))
        process.communicate()
    return times


def header(options, doctor):
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")),
                     platform.machine())
    versions = run([PYTHON, "-c", "import json, torch, onnxruntime; print(json.dumps("
                    "[torch.__version__, onnxruntime.__version__]))"])
    print(f"{model}; kernels {doctor['kernels']}; peak {doctor['peak_gflops']} GFLOP/s on "
          f"{doctor['threads']} threads, {doctor['peak_gflops_one_thread']} on one; memory "
          f"{doctor['read_gb_per_second']} GB/s.")
    print(f"Recur {doctor['versions']['recur']}, PyTorch {versions[0]}, ONNX Runtime {versions[1]}; "
          f"{options.threads} threads, OPENBLAS_CORETYPE unset, median of {options.rounds} [range]; "
          f"load {os.getloadavg()[0]:.2f} at the start.\n")
    print("| workload | Recur, tokens/s | peer, tokens/s | ratio | target | of the peak | memory, MB |")
    print("|---|---|---|---|---|---|---|", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of the main workloads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default=str(len(os.sched_getaffinity(0))))
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    for path in (RECUR, PYTHON):
        if not os.path.exists(path):
            sys.exit(f"compare.py: {path} is missing; run make bench")
    header(options, run([RECUR, "doctor", "--json"]))
    speeds = {}
    for name, arguments, steps, target, is_quick in TRAINING:
        if is_quick or not options.quick:
            speeds[name] = training(name, arguments, steps, target, options)
    for hidden, target, is_quick in GENERATION:
        if is_quick or not options.quick:
            generation(hidden, target, options)
    first = TRAINING[0]
    print(f"\nbfloat16 against float32, LSTM 2×512: {speeds[TRAINING[-1][0]] / speeds[first[0]]:.2f}")
    if options.threads != "1":
        single = statistics.median(
            recur("train", *first[1], "--threads", "1", "--steps", "4", "--warmup", "1",
                  "--seconds", "0")["tokens_per_second"] for _ in range(options.rounds))
        print(f"{options.threads} threads against 1, LSTM 2×512: {speeds[first[0]] / single:.2f}")
    streams = recur("generate", *sizes(2, 512, 512), "--streams", "64")
    print(f"64 streams together, LSTM 2×512: {streams['characters_per_second']:,.0f} characters/s, "
          f"{100 * streams['fraction_of_peak']:.0f} % of the peak")
    with open(os.path.join(HERE, "..", "corpora", "harbour.txt"), encoding="utf-8") as file:
        english = file.read() * 100
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as text:
        text.write(english)
        text.flush()
        directories = {kind: model(text.name, kind) for kind in ("character", "word")}
        for kind, directory in directories.items():
            tokenizing(kind, directory, text.name)
    times = first_character(directories["character"], options.rounds)
    print(f"start to the first character, LSTM 2×512: {statistics.median(times):.0f} ms "
          f"[{min(times):.0f}–{max(times):.0f}]")


if __name__ == "__main__":
    main()
