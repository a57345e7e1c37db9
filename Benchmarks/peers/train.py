#!/usr/bin/env python3
"""Trains a recurrent language model in PyTorch as Recur did, and prints how fast, as JSON.

    recur benchmark train --cell lstm --steps 4 --warmup 0 --seconds 0 --save out/train.safetensors
    Benchmarks/peers/.venv/bin/python Benchmarks/peers/train.py out/train.safetensors --threads 2

The file holds the first weights, the tokens, the sizes of the batch and the window, and the losses of
Recur's first steps, and the norms of their gradients: losses here have to be the same within 0.1 %, norms within 1 %
(1 % and 5 % in bfloat16), or the script fails. The losses of random tokens depend little on the weights; the norms
do. One step is: embedding, recurrent layers over a window (time-major), linear, cross-entropy, backward,
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

On a 2-core Zen 4 machine (AVX-512 at half width): 2x128, E 128, V 96, B 50, window 50, two threads, tokens per
second, one or two runs of twenty steps.

    LSTM  jemalloc, oneDNN                              79k, 89k
          the same with --mkl intel                     84k, 82k
          jemalloc, oneDNN off                          32k, 48k
          the same with --mkl intel                     54k, 54k
          torch.compile with allow_rnn of nn.LSTM       49k, with --mkl intel 43k, oneDNN off 37k

Hence the defaults; --mkl intel is tried again by compare.py, which takes the faster. Threads bound to
cores and waiting actively lose much where other programs run. --instructions avx512 is for processors
that have it.

bfloat16 without AVX-512: oneDNN refuses an LSTM's training under autocast (use --onednn off), the
mode `rnn` gives the losses of float32 bit for bit, so it computes in float32 there, and everything in bfloat16
takes the better part of a minute for a step: hence --most-seconds.
"""

import argparse
import sys
import time

import peer
from saved import Saved


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="of recur benchmark train --save")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20, help="measured steps (default 20)")
    parser.add_argument("--warm-up", type=int, default=20, help="steps before them (default 20)")
    parser.add_argument("--most-seconds", type=float, default=60,
                        help="after which no step begins; the one that lasts until then is measured (default 60)")
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
    bfloat16 = options.precision == "bfloat16"
    if bfloat16 and options.bfloat16_mode == "rnn":
        torch.backends.mkldnn.rnn.fp32_precision = "bf16"

    saved = Saved(options.file)
    vocabulary, hidden = saved.vocabulary, saved.hidden
    embedding, recurrent, decoder = saved.modules()
    model = nn.ModuleList([embedding, recurrent, decoder])
    if bfloat16 and options.bfloat16_mode == "full":
        model.bfloat16()
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    autocast = torch.autocast(
        "cpu", torch.bfloat16, enabled=bfloat16 and options.bfloat16_mode == "autocast")

    windows = saved.windows()
    expected = {name: saved.tensors[name].tolist() for name in ("losses", "gradient_norms")}
    most = {"losses": 1e-2 if bfloat16 else 1e-3, "gradient_norms": 5e-2 if bfloat16 else 1e-2}
    state, seconds, processor_seconds, losses = None, [], [], []
    end = time.perf_counter() + options.most_seconds
    for step in range(options.warm_up + options.steps):
        if time.perf_counter() > end and seconds:
            break
        tokens = windows[step % len(windows)]
        start, processor_start = time.perf_counter(), time.process_time()
        with autocast:
            outputs, state = recurrent(embedding(tokens[:-1]), state)
            logits = decoder(outputs)
            loss = nn.functional.cross_entropy(
                logits.view(-1, vocabulary).float(), tokens[1:].view(-1))
        state = tuple(s.detach() for s in state) if saved.cell == "lstm" else state.detach()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        losses.append(loss.item())
        for name, value in (("losses", losses[-1]), ("gradient_norms", float(norm))):
            if step < len(expected[name]) and not abs(value / expected[name][step] - 1) < most[name]:
                sys.exit(f"train.py: of the {name} that of step {step + 1} is {value:g}, in Recur "
                         f"{expected[name][step]:g}")
        if step >= options.warm_up or time.perf_counter() > end:
            seconds.append(time.perf_counter() - start)
            processor_seconds.append(time.process_time() - processor_start)

    matrix_parameters = hidden * vocabulary + sum(
        value.numel() for value in saved.part("rnn.").values() if value.dim() == 2)
    tokens_per_step = windows[0][1:].numel()
    rate = peer.median_rate(tokens_per_step, seconds)
    peer.report({
        "tokens_per_second": round(rate, 1),
        "model_gflops": round(6 * matrix_parameters * rate / 1e9, 2),
        "slowest_tokens_per_second": round(tokens_per_step / max(seconds), 1),
        "fastest_tokens_per_second": round(tokens_per_step / min(seconds), 1),
        "tokens_per_processor_second": round(
            peer.median_rate(tokens_per_step, processor_seconds), 1),
        "cell": saved.cell,
        "precision": options.precision + (f" ({options.bfloat16_mode})" if bfloat16 else ""),
        "compared_steps": min(len(expected["losses"]), len(losses)),
        **peer.process_report(options, torch),
    })


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"train.py: {str(error).splitlines()[0]}")
