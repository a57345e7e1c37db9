#!/usr/bin/env python3
"""Prints the versions of the peers and how PyTorch runs, as JSON."""

import argparse

import peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    peer.add_environment_options(parser)
    options = parser.parse_args()
    peer.prepare(options)

    import onnxruntime
    import tokenizers
    import torch

    peer.report({"onnxruntime": onnxruntime.__version__, "tokenizers": tokenizers.__version__,
                 **peer.process_report(options, torch)})


if __name__ == "__main__":
    main()
