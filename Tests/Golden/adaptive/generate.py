#!/usr/bin/env python3
"""Golden values of PyTorch's adaptive softmax: losses, log-probabilities and every gradient.

Run from the repository's top, with the environment of Benchmarks/peers/setup.sh:

    Benchmarks/peers/.venv/bin/python Tests/Golden/adaptive/generate.py

It writes one safetensors file for each case beside itself. Nothing is drawn at random. The keys are
described in Tests/Golden/README.md.
"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from golden import formula, versions, write  # noqa: E402

COMMAND = "python Tests/Golden/adaptive/generate.py"
ROWS, INPUTS, CLASSES = 14, 18, 29

CASES = {
    # Two clusters, the last of width 1; targets on both sides of every cut-off.
    "two": ([5, 12], [0, 4, 5, 11, 12, 28, 3, 3, 20, 7, 1, 12, 9, 27]),
    "one": ([9], [8, 0, 9, 28, 2, 2, 15, 6, 21, 1, 0, 10, 3, 28]),
    # The last cluster has no target, and gets no gradient.
    "idle": ([6, 20], [0, 2, 19, 6, 1, 7, 18, 0, 0, 1, 2, 11, 3, 5]),
}


def case(cutoffs, targets):
    """All tensors of one case, by the names of the file."""
    softmax = nn.AdaptiveLogSoftmaxWithLoss(INPUTS, CLASSES, cutoffs, div_value=4).double()
    for position, (_, parameter) in enumerate(softmax.named_parameters()):
        parameter.data = formula(parameter.shape, 0.9 * position + 0.2, 0.6)
    inputs = formula((ROWS, INPUTS), 0.4).requires_grad_()
    target = torch.tensor(targets)
    output, loss = softmax(inputs, target)
    loss.backward()
    tensors = {
        "inputs": inputs,
        "targets": target,
        "cutoffs": torch.tensor(cutoffs),
        "losses": -output,
        "loss": loss,
        "log_probabilities": softmax.log_prob(inputs),
        "gradient.inputs": inputs.grad,
    }
    for name, parameter in softmax.named_parameters():
        tensors[f"parameter.{name}"] = parameter
        if parameter.grad is not None:
            tensors[f"gradient.{name}"] = parameter.grad
    return tensors


def main():
    torch.set_num_threads(1)
    folder = Path(__file__).resolve().parent
    for name, (cutoffs, targets) in CASES.items():
        metadata = {"command": COMMAND, "case": name, **versions()}
        write(folder / f"{name}.safetensors", case(cutoffs, targets), metadata)


if __name__ == "__main__":
    main()
