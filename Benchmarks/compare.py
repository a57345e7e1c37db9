#!/usr/bin/env python3
"""Measures Recur beside its peers on this machine and prints Markdown: docs/benchmarks.md as it stands.

    make bench                                 # builds Recur, makes the peers' environment, runs this
    make bench BENCH=--quick                   # one round of the main workloads
    Benchmarks/compare.py > docs/benchmarks.md # all of them, on a machine that does nothing else

Runs alternate (Recur, peer, Recur, peer, ...). Each cell is the median of the rounds, with the range in
brackets. The peer of training is PyTorch's nn.LSTM, nn.GRU or nn.RNN as strong as it was found to be
(peers/train.py; in bfloat16 the best of its ways); of generation the best of all modes of PyTorch and ONNX
Runtime in the precision of the row (peers/generate.py); of scoring the best of padded, packed and ONNX
Runtime (peers/score.py). Work is counted by the model's floating-point operations, nothing discounted,
against the peak that is measured in the same process. A workload that fails says why in its row.
"""

import argparse
import json
import os
import platform
import shlex
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


class Failed(Exception):
    """A workload that could not be measured, and why."""


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
# Hidden size, precision, the precision of the peer, the ratio, whether --quick takes it.
GENERATION = [
    (128, "float32", "float32", 6, False),
    (512, "float32", "float32", 2.2, True),
    (1024, "float32", "float32", 2.5, False),
    (512, "int8", "int8", 3, True),
    (1024, "bfloat16", "float32", 8, False),
]
SCORING = ["--hidden-size", "256", "--embedding-size", "128", "--vocabulary-size", "96", "--documents",
           "512", "--median-length", "148"]


def run(command, seconds=1800):
    # A core type in the environment would halve OpenBLAS on either side.
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=seconds)
        if result.returncode == 0:
            return json.loads(result.stdout)
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        reason = next((line for line in lines if line.startswith("error: ")), lines[-1])
    except subprocess.TimeoutExpired:
        reason = f"more than {seconds} s"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise Failed(f"{os.path.basename(command[0])} {' '.join(command[1:3])}: {reason[:200]}")


def recur(*arguments):
    return run([RECUR, "benchmark", *arguments, "--json"])


def peer(script, *arguments):
    return run([PYTHON, os.path.join(HERE, "peers", script), *arguments])


def spread(values, digits=0):
    if not values:
        return ""
    low, middle, high = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} [{low}–{high}]" if len(values) > 1 else middle


def row(*cells):
    print("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |", flush=True)


def compared(name, ours, theirs, target, memory=None, fraction=None, digits=0):
    """A row of both sides; `memory` is the megabytes of both."""
    ratio = f"{statistics.median(ours) / statistics.median(theirs):.2f}" if theirs else ""
    share = f"{100 * fraction:.0f} %" if fraction else ""
    room = ""
    if memory:
        room = f"{memory[0]:.0f}"
        if memory[1]:
            room += f" / {memory[1]:.0f} = {memory[0] / memory[1]:.2f}"
    row(name, spread(ours, digits), spread(theirs, digits), ratio, target, share, room)


def attempt(name, target, work, *arguments):
    """What `work` returns; where it fails, nothing, and a row that says why."""
    try:
        return work(*arguments)
    except Failed as failure:
        row(name, f"failed: {failure}", "", "", target, "", "")
        return None


def training(name, arguments, steps, target, options):
    ours, theirs, fractions = [], [], []
    ways = [["--bfloat16-mode", way] for way in BFLOAT16] if "bfloat16" in arguments else [[]]
    for _ in range(options.rounds):
        a = recur("train", *arguments, "--threads", options.threads, "--steps", str(steps),
                  "--warmup", "2", "--seconds", "0")
        tried, failure = [], None
        for way in ways:
            try:
                tried.append((peer("train.py", *arguments, *way, "--threads", options.threads,
                                   "--steps", str(steps), "--warm-up", "2"), way))
            except Failed as reason:  # not every processor has every way
                failure = reason
        if not tried:
            raise failure
        b, best = max(tried, key=lambda pair: pair[0]["tokens_per_second"])
        ways = [best]  # the first round chooses
        ours.append(a["tokens_per_second"])
        theirs.append(b["tokens_per_second"])
        fractions.append(a["fraction_of_peak"])
    way = f" (peer: {best[1]})" if best else ""
    compared(f"training {name}{way}, tokens/s", ours, theirs, f"≥ {target}",
             (a["peak_rss_mb"], b["peak_rss_mb"]), statistics.median(fractions))
    return statistics.median(ours)


