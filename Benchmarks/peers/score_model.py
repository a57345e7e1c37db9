#!/usr/bin/env python3
"""Scores a file of texts in PyTorch with a classifier that Recur trained: how fast, as JSON.

    Benchmarks/peers/.venv/bin/python Benchmarks/peers/score_model.py out/imdb texts.jsonl --threads 2

The directory is `recur train sentiment`'s, of one LSTM layer in one direction or both, with the pooling
concat. `texts.jsonl` is what `recur sentiment --output` wrote of the texts: text and probabilities, which
have to be the same within 1e-3. Texts are sorted by length and go through nn.LSTM as PackedSequences; a
text that is longer than the model's `maximum_tokens` goes in segments of that length, the forward state
handed on and the backward one begun anew, as in Recur. What is timed is the tokenizing with the
tokenizers package, on all threads, and the model; not the reading of the file nor the start of Python.
"""

import argparse
import json
import sys
import time

import peer


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=1)
    peer.add_environment_options(parser)
    return parser.parse_args()


class Scorer:
    def __init__(self, directory):
        import torch
        from safetensors.torch import load_file
        from torch import nn

        with open(f"{directory}/config.json", encoding="utf-8") as file:
            config = json.load(file)
        if config["cell"] != "lstm" or config["num_layers"] != 1 or config["pooling"] != "concat":
            sys.exit("score_model.py: only one LSTM layer with the pooling concat is known")
        weights = load_file(f"{directory}/model.safetensors")
        self.embedding = weights["embedding.weight"]
        self.hidden = config["hidden_size"]
        self.both = config["bidirectional"]
        self.segment = config["maximum_tokens"] if self.both else 1024
        self.temperature = config["temperature"]
        self.names = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
        self.head = (weights["classifier.weight"], weights["classifier.bias"])
        self.lstm = nn.LSTM(self.embedding.shape[1], self.hidden, bidirectional=self.both).eval()
        self.lstm.load_state_dict(
            {name[4:]: value for name, value in weights.items() if name.startswith("rnn.")})

    def __call__(self, texts):
        """The probabilities of texts, tensors of ids, the longest first."""
        import torch
        from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

        count, directions = len(texts), 2 if self.both else 1
        width = directions * self.hidden
        lengths = torch.tensor([len(text) for text in texts])
        total = torch.zeros(count, width)
        greatest = torch.full((count, width), -torch.inf)
        last = torch.zeros(count, width)
        state = torch.zeros(directions, count, self.hidden), torch.zeros(directions, count, self.hidden)
        for begin in range(0, int(lengths[0]), self.segment):
            alive = int((lengths > begin).sum())
            part = [text[begin:begin + self.segment] for text in texts[:alive]]
            sizes = torch.tensor([len(text) for text in part])
            vectors = torch.nn.functional.embedding(pad_sequence(part), self.embedding)
            packed, state = self.lstm(
                pack_padded_sequence(vectors, sizes, enforce_sorted=False),
                tuple(value[:, :alive].contiguous() for value in state))
            outputs, _ = pad_packed_sequence(packed)
            total[:alive] += outputs.sum(0)
            masked = outputs.masked_fill(
                (torch.arange(len(outputs))[:, None] >= sizes)[..., None], -torch.inf)
            greatest[:alive] = torch.maximum(greatest[:alive], masked.amax(0))
            last[:alive, :self.hidden] = state[0][0]
            if self.both:
                if begin == 0:
                    last[:, self.hidden:] = outputs[0, :, self.hidden:]
                state[0][1:] = state[1][1:] = 0
        empty = (lengths == 0)[:, None]
        pooled = torch.cat([last, greatest.masked_fill(empty, 0),
                            total / lengths.clamp(min=1)[:, None]], 1)
        return torch.softmax(torch.nn.functional.linear(pooled, *self.head) / self.temperature, 1)


def main():
    options = parse()
    peer.prepare(options)

    import torch
    from tokenizers import Tokenizer

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.mkldnn.enabled = options.onednn == "on"
    tokenizer = Tokenizer.from_file(f"{options.model}/tokenizer.json")
    scorer = Scorer(options.model)
    with open(options.texts, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    # Recur folds case in full, where the tokenizers package knows lower case alone: they differ in "ß".
    if json.loads(tokenizer.to_str())["normalizer"] == {"type": "Lowercase"}:
        for row in rows:
            row["text"] = row["text"].casefold()
    expected = torch.tensor([[row[f"p_{name}"] for name in scorer.names] for row in rows])
    tokenizing, scoring = [], []
    with torch.inference_mode():
        for _ in range(options.rounds):
            start = time.perf_counter()
            texts = [torch.tensor(encoding.ids)
                     for encoding in tokenizer.encode_batch([row["text"] for row in rows])]
            middle = time.perf_counter()
            order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
            probabilities = torch.empty(len(texts), len(scorer.names))
            for first in range(0, len(order), options.batch_size):
                part = order[first:first + options.batch_size]
                probabilities[part] = scorer([texts[index] for index in part])
            tokenizing.append(middle - start)
            scoring.append(time.perf_counter() - middle)
    difference = (probabilities - expected).abs().max().item()
    if not difference < 1e-3:
        sys.exit(f"score_model.py: the probabilities differ by {difference:g}")
    peer.report({
        "texts": len(rows),
        "tokenizing_seconds": round(min(tokenizing), 2),
        "scoring_seconds": round(min(scoring), 2),
        "texts_per_second": round(len(rows) / min(scoring), 1),
        "largest_difference": difference,
        **peer.process_report(options, torch),
    })


if __name__ == "__main__":
    main()
