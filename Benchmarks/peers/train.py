#!/usr/bin/env python3
"""Trains a recurrent language model in PyTorch on made-up tokens, and prints how fast, as JSON.

    Benchmarks/peers/.venv/bin/python Benchmarks/peers/train.py --cell lstm --layers 2 \\
      --hidden-size 512 --embedding-size 512 --vocabulary-size 96 --batch-size 64 --window 128 --threads 2

One step is: embedding, recurrent layers over a window (time-major), linear, cross-entropy, backward,
gradient norm clipped to 1, fused Adam; the state is carried, detached. `model_gflops` is
6 x matrix parameters x tokens per second, the matrix parameters being sum g H (I + H) + H V over the
layers with nothing discounted; the embedding's table is not counted. `tokens_per_processor_second`
divides by the processor time of all threads: on a busy machine it says more than the clock.

What was tried, on a 2-core Zen 3 machine (AVX2, no AVX-512) that other work kept busy (load 5 to 9), so
the figures are indicative only: 2x512, E 512, V 96, B 64, window 16, one thread, one run of three
steps each, tokens per processor second, torch 2.13.0+cpu.

    LSTM  jemalloc, oneDNN (the defaults here)          2546
          the system's allocator, oneDNN                2400
          jemalloc, oneDNN off (MKL's products)         2123
          the same with --mkl intel                     2097
    GRU   jemalloc (oneDNN has no part in a GRU)        2366
          the same with --mkl intel                     2606

Hence the defaults. A single run does not settle --mkl intel for a GRU: try both on a quiet machine.
Two threads and --binding have not been compared yet; threads bound to cores and waiting
actively lose much where other programs run. --instructions avx512 is for processors that have it.

bfloat16 without AVX-512: oneDNN refuses an LSTM's training under autocast (use --onednn off), and the
mode `rnn` gives the losses of float32 bit for bit, so it computes in float32 there.
"""

import argparse
import sys
import time

import peer

GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", choices=list(GATES), default="lstm")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--hidden-size", type=int, default=512)
    parser.add_argument("--embedding-size", type=int, default=512)
    parser.add_argument("--vocabulary-size", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20, help="measured steps (default 20)")
    parser.add_argument("--warm-up", type=int, default=20, help="steps before them (default 20)")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--bfloat16-mode", choices=["autocast", "full", "rnn"], default="autocast",
                        help="autocast; everything in bfloat16; or only oneDNN's recurrent layers")
    peer.add_environment_options(parser)
    return parser.parse_args()


def main():
    options = parse()
    peer.prepare(options)

    import torch
    from torch import nn

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.mkldnn.enabled = options.onednn == "on"
    torch.manual_seed(1)
    bfloat16 = options.precision == "bfloat16"
    if bfloat16 and options.bfloat16_mode == "rnn":
        torch.backends.mkldnn.rnn.fp32_precision = "bf16"

    vocabulary, hidden = options.vocabulary_size, options.hidden_size
    network = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[options.cell]
    embedding = nn.Embedding(vocabulary, options.embedding_size)
    recurrent = network(options.embedding_size, hidden, num_layers=options.layers)
    decoder = nn.Linear(hidden, vocabulary)
    model = nn.ModuleList([embedding, recurrent, decoder])
    if bfloat16 and options.bfloat16_mode == "full":
        model.bfloat16()
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=2e-3, fused=True)
    autocast = torch.autocast(
        "cpu", torch.bfloat16, enabled=bfloat16 and options.bfloat16_mode == "autocast")

    shape = (options.window + 1, options.batch_size)
    windows = [torch.randint(vocabulary, shape) for _ in range(8)]
    state, seconds, processor_seconds, losses = None, [], [], []
    for step in range(options.warm_up + options.steps):
        tokens = windows[step % len(windows)]
        start, processor_start = time.perf_counter(), time.process_time()
        with autocast:
            outputs, state = recurrent(embedding(tokens[:-1]), state)
            logits = decoder(outputs)
            loss = nn.functional.cross_entropy(
                logits.view(-1, vocabulary).float(), tokens[1:].view(-1))
        state = tuple(s.detach() for s in state) if options.cell == "lstm" else state.detach()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        losses.append(loss.item())
        if step >= options.warm_up:
            seconds.append(time.perf_counter() - start)
            processor_seconds.append(time.process_time() - processor_start)

    widths = [options.embedding_size] + [hidden] * (options.layers - 1)
    matrix_parameters = hidden * vocabulary + sum(
        GATES[options.cell] * hidden * (width + hidden) for width in widths)
    tokens_per_step = options.window * options.batch_size
    rate = peer.median_rate(tokens_per_step, seconds)
    peer.report({
        "tokens_per_second": round(rate, 1),
        "model_gflops": round(6 * matrix_parameters * rate / 1e9, 2),
        "slowest_tokens_per_second": round(tokens_per_step / max(seconds), 1),
        "fastest_tokens_per_second": round(tokens_per_step / min(seconds), 1),
        "tokens_per_processor_second": round(
            peer.median_rate(tokens_per_step, processor_seconds), 1),
        "cell": options.cell,
        "precision": options.precision + (f" ({options.bfloat16_mode})" if bfloat16 else ""),
        "first_loss": losses[0],
        "last_loss": losses[-1],
        **peer.process_report(options, torch),
    })


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"train.py: {str(error).splitlines()[0]}")
