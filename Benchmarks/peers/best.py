"""The fastest of the ways in which a peer can do a piece of work, each tried in a process of its own."""

import json
import os
import subprocess
import sys

import peer


def library(mode):
    """What modes are compared within: the library and the precision of the weights."""
    return ("onnx" if "onnx" in mode else "torch") + ("_int8" if "int8" in mode else "")


def report_best(options, ways, speed):
    """Runs the script again for each of `ways`, options beside the given ones, and reports the figure `speed` of all,
    the best of each library, and what failed."""
    figures, failures = {}, []
    for way in ways:
        command = [sys.executable, *sys.argv[:1], options.file]
        for name, value in {**vars(options), **way}.items():
            if name != "file":
                command += [f"--{name.replace('_', '-')}", str(value)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 0:
            figures[" ".join(way.values())] = json.loads(result.stdout.splitlines()[-1])
        else:
            lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
            failures.append({**way, "error": lines[-1][:200]})
    if not figures:
        peer.report({"failures": failures})
        sys.exit(f"{os.path.basename(sys.argv[0])}: no mode runs"
                 + "".join(f": {failure['error']}" for failure in failures[:1]))
    best = {}
    for figure in sorted(figures.values(), key=lambda figure: figure[speed]):
        best[library(figure["mode"])] = figure
    peer.report({"best": best, "all": {name: figure[speed] for name, figure in figures.items()},
                 "failures": failures})
