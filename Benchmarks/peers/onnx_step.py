"""One step of an LSTM as an ONNX graph, and ONNX Runtime generating with it."""

import os
import tempfile

import numpy
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def reordered(tensor):
    """Rows in PyTorch's gate order, i f g o, to ONNX's, i o f c."""
    i, f, g, o = tensor.detach().chunk(4)
    return torch.cat([i, o, f, g]).numpy()


def onnx_model(options, modules):
    """One step as an ONNX graph: token and states in, token and states out."""
    embedding, recurrent, decoder = modules
    hidden = options.saved.hidden
    weights = {
        "embedding": embedding.weight.detach().numpy(),
        "decoder_weight": decoder.weight.detach().T.contiguous().numpy(),
        "decoder_bias": decoder.bias.detach().numpy(),
    }
    nodes = [helper.make_node("Gather", ["embedding", "token"], ["x0"])]
    inputs = [helper.make_tensor_value_info("token", TensorProto.INT64, [1, 1])]
    outputs = []
    for layer in range(options.saved.layers):
        weight = {
            name: reordered(getattr(recurrent, f"{name}_l{layer}"))
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        weights[f"W{layer}"] = weight["weight_ih"][None]
        weights[f"R{layer}"] = weight["weight_hh"][None]
        weights[f"B{layer}"] = numpy.concatenate([weight["bias_ih"], weight["bias_hh"]])[None]
        nodes.append(helper.make_node(
            "LSTM", [f"x{layer}", f"W{layer}", f"R{layer}", f"B{layer}", "", f"h{layer}", f"c{layer}"],
            ["", f"h{layer}_next", f"c{layer}_next"], hidden_size=hidden))
        # The state after one step is the output of the one step, in the shape the next layer reads.
        nodes.append(helper.make_node("Identity", [f"h{layer}_next"], [f"x{layer + 1}"]))
        for name in (f"h{layer}", f"c{layer}"):
            inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, hidden]))
            outputs.append(
                helper.make_tensor_value_info(f"{name}_next", TensorProto.FLOAT, [1, 1, hidden]))
    nodes += [
        helper.make_node("Squeeze", [f"x{options.saved.layers}", "axis"], ["last"]),
        helper.make_node("MatMul", ["last", "decoder_weight"], ["product"]),
        helper.make_node("Add", ["product", "decoder_bias"], ["logits"]),
    ]
    weights["axis"] = numpy.array([0], dtype=numpy.int64)
    nodes.append(helper.make_node("ArgMax", ["logits"], ["chosen"], axis=1, keepdims=1))
    first = helper.make_tensor_value_info("chosen", TensorProto.INT64, [1, 1])
    graph = helper.make_graph(
        nodes, "step", inputs, [first] + outputs,
        [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def onnx_loop(options, modules, quantized):
    """ONNX Runtime, one step to a call; states and token stay in its own memory."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(options.threads)
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "step.onnx")
        onnx.save(onnx_model(options, modules), path)
        if quantized:
            smaller = os.path.join(folder, "int8.onnx")
            quantize_dynamic(path, smaller, weight_type=QuantType.QInt8)
            path = smaller
        session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])

    # Two sets of buffers, in and out by turns, bound once: a step copies nothing.
    names = [f"{part}{layer}" for layer in range(options.saved.layers) for part in "hc"]
    shape = (1, 1, options.saved.hidden)
    tokens = [numpy.zeros((1, 1), dtype=numpy.int64) for _ in range(2)]
    states = [{name: numpy.zeros(shape, dtype=numpy.float32) for name in names} for _ in range(2)]
    value = onnxruntime.OrtValue.ortvalue_from_numpy
    buffers = [
        {"token": value(tokens[side]), **{name: value(states[side][name]) for name in names}}
        for side in range(2)
    ]
    bindings = []
    for side in range(2):
        binding = session.io_binding()
        binding.bind_ortvalue_input("token", buffers[side]["token"])
        binding.bind_ortvalue_output("chosen", buffers[1 - side]["token"])
        for name in names:
            binding.bind_ortvalue_input(name, buffers[side][name])
            binding.bind_ortvalue_output(f"{name}_next", buffers[1 - side][name])
        bindings.append(binding)
    state = {"side": 0}

    def run(count):
        side, written = state["side"], []
        for _ in range(count):
            session.run_with_iobinding(bindings[side])
            side = 1 - side
            written.append(int(buffers[side]["token"].numpy()[0, 0]))
        state["side"] = side
        return written

    return run