def generation(hidden, precision, peer_precision, target, options):
    arguments = sizes(2, hidden, hidden)
    threads = ",".join(sorted({"1", options.threads}))
    ours, theirs, mode = [], [], "best"
    for _ in range(options.rounds):
        a = max((recur("generate", *arguments, "--threads", count, "--precision", precision,
                       "--seconds", "1") for count in threads.split(",")),
                key=lambda run: run["characters_per_second"])
        b = peer("generate.py", *arguments, "--mode", mode, "--characters", "300", "--threads",
                 threads if mode == "best" else str(b["threads"]))
        if mode == "best":
            suffix = "_int8" if peer_precision == "int8" else ""
            b = max((b["best"][side + suffix] for side in ("torch", "onnx") if side + suffix in b["best"]),
                    key=lambda figure: figure["characters_per_second"], default=None)
            if b is None:
                raise Failed(f"no mode of the peer runs in {peer_precision}")
            mode = b["mode"]  # the first round chooses
        ours.append(a["characters_per_second"])
        theirs.append(b["characters_per_second"])
    compared(f"generating, one stream, LSTM 2×{hidden}, {precision} (peer: {mode}, {b['threads']} "
             f"threads), characters/s", ours, theirs, f"≥ {target}",
             (a["peak_rss_mb"], b["peak_rss_mb"]))


def streams(options):
    runs = [recur("generate", *sizes(2, 512, 512), "--streams", "64", "--threads", options.threads,
                  "--seconds", "1") for _ in range(options.rounds)]
    compared("generating, 64 streams, LSTM 2×512, float32, characters/s",
             [run["characters_per_second"] for run in runs], [], "≥ 70 % of the peak",
             (runs[-1]["peak_rss_mb"], None),
             statistics.median(run["fraction_of_peak"] for run in runs))


def scoring(options):
    threads = ",".join(sorted({"1", options.threads}))
    ours, theirs, fractions, chosen = [], [], [], None
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "score.safetensors")
        for _ in range(options.rounds):
            a = recur("score", *SCORING, "--threads", options.threads, "--seconds", "1", "--save", file)
            chosen = chosen or ["best", threads, "64" if options.quick else "64,128"]
            mode, count, size = chosen
            b = peer("score.py", file, "--mode", mode, "--threads", count, "--batch-size", size,
                     "--rounds", "3")
            b = b.get("best", b)
            chosen = [b["mode"], str(b["threads"]), str(b["batch_size"])]  # the first round chooses
            ours.append(a["documents_per_second"])
            theirs.append(b["documents_per_second"])
            fractions.append(a["fraction_of_peak"])
    compared(f"scoring 512 documents, median 148 characters, LSTM 256, E 128 (peer: {chosen[0]}, "
             f"batches of {chosen[2]}), documents/s", ours, theirs, "≥ 2",
             (a["peak_rss_mb"], b["peak_rss_mb"]), statistics.median(fractions))


def single_thread(speed, arguments, options):
    single = [recur("train", *arguments, "--threads", "1", "--steps", "4", "--warmup", "1",
                    "--seconds", "0")["tokens_per_second"] for _ in range(options.rounds)]
    compared(f"training LSTM 2×512, {options.threads} threads beside one, tokens/s", [speed], single,
             "≥ 1.9")


