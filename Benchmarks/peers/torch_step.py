"""An LSTM in PyTorch, step by step, in every way that generates text: loops over the characters."""

from typing import List, Tuple

import torch
from torch import Tensor, nn


def build_modules(options):
    """Embedding, nn.LSTM and decoder with the seed's weights: the same in every mode."""
    torch.manual_seed(1)
    embedding = nn.Embedding(options.vocabulary_size, options.embedding_size)
    recurrent = nn.LSTM(options.embedding_size, options.hidden_size, num_layers=options.layers)
    decoder = nn.Linear(options.hidden_size, options.vocabulary_size)
    # Wider than the usual start, so that greedy text does not settle on one character.
    with torch.no_grad():
        for parameter in recurrent.parameters():
            parameter.mul_(3)
    return embedding.eval(), recurrent.eval(), decoder.eval()


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


def chooser(options):
    if options.choice == "greedy":
        return lambda logits: logits.argmax(-1)
    return lambda logits: torch.multinomial(logits.softmax(-1), 1).view(-1)


def lstm_loop(options, quantized=False):
    """nn.LSTM over one step at a time."""
    embedding, recurrent, decoder = build_modules(options)
    if quantized:
        modules = quantize(nn.ModuleList([recurrent, decoder]))
        recurrent, decoder = modules[0], modules[1]
    choose = chooser(options)
    shape = (options.layers, 1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": (torch.zeros(shape), torch.zeros(shape))}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            outputs, carried = recurrent(embedding(token).view(1, 1, -1), carried)
            token = choose(decoder(outputs.view(1, -1)))
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
    choose = chooser(options)
    zeros = torch.zeros(1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.layers}

    def run(count):
        token, carried, written = state["token"], state["h"], []
        for _ in range(count):
            values = embedding(token)
            for layer, cell in enumerate(cells):
                carried[layer] = cell(values, carried[layer])
                values = carried[layer][0]
            token = choose(decoder(values))
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

    def __init__(self, embedding, cells, decoder, greedy: bool):
        super().__init__()
        self.embedding, self.cells, self.decoder = embedding, cells, decoder
        self.greedy = greedy

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
            logits = self.decoder(values)
            if self.greedy:
                token = logits.argmax(-1)
            else:
                token = torch.multinomial(logits.softmax(-1), 1).view(-1)
            written.append(token)
        return torch.cat(written), states


def jit_loop(options):
    """TorchScript, frozen, with the loop over the characters inside the script."""
    embedding, recurrent, decoder = build_modules(options)
    step = Step(embedding, cells_of(recurrent), decoder, options.choice == "greedy").eval()
    script = torch.jit.freeze(torch.jit.script(step))
    zeros = torch.zeros(1, options.hidden_size)
    state = {"token": torch.zeros(1, dtype=torch.long), "h": [(zeros, zeros)] * options.layers}

    def run(count):
        written, state["h"] = script(state["token"], state["h"], count)
        state["token"] = written[-1:]
        return written.tolist()

    return run


def compile_loop(options):
    """torch.compile of one step with frozen weights, eight characters to a call."""
    import torch._inductor.config as inductor  # only here: it would add to the memory of the others

    inductor.freezing = True
    unrolled = 8
    embedding, recurrent, decoder = build_modules(options)
    cells, choose = cells_of(recurrent), chooser(options)

    def steps(token, hidden, cell_states):
        written = []
        for _ in range(unrolled):
            values, next_hidden, next_cells = embedding(token), [], []
            for layer, cell in enumerate(cells):
                h, c = cell(values, (hidden[layer], cell_states[layer]))
                next_hidden.append(h)
                next_cells.append(c)
                values = h
            hidden, cell_states = next_hidden, next_cells
            token = choose(decoder(values))
            written.append(token)
        return torch.cat(written), token, hidden, cell_states

    compiled = torch.compile(steps, dynamic=False)
    zeros = [torch.zeros(1, options.hidden_size) for _ in range(options.layers)]
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
