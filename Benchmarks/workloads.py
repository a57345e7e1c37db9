"""What is measured, and what is aimed at.

A target is a dictionary of what is to be reached: `ratio` to the peer's speed, `percent` of the peak,
`memory` as a part of the peer's, `megabytes` in all, `megabytes_per_second`, `milliseconds`.
"""

from collections import namedtuple


def sizes(layers, hidden, embedding, batch=None, window=None):
    arguments = ["--layers", str(layers), "--hidden-size", str(hidden), "--embedding-size",
                 str(embedding), "--vocabulary-size", "96"]
    if batch:
        arguments += ["--batch-size", str(batch), "--window", str(window)]
    return arguments


# On as many threads as the run has, where none are named.
Training = namedtuple("Training", "name arguments steps target is_quick threads", defaults=[None])
Generation = namedtuple("Generation", "hidden precision target is_quick")

USUAL = ["--cell", "lstm"] + sizes(2, 512, 512, 64, 128)
TRAINING = [
    Training("LSTM 2×512, E 512, B 64, T 128", USUAL, 5,
             {"ratio": 1.6, "percent": 85, "memory": 0.4}, True),
    Training("LSTM 2×512, E 64, B 64, T 128", ["--cell", "lstm"] + sizes(2, 512, 64, 64, 128), 5,
             {"ratio": 1.35, "percent": 80}, False),
    Training("LSTM 2×128, E 128, B 50, T 50", ["--cell", "lstm"] + sizes(2, 128, 128, 50, 50), 40,
             {"ratio": 1.6, "percent": 70}, True),
    Training("LSTM 1×1024, E 64, B 64, T 64", ["--cell", "lstm"] + sizes(1, 1024, 64, 64, 64), 5,
             {"ratio": 1.25, "percent": 82}, False),
    Training("GRU 2×512, E 512, B 64, T 128", ["--cell", "gru"] + sizes(2, 512, 512, 64, 128), 5,
             {"ratio": 2.4}, True),
    Training("RNN 2×512, E 512, B 64, T 128", ["--cell", "rnn"] + sizes(2, 512, 512, 64, 128), 5,
             {"ratio": 2.5}, False),
    Training("LSTM 2×512, E 512, B 64, T 128, bfloat16", [*USUAL, "--precision", "bfloat16"], 5,
             {"ratio": 1.4}, True),
    Training("LSTM 2×512, E 512, B 64, T 128, one thread", USUAL, 3, {}, False, "1"),
    Training("LSTM 2×128, E 128, B 50, T 50, one thread",
             ["--cell", "lstm"] + sizes(2, 128, 128, 50, 50), 40, {}, False, "1"),
]
# PyTorch trains in bfloat16 in several ways; not every processor has every one.
BFLOAT16 = [["--bfloat16-mode", "full"], ["--bfloat16-mode", "full", "--mkl", "intel"],
            ["--bfloat16-mode", "autocast"], ["--bfloat16-mode", "rnn"]]
# MKL's path for Intel's processors is often the faster one on others. --quick takes the first way that runs.
FLOAT32 = [["--mkl", "intel"], []]
ROUNDED, THREADS, FORCED, LONG = {"ratio": 1.6}, {"ratio": 1.9}, {"percent": 80}, {"megabytes": 1000}
WINDOW = ["--cell", "lstm"] + sizes(1, 256, 256, 1, 100_000)

GENERATION = [
    Generation(128, "float32", {"ratio": 6}, False),
    Generation(512, "float32", {"ratio": 2.2, "memory": 0.1}, True),
    Generation(1024, "float32", {"ratio": 2.5}, False),
    Generation(512, "int8", {"ratio": 3}, True),
    Generation(1024, "bfloat16", {"ratio": 8}, False),
]
STREAMS = {"percent": 70}

DOCUMENTS = ["--hidden-size", "256", "--embedding-size", "128", "--vocabulary-size", "96",
             "--documents", "512", "--median-length", "148"]
SCORING = {"ratio": 2}

TOKENIZING = {"character": {"megabytes_per_second": 300, "ratio": 20},
              "word": {"megabytes_per_second": 80, "ratio": 20}}
STARTING = {"milliseconds": 30}
