#!/usr/bin/env python3
"""Scores a labelled file with a model by `recur sentiment` and by PyTorch, and prints both times.

    Benchmarks/reviews.py out/imdb test.tsv.gz

Recur's time is that of the whole command: start, reading, tokenizing, scoring, writing. PyTorch's is the
model's alone (peers/score_model.py), the texts tokenized and in memory; beside it stands the time with its
tokenizer. The probabilities of the network have to be the same; a model's n-grams, which PyTorch knows nothing
of, are part of Recur's time alone. `make bench` makes the environment of the peer.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from sides import PYTHON, RECUR, Failed, run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--threads", default=str(len(os.sched_getaffinity(0))))
    parser.add_argument("--batch-size", default="64", help="the peer's (default 64)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scored = os.path.join(folder, "scored.jsonl")

        def score(model):
            start = time.perf_counter()
            result = subprocess.run(
                [RECUR, "sentiment", "--model", model, "--input", options.file, "--output", scored,
                 "--threads", options.threads, "--quiet"], capture_output=True, text=True)
            if result.returncode != 0:
                sys.exit(result.stderr.strip())
            return time.perf_counter() - start

        seconds = score(options.model)
        with open(os.path.join(options.model, "config.json"), encoding="utf-8") as file:
            configuration = json.load(file)
        if configuration.pop("ngram_scale", None) is not None:
            network = os.path.join(folder, "network")
            os.mkdir(network)
            for name in ["tokenizer.json", "model.safetensors"]:
                shutil.copy(os.path.join(options.model, name), network)
            with open(os.path.join(network, "config.json"), "w", encoding="utf-8") as file:
                json.dump(configuration, file)
            score(network)
        try:
            peer = run([PYTHON, os.path.join(os.path.dirname(__file__), "peers", "score_model.py"),
                        options.model, scored, "--threads", options.threads, "--batch-size",
                        options.batch_size])
        except Failed as failure:
            sys.exit(f"reviews.py: {failure}")
    other = peer["scoring_seconds"]
    print(json.dumps({
        "texts": peer["texts"], "threads": int(options.threads), "recur_seconds": round(seconds, 2),
        "torch_scoring_seconds": other,
        "torch_with_tokenizing_seconds": round(other + peer["tokenizing_seconds"], 2),
        "ratio": round(other / seconds, 2), "largest_difference": peer["largest_difference"],
        "torch": peer["torch"],
    }, indent=2))


if __name__ == "__main__":
    main()
