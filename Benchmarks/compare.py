#!/usr/bin/env python3
"""Measures Recur beside its peers on this machine and prints Markdown: the table of docs/benchmarks.md.

    make bench                                 # builds Recur, makes the peers' environment, runs this
    make bench BENCH=--quick                   # one round of the main workloads: under three minutes
    Benchmarks/compare.py --only generating    # every workload whose name contains this, of any case
    Benchmarks/compare.py > docs/benchmarks.md # all of them, on a machine that does nothing else: half an hour

Runs alternate (Recur, peer, Recur, peer, ...). Each cell is the median of the rounds, with the range in
brackets. The peer of training is PyTorch's nn.LSTM, nn.GRU or nn.RNN as strong as it was found to be
(peers/train.py; the best of its ways); of generation the best mode of PyTorch and that of ONNX Runtime
(peers/generate.py), the one that the target is about first; of scoring the best of PyTorch, padded or
packed, and that of ONNX Runtime (peers/score.py), the faster first. All begin with Recur's weights and
have to give its numbers: the losses and gradient norms of the first steps, the characters, the logits, the
count of tokens. Work is counted by the model's floating-point operations, nothing discounted, against the
peak that is measured in the same process. A workload that fails says why in its row; one below its target
has a footnote with what was measured of the reason. --quick leaves out torch.compile, single steps of
nn.LSTM, one thread and other batches than 32 of the peer's scoring, all but the first way to train, and
samples of where the time goes.

The workloads and their targets are in workloads.py, how each is measured in measuring.py, the reasons in
reasons.py.
"""

import argparse
import os
import platform
import shlex
import sys
import tempfile
import time
from functools import partial

import workloads
from measuring import Measuring
from sides import PYTHON, RECUR, Failed, peer, recur, run
from table import Table

EXPLANATION = """\
Medians of the rounds, ranges in brackets; Recur and its peer by turns. The ratio is Recur's speed to that \
of the peer's best mode; the peer is PyTorch where nothing else is named. Work is the model's \
floating-point operations, against the peak measured in the same process. It can pass 100 %, because Recur \
folds the first layer's product with its input into the table of the embedding: those operations are \
counted, on both sides, and carried out for each row of the table only. Behind "at most" is the ratio that \
the peak allows when the folded products are left out. One stream reads every weight for every character: \
its part is that of the rate at which the same threads read as many bytes and do nothing else. Memory is the \
most that Recur's process held (VmHWM), and the peer's, of generation PyTorch's. A row below its target has a \
footnote that says why."""


def header(options, doctor, rounded):
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")),
                     platform.machine())
    peers = peer("versions.py")
    given = os.environ.get("OPENBLAS_CORETYPE")
    core_type = f"{given} in the environment, taken out for every run" if given else "unset"
    print("# Speed beside other tools\n")
    print(f"Written on {time.strftime('%Y-%m-%d')} by "
          f"`{shlex.join(['Benchmarks/compare.py', *sys.argv[1:]])}`. {EXPLANATION}\n")
    for line in [
        f"Machine: {model}, {len(os.sched_getaffinity(0))} processors, "
        f"{platform.system()} {platform.release()}; load {os.getloadavg()[0]:.2f} at the start",
        f"Peak: {doctor['peak_gflops']} GFLOP/s on {doctor['threads']} threads, "
        f"{doctor['peak_gflops_one_thread']} on one; with factors in bfloat16 {rounded['peak_gflops']} on "
        f"{options.threads}; memory {doctor['read_gb_per_second']} GB/s",
        f"Kernels: {doctor['kernels']} of {', '.join(doctor['available_kernels'])}; with factors in bfloat16 "
        f"{rounded['kernels']} of {', '.join(rounded['available_kernels'])}; processor: "
        f"{', '.join(doctor['cpu_features'])}",
        f"Versions: Recur {doctor['versions']['recur']}, Swift {doctor['versions']['swift']}, PyTorch "
        f"{peers['torch']}, ONNX Runtime {peers['onnxruntime']}, tokenizers {peers['tokenizers']}",
        f"PyTorch's settings: {peers['instructions']}, oneDNN {peers['onednn']}, allocator {peers['allocator']}, "
        f"threads bound {peers['binding']}",
        f"Threads: {options.threads} on both sides in training, where no other number is named; generation "
        "and scoring the best of 1 and "
        f"{options.threads}",
        f"OPENBLAS_CORETYPE: {core_type} (OpenBLAS chooses {doctor['openblas_core_type']})",
    ]:
        print(f"- {line}")
    print()


