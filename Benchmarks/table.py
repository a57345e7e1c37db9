"""The table: a row of each workload, and under it why a row is below its target."""

import statistics

COLUMNS = ["workload", "Recur", "peer", "ratio", "target", "of the peak", "memory, MB"]
TARGETS = {
    "ratio": "≥ {:g} ×",
    "percent": "≥ {:g} % of the peak",
    "memory": "memory ≤ {:g} ×",
    "megabytes": "≤ {:g} MB",
    "megabytes_per_second": "≥ {:g} MB/s",
    "milliseconds": "≤ {:g} ms",
}


def spread(values, digits=0):
    """The median, and the range behind it."""
    if not values:
        return ""
    low, middle, high = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} [{low}–{high}]" if len(values) > 1 else middle


def aim(target):
    return ", ".join(TARGETS[kind].format(value) for kind, value in target.items())


def missed(target, measured):
    """The kinds of a target that were not reached."""
    return [kind for kind, value in target.items()
            if kind in measured
            and (measured[kind] < value if "≥" in TARGETS[kind] else measured[kind] > value)]


class Table:
    def __init__(self):
        self.notes = []

    def row(self, *cells):
        print("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |", flush=True)

    def begin(self):
        self.row(*COLUMNS)
        print("|" + "---|" * len(COLUMNS), flush=True)

    def failed(self, name, target, failure):
        self.row(name, f"failed: {failure}", "", "", aim(target), "", "")

    def add(self, name, ours, theirs=(), target=None, *, peer="", share=None, reading=None, bound=None,
            memory=None, digits=0, why=None):
        """A row.

        `peer` names the mode, `share` is the part of the peak, `reading` that of the rate at which weights could
        be read, `bound` the highest ratio that the peak allows, `memory` the megabytes of both; `why` says of the
        kinds of the target that were missed for what reason.
        """
        target, middle = target or {}, statistics.median(ours)
        measured = {"megabytes_per_second": middle, "milliseconds": middle}
        ratio = percent = room = ""
        if theirs:
            measured["ratio"] = middle / statistics.median(theirs)
            ratio = f"{measured['ratio']:.2f}" + (f" (at most {bound:.2f})" if bound else "")
        if share:
            measured["percent"] = 100 * share
            percent = f"{100 * share:.0f} %"
        if reading:
            percent = f"reading: {100 * reading:.0f} %"
        if memory:
            measured["megabytes"] = memory[0]
            room = f"{memory[0]:.0f}"
            if memory[1]:
                measured["memory"] = memory[0] / memory[1]
                room += f" / {memory[1]:.0f} = {measured['memory']:.2f}"
        text, kinds = aim(target), missed(target, measured)
        if kinds:
            self.notes.append(why(kinds))
            text += f" [^{len(self.notes)}]"
        self.row(name, spread(ours, digits), spread(theirs, digits) + (f" ({peer})" if peer else ""), ratio,
                 text, percent, room)

    def end(self):
        """The reasons, as the footnotes of Markdown."""
        for number, note in enumerate(self.notes, 1):
            print(f"\n[^{number}]: {note}")
