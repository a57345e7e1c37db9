"""Where the time of Recur's threads goes: samples of perf, where it is installed and allowed."""

import os
import shutil
import subprocess
import tempfile

from sides import RECUR

# What the functions of the kernels do, by the beginnings of their names.
PARTS = {
    "multiply-adds": ("tile_of",),
    "gates": ("lstm_forward", "lstm_backward", "gru_forward", "gru_backward", "rnn_forward", "rnn_backward"),
    "packing": ("large_product", "pack_", "whole_panels"),
    "waiting": ("serve", "recur_team_run"),
}
# The peak and the reading that a benchmark measures beside its workload are not a part of it.
YARDSTICKS = ("burn", "read_vectors")


def time_shares(*arguments):
    """The part of the time that each of `PARTS` takes of a benchmark; None without perf.

    The first two seconds, in which memory is taken and cleared, do not count.
    """
    if shutil.which("perf") is None:
        return None
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "samples")
        try:
            for command in (["perf", "record", "--freq", "999", "--delay", "2000", "--output", file, "--", RECUR, "benchmark",
                             *arguments],
                            ["perf", "report", "--input", file, "--stdio", "--no-children", "--sort", "symbol",
                             "--field-separator", "\t", "--fields", "overhead,symbol"]):
                result = subprocess.run(command, capture_output=True, text=True, env=environment,
                                        check=True, timeout=600)
        except (OSError, subprocess.SubprocessError):
            return None
    found = {}
    for line in result.stdout.splitlines():
        overhead, _, symbol = (part.strip() for part in line.partition("\t"))
        name = symbol.partition("] ")[2]
        if overhead.endswith("%") and not name.startswith(YARDSTICKS):
            part = next((part for part, names in PARTS.items() if name.startswith(names)), "the rest")
            found[part] = found.get(part, 0) + float(overhead[:-1])
    total = sum(found.values())
    return {part: value / total for part, value in found.items()} if total else None
