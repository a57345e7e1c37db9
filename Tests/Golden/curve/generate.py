#!/usr/bin/env python3
"""Golden training curves of a small character language model in PyTorch, in double precision.

Run from the repository's top, with the environment of Benchmarks/peers/setup.sh:

    Benchmarks/peers/.venv/bin/python Tests/Golden/curve/generate.py

The model is embedding 8 -> two recurrent layers of 16 -> linear over V = 12; the stream is cut into
B = 4 tracks and windows of T = 7; the state is carried from window to window, detached. Each step
clips the gradient to norm 1 and updates. It writes one safetensors file for each case beside itself.
Nothing is drawn at random. The keys are described in Tests/Golden/README.md.
"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from golden import formula, versions, write  # noqa: E402

COMMAND = "python Tests/Golden/curve/generate.py"
VOCABULARY, EMBEDDING, HIDDEN, LAYERS = 12, 8, 16, 2
BATCH, WINDOW, CLIPPING_NORM = 4, 7, 1.0

CELLS = {
    "rnn_tanh": lambda **options: nn.RNN(nonlinearity="tanh", **options),
    "rnn_relu": lambda **options: nn.RNN(nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}

# The decoder's weights are scaled so that the gradient is clipped at some steps and not at others.
DECODER_SCALES = {"rnn_tanh": 0.7, "rnn_relu": 0.3, "lstm": 3.5, "gru": 2.0}

# Everything not written here is PyTorch's default.
OPTIMIZERS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=2e-3),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=2e-3, weight_decay=0.01),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=2e-3),
}


class LanguageModel(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.rnn = CELLS[cell](input_size=EMBEDDING, hidden_size=HIDDEN, num_layers=LAYERS)
        self.decoder = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, tokens, state):
        outputs, state = self.rnn(self.embedding(tokens), state)
        return self.decoder(outputs), state


def token_stream(count):
    """A stream with structure: the number i stands for is (i^2 div 7 + 3 i) mod V."""
    index = torch.arange(count)
    return (index * index // 7 + 3 * index) % VOCABULARY


def curve(cell, optimizer_name, steps, precision=torch.float64):
    """All tensors of one training, by the names of the file."""
    model = LanguageModel(cell).to(precision)
    for position, (name, parameter) in enumerate(model.named_parameters()):
        scale = {"embedding.weight": 1.0, "decoder.weight": DECODER_SCALES[cell]}.get(name, 0.35)
        parameter.data = formula(parameter.shape, 0.9 * position + 0.2, scale).to(precision)
    initial = {f"initial.{n}": p.detach().clone() for n, p in model.named_parameters()}

    tokens = token_stream(BATCH * WINDOW * steps + 1)
    tracks = tokens[:-1].reshape(BATCH, -1).T  # (steps * T, B)
    targets = tokens[1:].reshape(BATCH, -1).T

    optimizer = OPTIMIZERS[optimizer_name](model.parameters())
    losses, norms, state = [], [], None
    for step in range(steps):
        rows = slice(step * WINDOW, (step + 1) * WINDOW)
        logits, state = model(tracks[rows], state)
        state = tuple(s.detach() for s in state) if cell == "lstm" else state.detach()
        loss = nn.functional.cross_entropy(
            logits.reshape(-1, VOCABULARY), targets[rows].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), CLIPPING_NORM)
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())

    return {
        "tokens": tokens,
        **initial,
        "losses": torch.tensor(losses, dtype=torch.float64),
        "gradient_norms": torch.tensor(norms, dtype=torch.float64),
        **{f"final.{n}": p.detach() for n, p in model.named_parameters()},
    }


def main():
    torch.set_num_threads(1)
    cases = [(cell, "adam", 50) for cell in CELLS]
    cases += [("lstm", optimizer, 20) for optimizer in ("adamw", "sgd", "rmsprop")]
    folder = Path(__file__).resolve().parent
    for cell, optimizer, steps in cases:
        name = f"{cell}_{optimizer}.safetensors"
        tensors = curve(cell, optimizer, steps)
        single = curve(cell, optimizer, steps, torch.float32)["losses"]
        losses, norms = tensors["losses"], tensors["gradient_norms"]
        defaults = OPTIMIZERS[optimizer]([torch.zeros(1)]).defaults
        metadata = {
            "command": COMMAND,
            **versions(),
            "cell": cell,
            "optimizer": optimizer,
            "optimizer_options": " ".join(f"{k}={v}" for k, v in sorted(defaults.items())),
            "steps": str(steps),
            "batch_size": str(BATCH),
            "window_length": str(WINDOW),
            "clipping_norm": str(CLIPPING_NORM),
        }
        write(folder / name, tensors, metadata)
        difference = ((single - losses) / losses).abs().max().item()
        clipped = int((norms > CLIPPING_NORM).sum())
        print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, {clipped} of {steps} steps"
              f" clipped, single precision differs by {difference:.1e}")


if __name__ == "__main__":
    main()
