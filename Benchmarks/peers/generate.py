#!/usr/bin/env python3
"""Generates text, one character at a time and one stream, in PyTorch or ONNX Runtime: how fast, as JSON.

    recur benchmark generate --temperature 0 --seconds 0 --save out/generate.safetensors
    Benchmarks/peers/.venv/bin/python Benchmarks/peers/generate.py out/generate.safetensors --threads 1,2

The file holds the weights and the characters that Recur wrote. An LSTM's states are carried from character
to character, the likeliest character is chosen and fed back. Modes in single precision have to write
Recur's characters before they are timed, or fail; those in int8 are others' numbers and may write others.
`--mode best` runs every mode with every number of threads, each in a process of its own, and prints all the
figures and the best of each library in single precision and in int8. The peak memory of the ONNX modes
includes PyTorch, which makes their weights.

Indicative, 2x512, E 512, V 96, one thread, 200 characters, on a 2-core Zen 3 machine (AVX2) that other
work kept busy (load 8), characters per processor second, torch 2.13.0+cpu, onnxruntime 1.32.0: onnx 573, jit 512,
lstmcell 486; onnx-int8 4708, int8cell 1278.
"""

import argparse
import sys
import time

import peer
from best import report_best
from saved import Saved

MODES = ["lstm", "lstmcell", "jit", "compile", "onnx", "int8", "int8cell", "onnx-int8"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="of recur benchmark generate --save")
    parser.add_argument("--mode", choices=[*MODES, "best"], default="best")
    parser.add_argument("--skip", default="", help="with --mode best, modes that are left out: a list")
    parser.add_argument("--threads", default="1",
                        help="with --mode best a list, for example 1,2 (default 1)")
    parser.add_argument("--characters", type=int, default=500, help="measured (default 500)")
    parser.add_argument("--warm-up", type=int, default=100,
                        help="characters before them (default 100)")
    peer.add_environment_options(parser)
    return parser.parse_args()


def whole(count):
    """As many characters, or some more, so that no call of any mode is left unfinished."""
    from torch_step import UNROLLED

    return max(1, -(-count // UNROLLED)) * UNROLLED


def loop_of(options):
    """What writes a number of characters in the chosen mode; PyTorch is loaded here first."""
    import torch_step as steps

    if "onnx" in options.mode:
        from onnx_step import onnx_loop

        return onnx_loop(options, steps.build_modules(options), options.mode == "onnx-int8")
    return {
        "lstm": steps.lstm_loop,
        "lstmcell": steps.cell_loop,
        "jit": steps.jit_loop,
        "compile": steps.compile_loop,
        "int8": lambda options: steps.lstm_loop(options, quantized=True),
        "int8cell": lambda options: steps.cell_loop(options, quantized=True),
    }[options.mode](options)


def main():
    options = parse()
    if options.mode == "best":
        modes = [mode for mode in MODES if mode not in options.skip.split(",")]
        report_best(options, [{"mode": mode, "threads": threads} for mode in modes
                              for threads in options.threads.split(",")], "characters_per_second")
        return
    options.threads = int(options.threads)
    peer.prepare(options)

    import warnings

    warnings.filterwarnings("ignore")
    import torch

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.mkldnn.enabled = options.onednn == "on"
    options.saved = Saved(options.file)
    with torch.inference_mode():
        run = loop_of(options)
        # Whole calls of torch.compile, which writes some characters at a time.
        written = run(whole(options.warm_up))
        expected = options.saved.tensors["characters"].tolist()
        if "int8" not in options.mode and written[:len(expected)] != expected[:len(written)]:
            sys.exit(f"generate.py: {options.mode} writes {written}, Recur {expected}")
        # Ten parts, so that one disturbance does not decide.
        part, seconds, processor_seconds = whole(options.characters // 10), [], []
        for _ in range(10):
            start, processor_start = time.perf_counter(), time.process_time()
            written += run(part)
            seconds.append(time.perf_counter() - start)
            processor_seconds.append(time.process_time() - processor_start)
    values = {
        "characters_per_second": round(peer.median_rate(part, seconds), 1),
        "slowest_characters_per_second": round(part / max(seconds), 1),
        "characters_per_processor_second": round(peer.median_rate(part, processor_seconds), 1),
        "mode": options.mode,
        "distinct_characters": len(set(written)),
        **peer.process_report(options, torch),
    }
    if "onnx" in options.mode:
        import onnxruntime

        values["onnxruntime"] = onnxruntime.__version__
    peer.report(values)


if __name__ == "__main__":
    main()