def all_workloads(measuring, threads):
    """The name, the target, whether --quick takes it, and what measures it."""
    found = [(f"training {workload.name}, tokens/s", workload.target, workload.is_quick,
              partial(measuring.training, workload)) for workload in workloads.TRAINING
             if workload.threads != threads]
    found += [
        ("training LSTM 2×512, bfloat16 beside Recur's own float32, tokens/s", workloads.ROUNDED, False,
         measuring.rounded),
        ("training LSTM 2×512, kernels for AVX2, beside the peak of AVX2, tokens/s", workloads.FORCED,
         False, measuring.forced),
        ("training one window of 100,000 steps, LSTM 256, B 1, tokens/s", workloads.LONG, True,
         measuring.window),
    ]
    if threads != "1":
        found.append((f"training LSTM 2×512, {threads} threads beside one, tokens/s", workloads.THREADS,
                      False, measuring.two_threads))
    found += [(f"generating, one stream, LSTM 2×{workload.hidden}, {workload.precision}, characters/s",
               workload.target, workload.is_quick, partial(measuring.generation, workload))
              for workload in workloads.GENERATION]
    found += [
        ("generating, 64 streams, LSTM 2×512, float32, characters/s", workloads.STREAMS, True,
         measuring.streams),
        ("scoring 512 documents, median 148 characters, LSTM 256, E 128, documents/s", workloads.SCORING,
         True, measuring.scoring),
    ]
    found += [(f"tokenizing English, {kind}, one core, MB/s", target, True,
               partial(measuring.tokenizing, kind)) for kind, target in workloads.TOKENIZING.items()]
    found.append(("start to the first character, LSTM 2×512, ms", workloads.STARTING, True,
                  measuring.first_character))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of the main workloads")
    parser.add_argument("--only", metavar="TEXT", help="workloads whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default=str(len(os.sched_getaffinity(0))))
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    for path in (RECUR, PYTHON):
        if not os.path.exists(path):
            sys.exit(f"compare.py: {path} is missing; run make bench")
    start, table = time.monotonic(), Table()
    with tempfile.TemporaryDirectory() as folder:
        try:
            doctor = run([RECUR, "doctor", "--threads", options.threads, "--json"])
            measuring = Measuring(table, doctor, options, folder)
            found = all_workloads(measuring, options.threads)
            if options.only:
                chosen = [each for each in found if options.only.lower() in each[0].lower()]
                if not chosen:
                    names = "\n".join(each[0] for each in found)
                    sys.exit(f"compare.py: no workload has {options.only!r} in its name:\n{names}")
            else:
                chosen = [each for each in found if each[2] or not options.quick]
            # The peak and the kernels in bfloat16 are those of a process that computes in it.
            rounded = recur("generate", *workloads.sizes(1, 16, 16), "--precision", "bfloat16", "--seconds",
                            "0", "--threads", options.threads)
            header(options, doctor, rounded)
        except Failed as failure:
            sys.exit(f"compare.py: {failure}")
        table.begin()
        for name, target, _, measure in chosen:
            try:
                measure(name, target)
            except Failed as failure:
                table.failed(name, target, failure)
        table.end()
    seconds = round(time.monotonic() - start)
    print(f"\nMeasured in {seconds // 60} minutes and {seconds % 60} seconds.")


if __name__ == "__main__":
    main()
