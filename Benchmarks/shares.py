"""Where the time of Recur's threads goes: samples of perf, where it is installed and allowed."""

import json
import os
import shutil
import subprocess
import tempfile

from sides import RECUR, environment

# What the functions of the kernels do, by the beginnings of their names.
PARTS = {
    "multiply-adds": ("tile_of", "whole_matrix_tiles"),
    "gates": ("lstm_", "gru_", "rnn_"),
    "packing and cutting": ("large_product", "pack", "transpose", "whole_panels", "widen", "product"),
    "optimizer, loss and sums": ("adam", "softmax", "add", "sum_of_squares"),
    "waiting": ("serve", "recur_team_run"),
}
# The peak and the reading that a benchmark measures beside its workload are not a part of it.
YARDSTICKS = ("burn", "read_vectors")


def time_shares(*arguments, kernels=None):
    """What each of `PARTS` takes of the processor's time in a benchmark, and the part of the peak that the
    benchmark reports of itself; None without perf, or where it is not allowed.

    The first two seconds, in which memory is taken and cleared, do not count; nor does a thread that sleeps.
    """
    if shutil.which("perf") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "samples")
        try:
            measured, listed = (subprocess.run(
                command, capture_output=True, text=True, errors="replace", env=environment(kernels),
                check=True, timeout=600).stdout for command in (
                    ["perf", "record", "--quiet", "--freq", "999", "--delay", "2000", "--output", file, "--",
                     RECUR, "benchmark", *arguments, "--json"],
                    ["perf", "report", "--input", file, "--stdio", "--no-children", "--sort", "symbol",
                     "--field-separator", "\t", "--fields", "overhead,symbol"]))
            share = json.loads(measured[measured.index("{"):measured.rindex("}") + 1])["fraction_of_peak"]
        except (OSError, subprocess.SubprocessError, ValueError, KeyError):
            return None
    found = dict.fromkeys(PARTS, 0.0)
    for line in listed.splitlines():
        overhead, _, symbol = (part.strip() for part in line.partition("\t"))
        name = symbol.partition("] ")[2]
        if overhead.endswith("%") and not name.startswith(YARDSTICKS):
            part = next((part for part, names in PARTS.items() if name.startswith(names)), "the rest")
            found[part] = found.get(part, 0) + float(overhead[:-1])
    total = sum(found.values())
    if not found["multiply-adds"]:
        return None
    return {part: value / total for part, value in found.items() if value}, share
