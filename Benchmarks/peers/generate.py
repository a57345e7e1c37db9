#!/usr/bin/env python3
"""Generates text, one character at a time and one stream, in PyTorch or ONNX Runtime: how fast, as JSON.

    Benchmarks/peers/.venv/bin/python Benchmarks/peers/generate.py --layers 2 --hidden-size 512 \\
      --embedding-size 512 --vocabulary-size 96 --mode best --threads 1,2 --characters 500

An LSTM's states are carried from character to character, each character is chosen (greedily, or
sampled) and fed back. `--mode best` runs every mode with every number of threads, each in a process
of its own, and prints all the figures and the best in single precision and in int8. All modes have the same weights,
and those in single precision have to write the same characters (`same_characters`). The peak memory of the
ONNX modes includes PyTorch, which makes their weights.

Indicative, 2x512, E 512, V 96, one thread, 200 characters, on a 2-core Zen 3 machine (AVX2) that other
work kept busy (load 8), characters per processor second, torch 2.13.0+cpu, onnxruntime 1.32.0: onnx 573, jit 512,
lstmcell 486; onnx-int8 4708, int8cell 1278.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time

import peer

MODES = ["lstm", "lstmcell", "jit", "compile", "onnx", "int8", "int8cell", "onnx-int8"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--hidden-size", type=int, default=512)
    parser.add_argument("--embedding-size", type=int, default=512)
    parser.add_argument("--vocabulary-size", type=int, default=96)
    parser.add_argument("--mode", choices=[*MODES, "best"], default="best")
    parser.add_argument("--threads", default="1",
                        help="with --mode best a list, for example 1,2 (default 1)")
    parser.add_argument("--characters", type=int, default=500, help="measured (default 500)")
    parser.add_argument("--warm-up", type=int, default=100,
                        help="characters before them (default 100)")
    parser.add_argument("--choice", choices=["greedy", "sampled"], default="greedy",
                        help="sampled: from the softmax, by PyTorch or NumPy (default greedy)")
    peer.add_environment_options(parser)
    return parser.parse_args()


def best(options):
    """Every mode with every number of threads, each in a process of its own."""
    figures, failures = [], []
    for mode in MODES:
        for threads in options.threads.split(","):
            command = [sys.executable, __file__]
            for name, value in vars(options).items():
                value = {"mode": mode, "threads": threads}.get(name, value)
                command += [f"--{name.replace('_', '-')}", str(value)]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode == 0:
                figures.append(json.loads(result.stdout.splitlines()[-1]))
            else:
                lines = result.stderr.strip().splitlines() or [f"exit {result.returncode}"]
                failures.append({"mode": mode, "threads": int(threads), "error": lines[-1][:200]})
    if not figures:
        peer.report({"failures": failures})
        sys.exit(1)
    single = [f for f in figures if "int8" not in f["mode"]]
    whole = [f for f in figures if "int8" in f["mode"]]
    rate = lambda figure: figure["characters_per_second"]  # noqa: E731
    peer.report({
        "best": max(single, key=rate, default=None),
        "best_int8": max(whole, key=rate, default=None),
        "same_characters": len({f["characters_sha256"] for f in single}) <= 1,
        "all": {f'{f["mode"]} {f["threads"]}': rate(f) for f in figures},
        "all_by_processor_second": {
            f'{f["mode"]} {f["threads"]}': f["characters_per_processor_second"] for f in figures
        },
        "failures": failures,
    })


def build_modules(options):
    """Embedding, nn.LSTM and decoder with the seed's weights: the same in every mode."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    embedding = nn.Embedding(options.vocabulary_size, options.embedding_size)
    recurrent = nn.LSTM(options.embedding_size, options.hidden_size, num_layers=options.layers)
    decoder = nn.Linear(options.hidden_size, options.vocabulary_size)
    # Wider than the usual start, so that greedy text does not settle on one character.
    with torch.no_grad():
        for parameter in recurrent.parameters():
            parameter.mul_(3)
    return embedding.eval(), recurrent.eval(), decoder.eval()


def cells_of(recurrent):
    """The layers as nn.LSTMCell."""
    from torch import nn

    cells = nn.ModuleList()
    for layer in range(recurrent.num_layers):
        size = recurrent.input_size if layer == 0 else recurrent.hidden_size
        cell = nn.LSTMCell(size, recurrent.hidden_size)
        cell.load_state_dict({
            name: getattr(recurrent, f"{name}_l{layer}")
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        })
        cells.append(cell)
    return cells.eval()


def chooser(options):
    import torch

    if options.choice == "greedy":
        return lambda logits: logits.argmax(-1)
    return lambda logits: torch.multinomial(logits.softmax(-1), 1).view(-1)


