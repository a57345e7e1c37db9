#!/usr/bin/env python3
"""Golden values of sequence classifiers in PyTorch: logits, loss and every gradient.

Run from the repository's top, with the environment of Benchmarks/peers/setup.sh:

    Benchmarks/peers/.venv/bin/python Tests/Golden/classifier/generate.py

It writes one safetensors file for each pooling and direction beside itself. Nothing is drawn at random.
The keys are described in Tests/Golden/README.md.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from golden import formula, versions, write  # noqa: E402

COMMAND = "python Tests/Golden/classifier/generate.py"
STEPS, BATCH, TOKENS, EMBEDDING, HIDDEN, LAYERS, CLASSES = 6, 4, 7, 5, 4, 2, 3
LENGTHS = [6, 1, 4, 3]
LABELS = [2, 0, 1, 2]
CLASS_WEIGHTS = [0.5, 2.0, 1.25]


def pooled(pooling, outputs, lengths, attention):
    """(T, B, W) to (B, P), over the steps of each row alone."""
    steps = torch.arange(outputs.shape[0])[:, None]
    valid = (steps < lengths[None, :])[:, :, None]  # (T, B, 1)
    if pooling == "last":
        ends = outputs[lengths - 1, torch.arange(outputs.shape[1])]
        if outputs.shape[2] == HIDDEN:
            return ends
        return torch.cat([ends[:, :HIDDEN], outputs[0, :, HIDDEN:]], dim=1)
    if pooling == "mean":
        return (outputs * valid).sum(0) / lengths[:, None]
    if pooling == "max":
        return outputs.masked_fill(~valid, -torch.inf).max(0).values
    if pooling == "attention":
        scores = (torch.tanh(outputs) @ attention).masked_fill(~valid[:, :, 0], -torch.inf)
        return (torch.softmax(scores, 0)[:, :, None] * outputs).sum(0)
    parts = [pooled(name, outputs, lengths, attention) for name in ["last", "max", "mean"]]
    return torch.cat(parts, dim=1)


def case(pooling, bidirectional):
    """All tensors of one case, by the names of the file."""
    width = HIDDEN * (2 if bidirectional else 1)
    features = 3 * width if pooling == "concat" else width
    embedding = nn.Embedding(TOKENS, EMBEDDING)
    network = nn.LSTM(EMBEDDING, HIDDEN, num_layers=LAYERS, bidirectional=bidirectional)
    classifier = nn.Linear(features, CLASSES)
    modules = nn.ModuleDict({"embedding": embedding, "rnn": network, "classifier": classifier})
    parameters = dict(modules.double().named_parameters())
    if pooling == "attention":
        parameters["attention.weight"] = nn.Parameter(torch.zeros(width, dtype=torch.float64))
    for position, (name, parameter) in enumerate(parameters.items()):
        scale = 0.3 if "bias" in name else 0.9
        parameter.data = formula(parameter.shape, 0.9 * position + 0.2, scale)

    lengths = torch.tensor(LENGTHS)
    tokens = (torch.arange(STEPS * BATCH).reshape(STEPS, BATCH) * 5 + 3) % TOKENS
    tokens = tokens * (torch.arange(STEPS)[:, None] < lengths[None, :])
    packed = pack_padded_sequence(embedding(tokens), lengths, enforce_sorted=False)
    outputs, _ = pad_packed_sequence(network(packed)[0], total_length=STEPS)
    logits = classifier(pooled(pooling, outputs, lengths, parameters.get("attention.weight")))
    labels, weights = torch.tensor(LABELS), torch.tensor(CLASS_WEIGHTS, dtype=torch.float64)
    plain = nn.functional.cross_entropy(logits, labels)
    weighted = nn.functional.cross_entropy(logits, labels, weight=weights)
    weighted.backward()
    return {
        "tokens": tokens, "lengths": lengths, "labels": labels, "class_weights": weights,
        **parameters, "logits": logits, "loss": plain.reshape(1),
        "weighted_loss": weighted.reshape(1),
        **{f"grad.{name}": parameter.grad for name, parameter in parameters.items()},
    }


def main():
    torch.set_num_threads(1)
    for pooling in ["last", "mean", "max", "attention", "concat"]:
        for bidirectional in [False, True]:
            name = pooling + ("_bidirectional" if bidirectional else "")
            path = Path(__file__).resolve().parent / f"{name}.safetensors"
            write(path, case(pooling, bidirectional), {"command": COMMAND, **versions()})


if __name__ == "__main__":
    main()
