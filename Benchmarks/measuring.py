"""How each workload is measured: Recur and its peer by turns, a row at the end."""

import functools
import os
import statistics
import subprocess

import reasons
from shares import time_shares
from sides import RECUR, Failed, peer, recur, started
from workloads import BFLOAT16, DOCUMENTS, FLOAT32, USUAL, WINDOW, sizes

# The peers that compute models, by the names that their scripts give them.
LIBRARIES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}


def middle(runs, key):
    return statistics.median(run[key] for run in runs)


def path(figure):
    return "MKL's path for Intel, " if figure["mkl"] == "intel" else ""


def scoring_way(side, figure):
    mode = "" if figure["mode"] == side else f"{figure['mode']}, "
    return (f"{LIBRARIES[side]}, {mode}{path(figure)}batches of {figure['batch_size']}, "
            f"threads: {figure['threads']}")


class Measuring:
    def __init__(self, table, doctor, options, folder):
        self.table = table
        self.doctor = doctor
        self.rounds = options.rounds
        self.threads = options.threads
        self.is_quick = options.quick
        self.folder = folder

    @property
    def thread_counts(self):
        return sorted({"1", self.threads})

    @property
    def warm_up(self):
        return 1 if self.is_quick else 2

    def steps(self, count):
        return (count + 1) // 2 if self.is_quick else count

    def train(self, arguments, steps, warm_up, *more, threads=None, kernels=None):
        return recur("train", *arguments, "--threads", threads or self.threads, "--steps", str(steps),
                     "--warmup", str(warm_up), "--seconds", "0", *more, kernels=kernels)

    def train_peer(self, file, threads, steps, warm_up, *more):
        """Fails where the losses of its first steps are not Recur's."""
        return peer("train.py", file, "--threads", threads, "--steps", str(steps), "--warm-up",
                    str(warm_up), *more)

    def sample(self, *arguments, threads=None, kernels=None):
        """Where the time goes, when it is asked for."""
        return lambda: None if self.is_quick else time_shares(
            *arguments, "--threads", threads or self.threads, "--seconds", "4", kernels=kernels)

    def compare(self, name, target, ours, theirs, speed, note, sample):
        """A row of work in products: the part of the peak is that of the same process."""
        share = middle(ours, "fraction_of_peak")
        other = share * middle(theirs, speed) / middle(ours, speed)
        memory = (ours[-1]["peak_rss_mb"], theirs[-1]["peak_rss_mb"])
        self.table.add(
            name, [run[speed] for run in ours], [run[speed] for run in theirs], target, peer=note,
            share=share, bound=reasons.highest_share(ours[-1]) / other, memory=memory,
            why=lambda kinds: reasons.working(kinds, target, ours[-1], share, other, memory, sample))

    def alone(self, name, target, runs, speed, sample=lambda: None):
        """A row without a peer."""
        share = middle(runs, "fraction_of_peak")
        self.table.add(
            name, [run[speed] for run in runs], (), target, share=share,
            memory=(runs[-1]["peak_rss_mb"], None),
            why=lambda kinds: reasons.working(kinds, target, runs[-1], share, sample=sample))

    def training(self, workload, name, target):
        ours, threads = [], workload.threads or self.threads
        steps, warm_up = self.steps(workload.steps), max(self.warm_up, workload.steps // 2)
        file = os.path.join(self.folder, "train.safetensors")
        self.train(workload.arguments, 1, 1 if self.is_quick else 3, "--save", file)
        precision = ["--precision", "bfloat16"] if "bfloat16" in workload.arguments else []
        tried = {}
        ways = BFLOAT16 if precision else FLOAT32
        for _ in range(self.rounds):
            ours.append(self.train(workload.arguments, steps, warm_up, threads=threads))
            failure = None
            for way in ways:
                try:
                    run = self.train_peer(file, threads, steps, warm_up, *precision, *way)
                    tried.setdefault(tuple(way), []).append(run)
                except Failed as reason:
                    failure = reason
                if self.is_quick and tried:
                    break
            if not tried:
                raise failure
            # One round of a busy machine does not decide between ways that are nearly as fast.
            fastest = max(middle(runs, "tokens_per_second") for runs in tried.values())
            ways = [way for way, runs in tried.items() if middle(runs, "tokens_per_second") > 0.8 * fastest]
        way, theirs = max(tried.items(), key=lambda pair: middle(pair[1], "tokens_per_second"))
        if "memory" in target and not self.is_quick:
            # The allocator that is fast gives nothing back; the smaller of both counts.
            saving = self.train_peer(file, threads, 1, 1, *precision, *way, "--allocator", "system")
            theirs[-1]["peak_rss_mb"] = min(theirs[-1]["peak_rss_mb"], saving["peak_rss_mb"])
        self.compare(
            name, target, ours, theirs, "tokens_per_second",
            ", ".join(word for word in way if not word.startswith("--")),
            self.sample("train", *workload.arguments, "--warmup", "1", threads=threads))

    def beside(self, first, second, names, more, name, target):
        """Two ways of Recur's own, each of arguments and threads, by turns."""
        pairs = [[self.train(arguments, self.steps(4), 1, threads=threads)
                  for arguments, threads in (first, second)] for _ in range(self.rounds)]
        ours, theirs = zip(*pairs)
        self.table.add(
            name, [run["tokens_per_second"] for run in ours], [run["tokens_per_second"] for run in theirs],
            target, peer="Recur", memory=(ours[-1]["peak_rss_mb"], theirs[-1]["peak_rss_mb"]),
            why=lambda _: reasons.beside(
                target, ours, theirs, names, self.sample("train", *first[0], threads=first[1])) + more)

    def rounded(self, name, target):
        self.beside(([*USUAL, "--precision", "bfloat16"], self.threads), (USUAL, self.threads),
                    ("with factors in bfloat16", "in float32"), "", name, target)

    def two_threads(self, name, target):
        reads = self.doctor["read_gb_per_second"] / self.doctor["read_gb_per_second_one_thread"]
        self.beside((USUAL, self.threads), (USUAL, "1"), (f"on {self.threads} threads", "on one"),
                    f" Memory is read {reads:.2f} times as fast.", name, target)

    def forced(self, name, target):
        runs = [self.train(USUAL, self.steps(5), self.warm_up, kernels="avx2") for _ in range(self.rounds)]
        self.alone(name, target, runs, "tokens_per_second", self.sample("train", *USUAL, kernels="avx2"))

    def window(self, name, target):
        # A step takes seconds, and the first holds all that the others do.
        self.alone(name, target, [self.train(WINDOW, self.steps(2), 0)], "tokens_per_second")

    def generate(self, hidden, *more):
        """The likeliest characters: what is drawn takes time of its own, on either side."""
        return recur("generate", *sizes(2, hidden, hidden), "--temperature", "0", *more)

    def generate_peer(self, hidden, mode, threads, *more):
        """Fails where a mode in single precision does not write Recur's characters."""
        file = os.path.join(self.folder, f"generate-{hidden}.safetensors")
        if not os.path.exists(file):
            self.generate(hidden, "--seconds", "0", "--save", file)
        return peer("generate.py", file, "--mode", mode, "--threads", threads, *more)

    @functools.lru_cache(maxsize=None)
    def best_modes(self, hidden):
        """The fastest mode of each library and precision; few characters are enough to choose."""
        # It takes longer to compile than everything else together; single steps of nn.LSTM are slow.
        skip = ["--skip", "compile,lstm"] if self.is_quick else []
        few = ["--warm-up", "40", "--characters", "160"]
        best = self.generate_peer(hidden, "best", ",".join(self.thread_counts), *skip, *few)["best"]
        for group, mode in best.items():
            if "torch" in group:
                best[group] = self.better(mode, "characters_per_second", lambda *more: self.generate_peer(
                    hidden, mode["mode"], str(mode["threads"]), *few, *more))
        return best

    def better(self, figure, speed, again):
        """What is faster: a mode of PyTorch as it is, or with MKL's path for Intel's processors."""
        if self.is_quick:
            return figure
        try:
            other = again("--mkl", "intel")
        except Failed:
            return figure
        return max(figure, other, key=lambda each: each[speed])

    def generation(self, workload, name, target):
        best, hidden = self.best_modes(workload.hidden), workload.hidden
        suffix = "_int8" if workload.precision == "int8" else ""
        arguments = ["--precision", workload.precision, "--threads"]
        threads = max(self.thread_counts, key=lambda count: self.generate(
            hidden, *arguments, count, "--seconds", "0.5")["characters_per_second"])
        modes = {side: best[side + suffix] for side in ("torch", "onnx") if side + suffix in best}
        if "torch" not in modes:
            raise Failed("no mode of PyTorch runs")
        ours, theirs = [], {side: [] for side in modes}
        for _ in range(self.rounds):
            ours.append(self.generate(hidden, *arguments, threads, "--seconds", "1"))
            for side, mode in modes.items():
                theirs[side].append(self.generate_peer(
                    hidden, mode["mode"], str(mode["threads"]), "--characters", "400", "--mkl", mode["mkl"]))
        if "memory" in target and not self.is_quick:
            mode = modes["torch"]
            saving = self.generate_peer(hidden, mode["mode"], str(mode["threads"]), "--allocator", "system")
            theirs["torch"][-1]["peak_rss_mb"] = min(
                theirs["torch"][-1]["peak_rss_mb"], saving["peak_rss_mb"])
        # In float32 the target is beside the best of all, in lower precision beside PyTorch.
        order = sorted(modes, key=lambda side: (
            workload.precision != "float32" and side != "torch",
            -middle(theirs[side], "characters_per_second")))
        for side in order:
            self.stream(name, target if side == order[0] else {}, side, ours, theirs[side], theirs["torch"])

    def stream(self, name, target, side, ours, theirs, torch):
        speeds, others = ([run["characters_per_second"] for run in runs] for runs in (ours, theirs))
        library = LIBRARIES[side]
        # Both libraries are in the process that runs ONNX Runtime: memory is beside PyTorch's alone.
        memory = (ours[-1]["peak_rss_mb"], torch[-1]["peak_rss_mb"])
        self.table.add(
            name if target else f"— the same beside {library}", speeds, others, target,
            peer=f"{library}, {theirs[-1]['mode']}, {path(theirs[-1])}threads: {theirs[-1]['threads']}",
            reading=middle(ours, "weights_gb_per_second") / middle(ours, "read_gb_per_second") if target else None,
            memory=memory if target else None,
            why=lambda kinds: reasons.reading(kinds, target, ours[-1], statistics.median(others), memory,
                                              self.doctor))

    def streams(self, name, target):
        arguments = [*sizes(2, 512, 512), "--streams", "64"]
        runs = [recur("generate", *arguments, "--threads", self.threads, "--seconds", "1")
                for _ in range(self.rounds)]
        self.alone(name, target, runs, "characters_per_second", self.sample("generate", *arguments))

    def score_peer(self, file, mode, threads, sizes, *more):
        return peer("score.py", file, "--mode", mode, "--threads", threads, "--batch-size", sizes,
                    "--rounds", "1" if self.is_quick else "3", *more)

    def score_again(self, file, figure, *more):
        return self.score_peer(
            file, figure["mode"], str(figure["threads"]), str(figure["batch_size"]), *more)

    def scoring(self, name, target):
        ours, theirs = [], {}
        file = os.path.join(self.folder, "score.safetensors")
        threads, sizes = (self.threads, "32") if self.is_quick else (
            ",".join(self.thread_counts), "16,32,64,128")
        for _ in range(self.rounds):
            ours.append(recur("score", *DOCUMENTS, "--threads", self.threads, "--seconds", "1", "--save",
                              file))
            if theirs:
                for runs in theirs.values():
                    runs.append(self.score_again(file, runs[0], "--mkl", runs[0]["mkl"]))
                continue
            best = self.score_peer(file, "best", threads, sizes)["best"]
            if "torch" in best:
                best["torch"] = self.better(
                    best["torch"], "documents_per_second",
                    lambda *more: self.score_again(file, best["torch"], *more))
            theirs = {side: [figure] for side, figure in best.items()}
        first, *others = sorted(theirs, key=lambda side: -middle(theirs[side], "documents_per_second"))
        self.compare(name, target, ours, theirs[first], "documents_per_second",
                     scoring_way(first, theirs[first][0]), self.sample("score", *DOCUMENTS))
        for side in others:
            speeds, their_speeds = (
                [run["documents_per_second"] for run in runs] for runs in (ours, theirs[side]))
            self.table.add(f"— the same beside {LIBRARIES[side]}", speeds, their_speeds,
                           peer=scoring_way(side, theirs[side][0]))

    @functools.lru_cache(maxsize=None)
    def text(self):
        """Five megabytes of English, from the manifest."""
        self.command("corpus", "fetch", "shakespeare", "--to", self.folder)
        return os.path.join(self.folder, "shakespeare.txt")

    @staticmethod
    def command(*arguments):
        result = subprocess.run([RECUR, *arguments], capture_output=True, text=True)
        if result.returncode != 0:
            raise Failed(result.stderr.strip()[:200])

    @functools.lru_cache(maxsize=None)
    def model(self, kind):
        """Trains for one step: what is measured needs a model, not a good one."""
        directory = os.path.join(self.folder, kind)
        self.command("train", "lm", self.text(), "--output", directory, "--tokenizer", kind, "--hidden-size",
                     "512", "--embedding-size", "512", "--steps", "1", "--validation-fraction", "0", "--quiet")
        return directory

    def tokenizing(self, kind, name, target):
        ours, theirs, directory = [], [], self.model(kind)
        for _ in range(self.rounds):
            document = recur("tokenize", self.text(), "--tokenizer", kind)
            run = document["kinds"][0]
            other = peer("encode.py", os.path.join(directory, "tokenizer.json"), self.text())
            # A colon between letters joins them there, and not by the rules of CLDR.
            if abs(run["tokens"] - other["tokens"]) > 1e-4 * run["tokens"]:
                raise Failed(f"{run['tokens']} tokens, and {other['tokens']} by the peer")
            ours.append(run["megabytes_per_second"])
            theirs.append(other["megabytes_per_second"])
        self.table.add(
            name, ours, theirs, target, peer="Hugging Face's tokenizers", digits=1,
            memory=(document["peak_rss_mb"], other["peak_rss_mb"]),
            why=lambda _: reasons.tokenizing(statistics.median(ours), self.doctor))

    def first_character(self, name, target):
        directory = self.model("character")
        arguments = ["generate", directory, "--prompt", "A", "--length", "50"]
        # The prompt is the first character, which needs no model.
        times = [started(*arguments, length=2) for _ in range(5 * self.rounds)]
        weights = os.path.join(directory, "model.safetensors")
        self.table.add(name, times, (), target, why=lambda _: reasons.starting(times, weights))
