"""Why a row is below its target: what was measured of the processor and of the memory beside it."""

import math
import mmap
import os
import statistics
import time

from sides import recur, started
from workloads import sizes

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
# Kernels for processors without fast instructions for pairs of bfloat16.
WIDENING = ("portable-bfloat16", "neon-bfloat16", "avx2-bfloat16", "avx512-bfloat16")


def input_product(record):
    """The factors of the first layer's product with its input, for one token."""
    return GATES[record["cell"]] * record["hidden_size"] * record["embedding_size"]


def products(record):
    """The factors of all products for one token; a scoring's head is not counted."""
    hidden = record["hidden_size"]
    head = 0 if "documents" in record else hidden * record["vocabulary_size"]
    recurrent = GATES[record["cell"]] * hidden * hidden * (2 * record["layers"] - 1)
    return input_product(record) + recurrent + head


def highest_share(record):
    """The part of the peak that a processor at its peak would show.

    It is above 1 because folded products are counted and not carried out: those of the first layer with
    the embedding are done once for each row of the table, instead of once for each token.
    """
    tokens = record["batch_size"] * record["window"] if "window" in record else math.inf
    folded = input_product(record) * max(0, 1 - record["vocabulary_size"] / tokens)
    return products(record) / (products(record) - folded)


def percent(share):
    return f"{100 * share:.0f} %"


def room(memory, weights=""):
    smallest = recur("generate", *sizes(1, 1, 1), "--threads", "1", "--seconds", "0")["peak_rss_mb"]
    return (f"Recur holds {memory[0]:.0f} MB, with a model of one unit {smallest:.0f}{weights}; PyTorch holds "
            f"{memory[1]:.0f}.")


def time_of(sampled, highest):
    """What the threads did, the speed of the loop of multiply-adds, and that of all with this loop at the peak.

    The last as a multiple of what it is. `sampled` is what `time_shares` gives.
    """
    parts, share = sampled
    busy = parts["multiply-adds"]
    others = sorted(((part, value) for part, value in parts.items() if part != "multiply-adds"),
                    key=lambda pair: -pair[1])
    sentence = (f"Of the processor's time (samples of perf) {percent(busy)} is in the loop of multiply-adds, which runs "
                f"at {percent(share / highest / busy)} of the peak there; "
                + ", ".join(f"{part} {percent(value)}" for part, value in others) + ".")
    return sentence, 1 / (min(share / highest, busy) + 1 - busy)


def working(kinds, target, record, share, other=None, memory=None, sample=lambda: None):
    """Of products: `share` is Recur's part of the peak, `other` that of the peer.

    `sample` gives what `time_shares` does.
    """
    highest, sentences = highest_share(record), []
    if "ratio" in kinds:
        needed = target["ratio"] * other
        sentences.append(f"The peer itself runs at {percent(other)} of the peak; "
                         f"{target['ratio']:g} × would be {percent(needed)}.")
        if needed > highest:
            sentences.append("That is more multiply-adds than the processor has: without the folded "
                             f"products its peak is {percent(highest)}, {highest / other:.2f} ×.")
        else:
            sentences.append(f"The peak without the folded products is {percent(highest)}.")
    if "ratio" in kinds or "percent" in kinds:
        aimed = f" ({target['percent']} % are aimed at)" if "percent" in kinds else ""
        sentences.append(f"Recur runs at {percent(share)}{aimed}: at the peak its multiply-adds would take "
                         f"{percent(share / highest)} of its time.")
        sampled = sample()
        if sampled:
            sentence, more = time_of(sampled, highest)
            sentences.append(sentence)
            if other:
                ratio = more * share / other
                if record["kernels"] in WIDENING:
                    reason = ("is used up are the multiply-add units: this processor multiplies bfloat16 in single "
                              "precision, and widens its pairs.")
                elif ratio < target.get("ratio", 0):
                    reason = "is used up are the multiply-add units."
                else:
                    reason = "holds it up is how that loop is fed from the caches, and the parts beside it."
                sentences.append(
                    f"With that loop at the peak and all else as it is the ratio would be {ratio:.2f}: what {reason}")
    if "memory" in kinds:
        sentences.append(room(memory))
    if "megabytes" in kinds:
        sentences.append(f"The process held {record['peak_rss_mb']:.0f} MB at most (VmHWM).")
    return " ".join(sentences)


