"""What the peer scripts share: the process's environment, and the report.

The thread count, the allocator and the instruction set of PyTorch are read when it is loaded, so
`prepare` sets them and starts the script once more; nothing is left behind for another process.
"""

import json
import os
import statistics
import sys
from pathlib import Path

# The mark of the second start, so that there is no third.
PREPARED = "RECUR_PEER_PREPARED"


def add_environment_options(parser):
    parser.add_argument("--binding", choices=["none", "close"], default="close",
                        help="OMP_PROC_BIND with an active wait, or nothing (default close)")
    parser.add_argument("--allocator", choices=["system", "jemalloc"], default="jemalloc",
                        help="default jemalloc where it is found, else the system's")
    parser.add_argument("--onednn", choices=["on", "off"], default="on",
                        help="off: PyTorch's own recurrent layers over MKL's products (default on)")
    parser.add_argument("--mkl", choices=["default", "intel"], default="default",
                        help="intel: let MKL take its path for Intel's processors on any (setup.sh)")
    parser.add_argument("--instructions", choices=["default", "avx2", "avx512"], default="default",
                        help="ATEN_CPU_CAPABILITY (default: what PyTorch chooses)")


HERE = Path(__file__).resolve().parent


def jemalloc():
    """Where the allocator is: from setup.sh, or installed; nothing when it is not there."""
    places = list((HERE / ".venv" / "jemalloc").glob("usr/lib/*/libjemalloc.so.2"))
    places += Path("/usr/lib").glob("*/libjemalloc.so.2")
    return str(places[0]) if places else None


def prepare(options):
    """Sets what has to be set before PyTorch is loaded, and starts the script again with it."""
    if os.environ.get(PREPARED):
        return
    environment = dict(os.environ)
    environment[PREPARED] = "1"
    environment["OMP_NUM_THREADS"] = environment["MKL_NUM_THREADS"] = str(options.threads)
    if options.binding == "close":
        environment["OMP_PROC_BIND"] = "close"
        environment["OMP_WAIT_POLICY"] = "active"
    if options.instructions != "default":
        environment["ATEN_CPU_CAPABILITY"] = options.instructions
    preloads = []
    if options.mkl == "intel":
        library = HERE / ".venv" / "mkl-intel.so"
        if not library.exists():
            sys.exit(f"{library} is missing: setup.sh makes it where there is a C compiler")
        preloads.append(str(library))
    library = jemalloc() if options.allocator == "jemalloc" else None
    if library:
        preloads.append(library)
        environment["MALLOC_CONF"] = (
            "oversize_threshold:1,background_thread:false,metadata_thp:auto,"
            "dirty_decay_ms:-1,muzzy_decay_ms:-1")
    if preloads:
        environment["LD_PRELOAD"] = ":".join(preloads)
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def peak_memory():
    """The most bytes that this program held; getrusage counts what the one that started it held."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def process_report(options, torch):
    """What of the process belongs beside every figure."""
    return {
        "peak_rss_mb": round(peak_memory() / 1e6, 1),
        "threads": options.threads,
        "torch": torch.__version__,
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "onednn": options.onednn,
        "mkl": options.mkl,
        "binding": options.binding,
        "allocator": "jemalloc" if "jemalloc" in os.environ.get("LD_PRELOAD", "") else "system",
        "load_average": round(os.getloadavg()[0], 2),
    }


def median_rate(amount, seconds):
    """The rate of the median step."""
    return amount / statistics.median(seconds)


def report(values):
    print(json.dumps(values), flush=True)
