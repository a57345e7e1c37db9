"""How either side is run: Recur's command and the scripts of its peers, each in a process of its own."""

import json
import os
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RECUR = os.path.join(HERE, "..", ".build", "release", "recur")
PYTHON = os.path.join(HERE, "peers", ".venv", "bin", "python")


class Failed(Exception):
    """A workload that could not be measured, and why."""


def environment(kernels=None):
    """That of every measured process; `kernels` are forced upon Recur."""
    # A core type in the environment would halve OpenBLAS on either side.
    variables = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    return {**variables, "RECUR_KERNELS": kernels} if kernels else variables


def run(command, seconds=1800, kernels=None):
    """The document that a command prints; `kernels` are forced upon Recur."""
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, env=environment(kernels), timeout=seconds)
        if result.returncode == 0:
            return json.loads(result.stdout)
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        reason = next((line for line in lines if line.startswith("error: ")), lines[-1])
    except subprocess.TimeoutExpired:
        reason = f"more than {seconds} s"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise Failed(f"{os.path.basename(command[0])} {' '.join(command[1:3])}: {reason[:200]}")


def recur(*arguments, kernels=None):
    document = run([RECUR, "benchmark", *arguments, "--json"], kernels=kernels)
    if kernels and document["kernels"] != kernels:
        raise Failed(f"this processor cannot run the kernels {kernels}")
    return document


def peer(script, *arguments):
    return run([PYTHON, os.path.join(HERE, "peers", script), *arguments])


def started(*arguments, length=1):
    """Milliseconds from the start of `recur` to the first bytes that it writes."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen([RECUR, *arguments], stdout=subprocess.PIPE, stderr=errors)
        read = process.stdout.read(length)
        milliseconds = 1000 * (time.perf_counter() - start)
        process.stdout.read()
        process.stdout.close()
        process.wait()
        if process.returncode != 0 or len(read) < length:
            errors.seek(0)
            raise Failed(f"recur {arguments[0]}: {errors.read(200).decode(errors='replace').strip()}")
    return milliseconds
