"""What the generating scripts of the golden files share: formula values and the file's writer."""

import json
import platform
import struct
from pathlib import Path

import torch


def formula(shape, phase, scale=1.0):
    """`scale * cos(0.61 i + 0.013 i^2 + phase)` for the row-major index i, in double precision.

    The square keeps a matrix of such values from having rank two.
    """
    count = 1
    for size in shape:
        count *= size
    index = torch.arange(count, dtype=torch.float64)
    return (scale * torch.cos(0.61 * index + 0.013 * index * index + phase)).reshape(shape)


def versions():
    """What computed the values, for a file's metadata."""
    return {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": str(torch.get_num_threads()),
    }


def write(path, tensors, metadata):
    """Writes float64 tensors as safetensors, in the given order, the same bytes at every run.

    The reference library orders metadata by a random hash, so the few bytes of header are written
    here.
    """
    header, blocks, offset = {}, [], 0
    header["__metadata__"] = {"format": "pt", **dict(sorted(metadata.items()))}
    for name, tensor in tensors.items():
        tensor = tensor.detach().to(torch.float64).contiguous()
        block = tensor.numpy().astype("<f8").tobytes()
        header[name] = {
            "dtype": "F64",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(block)],
        }
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))