def lstm_loop(options, quantized=False):
    """nn.LSTM over one step at a time."""
    import torch
    from torch import nn

    embedding, recurrent, decoder = build_modules(options)
    if quantized:
        modules = quantize(nn.ModuleList([recurrent, decoder]))
        recurrent, decoder = modules[0], modules[1]
    choose = chooser(options)
    shape = (options.layers, 1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": (torch.zeros(shape), torch.zeros(shape))}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            outputs, carried = recurrent(embedding(token).view(1, 1, -1), carried)
            token = choose(decoder(outputs.view(1, -1)))
            written.append(token)
        state["token"], state["h"] = token, carried
        return torch.cat(written).tolist()

    return run


def cell_loop(options, quantized=False):
    """nn.LSTMCell, layer by layer."""
    import torch
    from torch import nn

    embedding, recurrent, decoder = build_modules(options)
    cells = cells_of(recurrent)
    if quantized:
        modules = quantize(nn.ModuleList([*cells, decoder]))
        cells, decoder = list(modules)[:-1], modules[-1]
    choose = chooser(options)
    zeros = torch.zeros(1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.layers}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            values = embedding(token)
            for layer, cell in enumerate(cells):
                carried[layer] = cell(values, carried[layer])
                values = carried[layer][0]
            token = choose(decoder(values))
            written.append(token)
        state["token"] = token
        return torch.cat(written).tolist()

    return run


def quantize(modules):
    """PyTorch's dynamic int8 quantisation of the recurrent and linear layers."""
    import torch
    from torch import nn

    return torch.ao.quantization.quantize_dynamic(
        modules, {nn.LSTM, nn.LSTMCell, nn.Linear}, dtype=torch.qint8)


def jit_loop(options):
    """TorchScript, frozen, with the loop over the characters inside the script."""
    from typing import List, Tuple

    import torch
    from torch import Tensor, nn

    class Step(nn.Module):
        def __init__(self, embedding, cells, decoder, greedy: bool):
            super().__init__()
            self.embedding, self.cells, self.decoder = embedding, cells, decoder
            self.greedy = greedy

        def forward(
            self, token: Tensor, states: List[Tuple[Tensor, Tensor]], count: int
        ) -> Tuple[Tensor, List[Tuple[Tensor, Tensor]]]:
            written: List[Tensor] = []
            for _ in range(count):
                values = self.embedding(token)
                next_states: List[Tuple[Tensor, Tensor]] = []
                for layer, cell in enumerate(self.cells):
                    h, c = cell(values, states[layer])
                    next_states.append((h, c))
                    values = h
                states = next_states
                logits = self.decoder(values)
                if self.greedy:
                    token = logits.argmax(-1)
                else:
                    token = torch.multinomial(logits.softmax(-1), 1).view(-1)
                written.append(token)
            return torch.cat(written), states

    embedding, recurrent, decoder = build_modules(options)
    step = Step(embedding, cells_of(recurrent), decoder, options.choice == "greedy").eval()
    script = torch.jit.freeze(torch.jit.script(step))
    zeros = torch.zeros(1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.layers}

    def run(count):
        written, state["h"] = script(state["token"], state["h"], count)
        state["token"] = written[-1:]
        return written.tolist()

    return run


def compile_loop(options):
    """torch.compile of one step with frozen weights, eight characters to a call."""
    import torch
    import torch._inductor.config as inductor

    inductor.freezing = True
    unrolled = 8
    embedding, recurrent, decoder = build_modules(options)
    cells, choose = cells_of(recurrent), chooser(options)

    def steps(token, hidden, cell_states):
        written = []
        for _ in range(unrolled):
            values, next_hidden, next_cells = embedding(token), [], []
            for layer, cell in enumerate(cells):
                h, c = cell(values, (hidden[layer], cell_states[layer]))
                next_hidden.append(h)
                next_cells.append(c)
                values = h
            hidden, cell_states = next_hidden, next_cells
            token = choose(decoder(values))
            written.append(token)
        return torch.cat(written), token, hidden, cell_states

    compiled = torch.compile(steps, dynamic=False)
    zeros = [torch.zeros(1, options.hidden_size) for _ in range(options.layers)]
    state = {"token": torch.zeros(1, dtype=torch.long), "h": zeros, "c": list(zeros)}
    pending = []

    def run(count):
        while len(pending) < count:
            written, state["token"], state["h"], state["c"] = compiled(
                state["token"], state["h"], state["c"])
            pending.extend(written.tolist())
        result = pending[:count]
        del pending[:count]
        return result

    return run


def onnx_runtime_loop(options, quantized=False):
    """ONNX Runtime, one step to a call."""
    from onnx_step import onnx_loop

    return onnx_loop(options, build_modules(options), quantized)


LOOPS = {
    "lstm": lstm_loop,
    "lstmcell": cell_loop,
    "jit": jit_loop,
    "compile": compile_loop,
    "int8": lambda options: lstm_loop(options, quantized=True),
    "int8cell": lambda options: cell_loop(options, quantized=True),
    "onnx": onnx_runtime_loop,
    "onnx-int8": lambda options: onnx_runtime_loop(options, quantized=True),
}


def main():
    options = parse()
    if options.mode == "best":
        best(options)
        return
    options.threads = int(options.threads)
    peer.prepare(options)

    import warnings

    warnings.filterwarnings("ignore")
    import torch

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.mkldnn.enabled = options.onednn == "on"
    with torch.inference_mode():
        run = LOOPS[options.mode](options)
        written = run(options.warm_up)
        # Ten parts, so that one disturbance does not decide.
        part, seconds, processor_seconds = max(options.characters // 10, 1), [], []
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
        "choice": options.choice,
        "distinct_characters": len(set(written)),
        "characters_sha256": hashlib.sha256(str(written).encode()).hexdigest()[:16],
        **peer.process_report(options, torch),
    }
    if "onnx" in options.mode:
        import onnxruntime

        values["onnxruntime"] = onnxruntime.__version__
    peer.report(values)


if __name__ == "__main__":
    main()
