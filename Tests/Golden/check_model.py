#!/usr/bin/env python3
"""Evaluates a Recur model directory by PyTorch and Hugging Face tokenizers alone.

    python Tests/Golden/check_model.py MODEL_DIR TEXT_FILE [--precision double|single] [--window N]

The text is one stream of batch 1, the state is carried from its start to its end, and every token but
the first is predicted. Prints one line of JSON. Exits with 1 when the directory and its
configuration do not agree, naming every difference.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

CELLS = {
    "rnn_tanh": (1, lambda *sizes: nn.RNN(*sizes, nonlinearity="tanh")),
    "rnn_relu": (1, lambda *sizes: nn.RNN(*sizes, nonlinearity="relu")),
    "lstm": (4, nn.LSTM),
    "gru": (3, nn.GRU),
}


def stop(problems):
    for problem in problems:
        print(f"check_model: {problem}", file=sys.stderr)
    sys.exit(1)


def expected_shapes(configuration):
    """Every parameter's name and shape, from the configuration alone."""
    gates, _ = CELLS[configuration["cell"]]
    vocabulary, width = configuration["vocab_size"], configuration["embedding_size"]
    shapes = {"embedding.weight": (vocabulary, width)}
    for layer, hidden in enumerate(configuration["hidden_sizes"]):
        shapes[f"rnn.weight_ih_l{layer}"] = (gates * hidden, width)
        shapes[f"rnn.weight_hh_l{layer}"] = (gates * hidden, hidden)
        shapes[f"rnn.bias_ih_l{layer}"] = (gates * hidden,)
        shapes[f"rnn.bias_hh_l{layer}"] = (gates * hidden,)
        width = hidden
    cutoffs = configuration.get("adaptive_cutoffs")
    if cutoffs:
        shapes["decoder.head.weight"] = (cutoffs[0] + len(cutoffs), width)
        for cluster, (begin, end) in enumerate(zip(cutoffs, cutoffs[1:] + [vocabulary])):
            narrow = max(1, width // 4 ** (cluster + 1))
            shapes[f"decoder.tail.{cluster}.0.weight"] = (narrow, width)
            shapes[f"decoder.tail.{cluster}.1.weight"] = (end - begin, narrow)
        return shapes
    if not configuration.get("tie_weights", False):
        shapes["decoder.weight"] = (vocabulary, width)
    shapes["decoder.bias"] = (vocabulary,)
    return shapes


def load(directory):
    """The configuration, the tensors and the tokenizer, after comparing all three."""
    missing = [
        f"{directory / name} is missing"
        for name in ("config.json", "model.safetensors", "tokenizer.json")
        if not (directory / name).is_file()
    ]
    if missing:
        stop(missing)
    configuration = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    problems = []
    if configuration.get("model_type") != "recur-language-model":
        problems.append(f'config.json: model_type is {configuration.get("model_type")!r},'
                        ' not "recur-language-model"')
    if configuration.get("cell") not in CELLS:
        problems.append(f'config.json: cell is {configuration.get("cell")!r},'
                        f' not one of {", ".join(CELLS)}')
    for key in ("vocab_size", "embedding_size"):
        if type(configuration.get(key)) is not int:
            problems.append(f"config.json: {key} is {configuration.get(key)!r}, not a whole number")
    sizes = configuration.get("hidden_sizes")
    if not isinstance(sizes, list) or not sizes or any(type(size) is not int for size in sizes):
        problems.append(f"config.json: hidden_sizes is {sizes!r}, not a list of whole numbers")
    if problems:
        stop(problems)

    tensors = load_file(directory / "model.safetensors")
    shapes = expected_shapes(configuration)
    if configuration.get("tie_weights", False) and sizes[-1] != configuration["embedding_size"]:
        problems.append(f"config.json: tied weights need the last hidden size, {sizes[-1]}, to be"
                        f' the embedding size, {configuration["embedding_size"]}')
    for name, shape in shapes.items():
        if name not in tensors:
            problems.append(f"model.safetensors: {name} {list(shape)} is missing")
        elif tuple(tensors[name].shape) != shape:
            problems.append(f"model.safetensors: {name} is {list(tensors[name].shape)}, the"
                            f" configuration says {list(shape)}")
    for name in sorted(set(tensors) - set(shapes)):
        problems.append(f"model.safetensors: {name} is in the file and not in the configuration")
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    if tokenizer.get_vocab_size() != configuration["vocab_size"]:
        problems.append(f"tokenizer.json: {tokenizer.get_vocab_size()} tokens, the configuration"
                        f' says {configuration["vocab_size"]}')
    if problems:
        stop(problems)
    return configuration, tensors, tokenizer


class LanguageModel(nn.Module):
    def __init__(self, configuration, tensors, precision):
        super().__init__()
        _, cell = CELLS[configuration["cell"]]
        width, self.layers = configuration["embedding_size"], nn.ModuleList()
        for layer, hidden in enumerate(configuration["hidden_sizes"]):
            network = cell(width, hidden)
            network.load_state_dict({
                f"{name}_l0": tensors[f"rnn.{name}_l{layer}"]
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            })
            self.layers.append(network)
            width = hidden
        self.embedding = nn.Parameter(tensors["embedding.weight"])
        self.adaptive = None
        if cutoffs := configuration.get("adaptive_cutoffs"):
            vocabulary = configuration["vocab_size"]
            self.adaptive = nn.AdaptiveLogSoftmaxWithLoss(width, vocabulary, cutoffs, div_value=4)
            self.adaptive.load_state_dict({
                name.removeprefix("decoder."): tensor for name, tensor in tensors.items()
                if name.startswith("decoder.")
            })
            # The byte tokens, ids 0 to 255, are the last classes.
            self.shift = 256 if vocabulary > 256 else 0
            self.to(precision)
            return
        tied = configuration.get("tie_weights", False)
        self.decoder = self.embedding if tied else nn.Parameter(tensors["decoder.weight"])
        self.bias = nn.Parameter(tensors["decoder.bias"])
        self.to(precision)

    def forward(self, tokens, states):
        values, next_states = nn.functional.embedding(tokens, self.embedding)[:, None], []
        for layer, state in zip(self.layers, states):
            values, state = layer(values, state)
            next_states.append(state)
        if self.adaptive is not None:
            return self.adaptive.log_prob(values[:, 0]).roll(self.shift, 1), next_states
        return nn.functional.linear(values[:, 0], self.decoder, self.bias), next_states


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="a model directory")
    parser.add_argument("text", type=Path, help="a UTF-8 text file")
    parser.add_argument("--precision", choices=["double", "single"], default="double")
    parser.add_argument("--window", type=int, default=1024,
                        help="steps at a time; does not change the result (default 1024)")
    options = parser.parse_args()

    configuration, tensors, tokenizer = load(options.model)
    text = options.text.read_bytes().decode("utf-8")
    encoding = tokenizer.encode(text, add_special_tokens=False)
    tokens = torch.tensor(encoding.ids)
    if len(tokens) < 2:
        stop([f"{options.text}: {len(tokens)} tokens, and at least 2 are needed"])
    if tokenizer.decode(tokens.tolist(), skip_special_tokens=False) != text:
        print("check_model: decoding the tokens does not give the text back", file=sys.stderr)

    precision = torch.float64 if options.precision == "double" else torch.float32
    model = LanguageModel(configuration, tensors, precision).eval()
    nats, states = 0.0, [None] * len(configuration["hidden_sizes"])
    with torch.inference_mode():
        for start in range(0, len(tokens) - 1, options.window):
            end = min(start + options.window, len(tokens) - 1)
            logits, states = model(tokens[start:end], states)
            nats += nn.functional.cross_entropy(
                logits, tokens[start + 1:end + 1], reduction="sum").item()

    # The first token is given, not predicted: the characters and bytes counted are those after it.
    predicted = len(tokens) - 1
    rest = text[encoding.offsets[0][1]:]
    characters, byte_count = len(rest), len(rest.encode())
    bits = nats / math.log(2)
    print(json.dumps({
        "bits_per_character": bits / max(characters, 1),
        "bits_per_byte": bits / max(byte_count, 1),
        "nats_per_token": nats / predicted,
        "bits_per_token": bits / predicted,
        "perplexity": math.exp(nats / predicted),
        "total_nats": nats,
        "predicted_tokens": predicted,
        "predicted_characters": characters,
        "characters": len(text),
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
