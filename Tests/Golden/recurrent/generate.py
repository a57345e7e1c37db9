#!/usr/bin/env python3
"""Golden values of PyTorch's recurrent layers: outputs, final states and every gradient.

Run from the repository's top, with the environment of Benchmarks/peers/setup.sh:

    Benchmarks/peers/.venv/bin/python Tests/Golden/recurrent/generate.py

It writes one safetensors file for each case beside itself. Nothing is drawn at random. The keys are
described in Tests/Golden/README.md.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from golden import formula, versions, write  # noqa: E402

COMMAND = "python Tests/Golden/recurrent/generate.py"
STEPS, BATCH, INPUTS, HIDDEN = 5, 3, 4, 6
LENGTHS = [5, 2, 4]

CELLS = {
    "rnn_tanh": lambda **options: nn.RNN(nonlinearity="tanh", **options),
    "rnn_relu": lambda **options: nn.RNN(nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


def case(cell, layers=1, bidirectional=False, lengths=None):
    """All tensors of one case, by the names of the file."""
    directions = 2 if bidirectional else 1
    network = CELLS[cell](
        input_size=INPUTS, hidden_size=HIDDEN, num_layers=layers, bidirectional=bidirectional
    ).double()
    for position, (name, parameter) in enumerate(network.named_parameters()):
        scale = 0.3 if "bias" in name else 0.55
        parameter.data = formula(parameter.shape, 0.9 * position + 0.2, scale)

    state_shape = (layers * directions, BATCH, HIDDEN)
    inputs = formula((STEPS, BATCH, INPUTS), 0.4).requires_grad_()
    initial = {"initial_hidden": formula(state_shape, 1.3, 0.6).requires_grad_()}
    if cell == "lstm":
        initial["initial_cell"] = formula(state_shape, 2.1, 0.9).requires_grad_()
    state = tuple(initial.values()) if cell == "lstm" else initial["initial_hidden"]

    if lengths is None:
        outputs, final = network(inputs, state)
    else:
        packed = pack_padded_sequence(inputs, torch.tensor(lengths), enforce_sorted=False)
        packed_outputs, final = network(packed, state)
        outputs, _ = pad_packed_sequence(packed_outputs, total_length=STEPS)
    final = final if cell == "lstm" else (final,)
    finals = dict(zip(["final_hidden", "final_cell"], final))

    # Distinct weights, so that no gradient comes out right by symmetry.
    weights = {"outputs_weights": formula(outputs.shape, 2.7)}
    for position, (name, value) in enumerate(finals.items()):
        weights[f"{name}_weights"] = formula(value.shape, 3.3 + 0.8 * position)
    loss = (outputs * weights["outputs_weights"]).sum()
    for name, value in finals.items():
        loss = loss + (value * weights[f"{name}_weights"]).sum()
    loss.backward()

    parameters = dict(network.named_parameters())
    tensors = {"inputs": inputs, **initial, **parameters}
    gradients = {f"grad.{name}": tensor.grad for name, tensor in tensors.items()}
    if lengths is not None:
        tensors["lengths"] = torch.tensor(lengths)
    return {
        **tensors, "outputs": outputs, **finals, **weights, "loss": loss.reshape(1), **gradients
    }


def main():
    torch.set_num_threads(1)
    cases = []
    for cell in CELLS:
        cases += [(f"{cell}_{layers}", dict(cell=cell, layers=layers)) for layers in (1, 3)]
        cases.append((f"{cell}_1_lengths", dict(cell=cell, lengths=LENGTHS)))
    for cell in ("lstm", "gru"):
        options = dict(cell=cell, bidirectional=True)
        cases.append((f"{cell}_1_bidirectional", options))
        cases.append((f"{cell}_1_bidirectional_lengths", dict(options, lengths=LENGTHS)))

    folder = Path(__file__).resolve().parent
    for name, options in cases:
        metadata = {
            "command": COMMAND,
            **versions(),
            "cell": options["cell"],
            "layers": str(options.get("layers", 1)),
            "bidirectional": str(options.get("bidirectional", False)).lower(),
        }
        write(folder / f"{name}.safetensors", case(**options), metadata)
        print(f"{name}.safetensors")


if __name__ == "__main__":
    main()
