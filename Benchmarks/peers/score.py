#!/usr/bin/env python3
"""Scores documents of different lengths in PyTorch or ONNX Runtime: how fast, as JSON.

    recur benchmark score --save out/score.safetensors --json
    Benchmarks/peers/.venv/bin/python Benchmarks/peers/score.py out/score.safetensors \\
      --mode best --threads 1,2

The file holds the weights of a unidirectional LSTM classifier, the documents and the logits that Recur
computed. Every mode computes the same logits first, within 1e-4, or fails. Documents are sorted by
length and go through the model in batches: padded (nn.LSTM over the whole batch), packed
(PackedSequence), or padded in ONNX Runtime with the lengths given to its LSTM. `--mode best` runs every
mode, number of threads and batch size in a process of its own and prints all figures and the best of each
library.
"""

import argparse
import sys
import time

import peer
from best import report_best

MODES = ["padded", "packed", "onnx"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--pooling", choices=["last", "mean"], default="mean")
    parser.add_argument("--mode", choices=[*MODES, "best"], default="best")
    parser.add_argument("--threads", default="1", help="with --mode best a list (default 1)")
    parser.add_argument("--batch-size", default="64", help="with --mode best a list (default 64)")
    parser.add_argument("--rounds", type=int, default=5, help="over all documents (default 5)")
    peer.add_environment_options(parser)
    return parser.parse_args()


class Documents:
    """The documents, longest first, in batches that are padded to their longest."""

    def __init__(self, values, size):
        import torch

        lengths = torch.from_numpy(values["lengths"])
        texts = torch.split(torch.from_numpy(values["tokens"]), lengths.tolist())
        self.order = torch.argsort(lengths, descending=True, stable=True)
        self.batches = []
        for part in torch.split(self.order, size):
            tokens = torch.nn.utils.rnn.pad_sequence([texts[i] for i in part.tolist()])  # (T, B)
            self.batches.append((tokens, lengths[part]))


def torch_scorer(options, values):
    import torch
    from torch import nn

    weights = {name: torch.from_numpy(value) for name, value in values.items()}
    layers = sum(name.startswith("rnn.weight_ih_l") for name in weights)
    hidden = weights["rnn.weight_hh_l0"].shape[1]
    embedding = weights["embedding.weight"]
    recurrent = nn.LSTM(embedding.shape[1], hidden, num_layers=layers).eval()
    recurrent.load_state_dict(
        {name[4:]: value for name, value in weights.items() if name.startswith("rnn.")})
    head = (weights["classifier.weight"], weights["classifier.bias"])

    def score(tokens, lengths):
        vectors = nn.functional.embedding(tokens, embedding)
        if options.mode == "packed":
            outputs, _ = recurrent(nn.utils.rnn.pack_padded_sequence(vectors, lengths))
            outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs)
        else:
            outputs, _ = recurrent(vectors)
        if options.pooling == "last":
            pooled = outputs[lengths - 1, torch.arange(len(lengths))]
        elif options.mode == "packed":  # zeros behind the end
            pooled = outputs.sum(0) / lengths[:, None]
        else:
            mask = torch.arange(len(outputs))[:, None] < lengths
            pooled = torch.einsum("tbh,tb->bh", outputs, mask / lengths)
        return nn.functional.linear(pooled, *head)

    return score


def onnx_scorer(options, values):
    import numpy
    import onnx
    import onnxruntime
    import torch
    from onnx import TensorProto, helper, numpy_helper
    from onnx_step import reordered

    layers = sum(name.startswith("rnn.weight_ih_l") for name in values)
    hidden = values["rnn.weight_hh_l0"].shape[1]
    weights = {"embedding": values["embedding.weight"], "head": values["classifier.weight"],
               "head_bias": values["classifier.bias"], "one": numpy.array([1], dtype=numpy.int64),
               "zero": numpy.array([0], dtype=numpy.int64)}
    nodes = [helper.make_node("Gather", ["embedding", "tokens"], ["x0"])]
    for layer in range(layers):
        part = {name: reordered(torch.from_numpy(values[f"rnn.{name}_l{layer}"]))
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        weights[f"W{layer}"] = part["weight_ih"][None]
        weights[f"R{layer}"] = part["weight_hh"][None]
        weights[f"B{layer}"] = numpy.concatenate([part["bias_ih"], part["bias_hh"]])[None]
        nodes.append(helper.make_node(
            "LSTM", [f"x{layer}", f"W{layer}", f"R{layer}", f"B{layer}", "lengths"],
            [f"y{layer}", f"h{layer}"], hidden_size=hidden))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", "one"], [f"x{layer + 1}"]))
    if options.pooling == "last":
        nodes.append(helper.make_node("Squeeze", [f"h{layers - 1}", "zero"], ["pooled"]))
    else:
        nodes += [  # zeros behind the end
            helper.make_node("ReduceSum", [f"x{layers}", "zero"], ["sum"], keepdims=0),
            helper.make_node("Cast", ["lengths"], ["count"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["count", "one"], ["column"]),
            helper.make_node("Div", ["sum", "column"], ["pooled"]),
        ]
    nodes.append(helper.make_node("Gemm", ["pooled", "head", "head_bias"], ["logits"], transB=1))
    graph = helper.make_graph(
        nodes, "score",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["T", "B"]),
         helper.make_tensor_value_info("lengths", TensorProto.INT32, ["B"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", 2])],
        [numpy_helper.from_array(numpy.ascontiguousarray(value), name)
         for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"])

    def score(tokens, lengths):
        return torch.from_numpy(session.run(
            None, {"tokens": tokens.numpy(), "lengths": lengths.numpy().astype(numpy.int32)})[0])

    return score


def main():
    options = parse()
    if options.mode == "best":
        report_best(options, [{"mode": mode, "threads": threads, "batch_size": size} for mode in MODES
                              for threads in options.threads.split(",")
                              for size in options.batch_size.split(",")], "documents_per_second")
        return
    options.threads, options.batch_size = int(options.threads), int(options.batch_size)
    peer.prepare(options)

    import torch
    from safetensors.numpy import load_file

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.mkldnn.enabled = options.onednn == "on"
    values = load_file(options.file)
    documents = Documents(values, options.batch_size)
    seconds = []
    with torch.inference_mode():
        score = (onnx_scorer if options.mode == "onnx" else torch_scorer)(options, values)
        for _ in range(options.rounds + 1):  # the first is for warming up and the check
            start = time.perf_counter()
            parts = [score(*batch) for batch in documents.batches]
            seconds.append(time.perf_counter() - start)
        logits = torch.empty(len(documents.order), 2)
        logits[documents.order] = torch.cat(parts)
    difference = (logits - torch.from_numpy(values["logits"])).abs().max().item()
    if not difference < 1e-4:
        sys.exit(f"score.py: the logits differ by {difference:g}")
    count = len(values["lengths"])
    peer.report({
        "documents_per_second": round(peer.median_rate(count, seconds[1:]), 1),
        "tokens_per_second": round(peer.median_rate(len(values["tokens"]), seconds[1:]), 1),
        "mode": options.mode,
        "batch_size": options.batch_size,
        "largest_difference": difference,
        **peer.process_report(options, torch),
    })


if __name__ == "__main__":
    main()