def together(record, reading, theirs):
    """What it costs that several threads write one text; `reading` is the time that its weights take."""
    if record["threads"] == 1:
        return ""
    handing = record["layers"] * record["handover_microseconds"]
    alone = recur("generate", *sizes(record["layers"], record["hidden_size"], record["embedding_size"]),
                  "--precision", record["precision"], "--temperature", "0", "--threads", "1", "--seconds", "1")
    shared = alone["microseconds_per_step"] / record["threads"] + handing
    return (f"{record['layers']} times {record['handover_microseconds']:.2f} until the threads have come to a layer and "
            "gone, which is the way of a line of the cache from core to core and back; these two alone would be "
            f"{1e6 / (reading + handing) / theirs:.2f} ×, and the latter beside an even share of what one thread "
            f"takes ({alone['microseconds_per_step']:.1f} µs) {1e6 / shared / theirs:.2f} ×; ")


def reading(kinds, target, record, theirs, memory, doctor):
    """Of one stream: every weight is read for every character."""
    sentences = []
    megabytes, there = record["weight_bytes"] / 1e6, record["read_gb_per_second"]
    if "ratio" in kinds:
        needed = target["ratio"] * theirs * megabytes / 1000
        threads = "thread" if record["threads"] == 1 else "threads"
        sentences.append(
            f"Recur reads {megabytes:.1f} MB of weights for a character, {record['weights_gb_per_second']:.0f} "
            f"GB/s on {record['threads']} {threads}; {target['ratio']:g} × would be {needed:.0f} GB/s. The same "
            f"threads, doing nothing else, read as many bytes at {there:.0f} GB/s, which would be "
            f"{1000 * there / megabytes / theirs:.2f} ×; memory gives "
            f"{doctor['read_gb_per_second']:.0f} GB/s. A character takes "
            f"{record['microseconds_per_step']:.1f} µs: {1000 * megabytes / there:.1f} of reading at that rate, "
            + together(record, 1000 * megabytes / there, theirs)
            + "the rest is gates, the choice, and what one thread does while others wait.")
    if "memory" in kinds:
        stored = 4 * products(record) / 1e6
        sentences.append(room(
            memory, f"; the weights are {stored:.0f} MB as they are stored, {megabytes:.0f} as they are "
            "read"))
    return " ".join(sentences)


def beside(target, first, second, names, sample):
    """Of two ways of Recur's own; `first` and `second` are the runs of both, `sample` is of the first."""
    peaks = [statistics.median(run["peak_gflops"] for run in runs) for runs in (first, second)]
    shares = [statistics.median(run["fraction_of_peak"] for run in runs) for runs in (first, second)]
    more = peaks[0] / peaks[1]
    verdict = f", less than {target['ratio']:g}" if more < target["ratio"] else ""
    sampled = sample()
    parts = time_of(sampled, highest_share(first[-1]))[0] if sampled else ""
    return (f"The peak {names[0]} is {more:.2f} times that {names[1]}{verdict}; Recur runs at "
            f"{percent(shares[0])} of the one and {percent(shares[1])} of the other. {parts}")


def tokenizing(speed, doctor):
    memory = doctor["read_gb_per_second_one_thread"]
    return (f"{1000 / speed:.1f} ns for each byte; memory would give one in {1 / memory:.3f} ns, so that it is the "
            "instructions of one core that are used up.")


def reading_file(path):
    """Milliseconds in which a file is read into memory that the system gives, in huge pages where it has them."""
    start = time.perf_counter()
    with open(path, "rb", buffering=0) as file, mmap.mmap(-1, os.path.getsize(path)) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        file.readinto(memory)
        return 1000 * (time.perf_counter() - start)


def starting(times, weights):
    alone = statistics.median(started("--version") for _ in times)
    read = statistics.median(reading_file(weights) for _ in times)
    return (f"The start of the process alone (`recur --version`) takes {alone:.0f} ms of them, and reading the "
            f"{os.path.getsize(weights) / 1e6:.0f} MB of weights into new memory, with nothing else, {read:.0f} ms; the "
            "rest is packing them, the table of the embedding and the first steps.")
