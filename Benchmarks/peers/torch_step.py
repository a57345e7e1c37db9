"""An LSTM in PyTorch, step by step, in every way that generates text: loops over the characters."""

from typing import List, Tuple

import torch
from torch import Tensor, nn


# Characters in a call of torch.compile.
UNROLLED = 8


def build_modules(options):
    """Embedding, nn.LSTM and decoder with the file's weights: the same in every mode."""
    return [module.eval() for module in options.saved.modules()]


def cells_of(recurrent):
    """The layers as nn.LSTMCell."""
    cells = nn.ModuleList()
    for layer in range(recurrent.num_layers):
        size = recurrent.input_size if layer == 0 else recurrent.hidden_size
        cell = nn.LSTMCell(size, recurrent.hidden_size)
        cell.load_state_dict({
            name: getattr(recurrent, f"{name}_l{layer}")
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        })
        cells.append(cell)
    return cells.eval()


def lstm_loop(options, quantized=False):
    """nn.LSTM over one step at a time."""
    embedding, recurrent, decoder = build_modules(options)
    if quantized:
        modules = quantize(nn.ModuleList([recurrent, decoder]))
        recurrent, decoder = modules[0], modules[1]
    shape = (options.saved.layers, 1, options.saved.hidden)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": (torch.zeros(shape), torch.zeros(shape))}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            outputs, carried = recurrent(embedding(token).view(1, 1, -1), carried)
            token = decoder(outputs.view(1, -1)).argmax(-1)
            written.append(token)
        state["token"], state["h"] = token, carried
        return torch.cat(written).tolist()

    return run


def cell_loop(options, quantized=False):
    """nn.LSTMCell, layer by layer."""
    embedding, recurrent, decoder = build_modules(options)
    cells = cells_of(recurrent)
    if quantized:
        modules = quantize(nn.ModuleList([*cells, decoder]))
        cells, decoder = list(modules)[:-1], modules[-1]
    zeros = torch.zeros(1, options.saved.hidden)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.saved.layers}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            values = embedding(token)
            for layer, cell in enumerate(cells):
                carried[layer] = cell(values, carried[layer])
                values = carried[layer][0]
            token = decoder(values).argmax(-1)
            written.append(token)
        state["token"] = token
        return torch.cat(written).tolist()

    return run


def quantize(modules):
    """PyTorch's dynamic int8 quantisation of the recurrent and linear layers."""
    return torch.ao.quantization.quantize_dynamic(
        modules, {nn.LSTM, nn.LSTMCell, nn.Linear}, dtype=torch.qint8)


class Step(nn.Module):
    """Several characters, for TorchScript."""

    def __init__(self, embedding, cells, decoder):
        super().__init__()
        self.embedding, self.cells, self.decoder = embedding, cells, decoder

    def forward(
        self, token: Tensor, states: List[Tuple[Tensor, Tensor]], count: int
    ) -> Tuple[Tensor, List[Tuple[Tensor, Tensor]]]:
        written: List[Tensor] = []
        for _ in range(count):
            values = self.embedding(token)
            next_states: List[Tuple[Tensor, Tensor]] = []
            for layer, cell in enumerate(self.cells):
                h, c = cell(values, states[layer])
                next_states.append((h, c))
                values = h
            states = next_states
            token = self.decoder(values).argmax(-1)
            written.append(token)
        return torch.cat(written), states


def jit_loop(options):
    """TorchScript, frozen, with the loop over the characters inside the script."""
    embedding, recurrent, decoder = build_modules(options)
    step = Step(embedding, cells_of(recurrent), decoder).eval()
    script = torch.jit.freeze(torch.jit.script(step))
    zeros = torch.zeros(1, options.saved.hidden)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.saved.layers}

    def run(count):
        written, state["h"] = script(state["token"], state["h"], count)
        state["token"] = written[-1:]
        return written.tolist()

    return run


def compile_loop(options):
    """torch.compile of some steps with frozen weights to a call."""
    import torch._inductor.config as inductor  # only here: it would add to the memory of the others

    inductor.freezing = True
    embedding, recurrent, decoder = build_modules(options)
    cells = cells_of(recurrent)

    def steps(token, hidden, cell_states):
        written = []
        for _ in range(UNROLLED):
            values, next_hidden, next_cells = embedding(token), [], []
            for layer, cell in enumerate(cells):
                h, c = cell(values, (hidden[layer], cell_states[layer]))
                next_hidden.append(h)
                next_cells.append(c)
                values = h
            hidden, cell_states = next_hidden, next_cells
            token = decoder(values).argmax(-1)
            written.append(token)
        return torch.cat(written), token, hidden, cell_states

    compiled = torch.compile(steps, dynamic=False)
    zeros = [torch.zeros(1, options.saved.hidden) for _ in range(options.saved.layers)]
    state = {"token": torch.zeros(1, dtype=torch.long), "h": zeros, "c": list(zeros)}
    pending = []

    def run(count):
        while len(pending) < count:
            written, state["token"], state["h"], state["c"] = compiled(
                state["token"], state["h"], state["c"])
            pending.extend(written.tolist())
        result = pending[:count]
        del pending[:count]
        return result

    return run