def model(text, kind, folder):
    """Trains for one step: what is measured needs a model, not a good one."""
    directory = os.path.join(folder, kind)
    result = subprocess.run(
        [RECUR, "train", "lm", text, "--output", directory, "--tokenizer", kind, "--hidden-size", "512",
         "--embedding-size", "512", "--steps", "1", "--quiet"], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(result.stderr.strip()[:200])
    return directory


def tokenizing(kind, directory, text, least, options):
    ours, theirs = [], []
    for _ in range(options.rounds):
        a = recur("tokenize", text, "--tokenizer", kind)
        b = peer("encode.py", os.path.join(directory, "tokenizer.json"), text)
        ours.append(a["kinds"][0]["megabytes_per_second"])
        theirs.append(b["megabytes_per_second"])
    compared(f"tokenizing English, {kind}, one core (peer: Hugging Face's tokenizers), MB/s", ours,
             theirs, f"≥ {least} MB/s, ≥ 20", digits=1)


def first_character(directory, options):
    """Milliseconds from the start of the process to the first character after the prompt."""
    times = []
    for _ in range(5 * options.rounds):
        start = time.perf_counter()
        process = subprocess.Popen([RECUR, "generate", directory, "--prompt", "A", "--length", "50"],
                                   stdout=subprocess.PIPE)
        read = process.stdout.read(2)
        times.append(1000 * (time.perf_counter() - start))
        process.communicate()
        if len(read) < 2:
            raise Failed(f"recur generate: exit code {process.returncode}")
    compared("start to the first character, LSTM 2×512, ms", times, [], "≤ 30 ms")


def files(options):
    """The workloads that need a text and a model."""
    with open(os.path.join(HERE, "..", "corpora", "harbour.txt"), encoding="utf-8") as file:
        english = file.read() * 100
    with tempfile.TemporaryDirectory() as folder:
        text = os.path.join(folder, "english.txt")
        with open(text, "w", encoding="utf-8") as file:
            file.write(english)
        for kind, least in (("character", 300), ("word", 80)):
            name = f"tokenizing English, {kind}"
            directory = attempt(name, f"≥ {least} MB/s", model, text, kind, folder)
            if directory:
                attempt(name, f"≥ {least} MB/s", tokenizing, kind, directory, text, least, options)
                if kind == "character":
                    attempt("start to the first character", "≤ 30 ms", first_character, directory,
                            options)


def header(options, doctor, rounded):
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")),
                     platform.machine())
    versions = run([PYTHON, "-c", "import json, torch, onnxruntime, tokenizers; print(json.dumps("
                    "[torch.__version__, onnxruntime.__version__, tokenizers.__version__]))"])
    given = os.environ.get("OPENBLAS_CORETYPE")
    core_type = f"{given} in the environment, taken out for every run" if given else "unset"
    print("# Speed beside other tools\n")
    print(f"Written on {time.strftime('%Y-%m-%d')} by `{shlex.join(['Benchmarks/compare.py', *sys.argv[1:]])}`. "
          "Medians of the rounds, ranges in brackets; Recur and its peer by turns. The ratio is Recur's "
          "speed to that of the peer's best mode; work is the model's floating-point operations, against "
          "the peak measured in the same process; memory is the peak of Recur's process and the peer's.\n")
    for line in [
        f"Machine: {model}, {len(os.sched_getaffinity(0))} processors, "
        f"{platform.system()} {platform.release()}; load {os.getloadavg()[0]:.2f} at the start",
        f"Peak: {doctor['peak_gflops']} GFLOP/s on {doctor['threads']} threads, "
        f"{doctor['peak_gflops_one_thread']} on one; with factors in bfloat16 {rounded} on "
        f"{options.threads}; memory {doctor['read_gb_per_second']} GB/s",
        f"Kernels: {doctor['kernels']} of {', '.join(doctor['available_kernels'])}; processor: "
        f"{', '.join(doctor['cpu_features'])}",
        f"Versions: Recur {doctor['versions']['recur']}, Swift {doctor['versions']['swift']}, PyTorch "
        f"{versions[0]}, ONNX Runtime {versions[1]}, tokenizers {versions[2]}",
        f"Threads: {options.threads} on both sides in training; generation and scoring the best of 1 and "
        f"{options.threads}",
        f"OPENBLAS_CORETYPE: {core_type} (OpenBLAS chooses {doctor['openblas_core_type']})",
    ]:
        print(f"- {line}")
    print()
    row("workload", "Recur", "peer", "ratio", "target", "of the peak", "memory, MB")
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
    try:
        # The peak in bfloat16 is that of a process that computes in it.
        tiny = recur("generate", *sizes(1, 16, 16), "--precision", "bfloat16", "--seconds", "0",
                     "--threads", options.threads)
        header(options, run([RECUR, "doctor", "--json"]), tiny["peak_gflops"])
    except Failed as failure:
        sys.exit(f"compare.py: {failure}")
    speeds = {}
    for name, arguments, steps, target, is_quick in TRAINING:
        if is_quick or not options.quick:
            speeds[name] = attempt(f"training {name}", f"≥ {target}", training, name, arguments, steps,
                                   target, options)
    plain, rounded = (speeds.get(TRAINING[index][0]) for index in (0, -1))
    if plain and rounded:
        compared("training LSTM 2×512, bfloat16 beside Recur's own float32, tokens/s", [rounded],
                 [plain], "≥ 1.6")
    if plain and options.threads != "1":
        attempt("threads", "≥ 1.9", single_thread, plain, TRAINING[0][1], options)
    for hidden, precision, peer_precision, target, is_quick in GENERATION:
        if is_quick or not options.quick:
            attempt(f"generating, one stream, LSTM 2×{hidden}, {precision}", f"≥ {target}", generation,
                    hidden, precision, peer_precision, target, options)
    attempt("generating, 64 streams", "≥ 70 % of the peak", streams, options)
    attempt("scoring 512 documents", "≥ 2", scoring, options)
    files(options)


if __name__ == "__main__":
    main()
