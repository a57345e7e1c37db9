"""The files that `recur benchmark train|generate --save` writes: what the peers compute the same from."""


class Saved:
    """A language model's weights, under PyTorch's names, and what was computed with them."""

    def __init__(self, path):
        from safetensors.torch import load_file

        self.tensors = load_file(path)
        self.vocabulary, self.embedding = self.tensors["embedding.weight"].shape
        rows, self.hidden = self.tensors["rnn.weight_hh_l0"].shape
        self.cell = {4: "lstm", 3: "gru", 1: "rnn"}[rows // self.hidden]
        self.layers = sum(name.startswith("rnn.weight_ih_l") for name in self.tensors)

    def part(self, prefix):
        return {name[len(prefix):]: value for name, value in self.tensors.items()
                if name.startswith(prefix)}

    def modules(self):
        """Embedding, nn.LSTM, nn.GRU or nn.RNN, and decoder."""
        from torch import nn

        embedding = nn.Embedding(self.vocabulary, self.embedding)
        network = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[self.cell]
        recurrent = network(self.embedding, self.hidden, num_layers=self.layers)
        decoder = nn.Linear(self.hidden, self.vocabulary)
        for module, prefix in ((embedding, "embedding."), (recurrent, "rnn."), (decoder, "decoder.")):
            module.load_state_dict(self.part(prefix))
        return embedding, recurrent, decoder

    def windows(self):
        """Tokens (T + 1, B): each track of the batch is a part of the stream, as in Recur."""
        import torch

        batch, window = self.tensors["batch"].tolist()
        tokens = self.tensors["tokens"]
        length = (len(tokens) - 1) // batch
        tracks = torch.stack([tokens[b * length:b * length + length + 1] for b in range(batch)], 1)
        return [tracks[begin:begin + window + 1] for begin in range(0, length, window)]
