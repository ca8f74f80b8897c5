"""Makes what is versioned: weights like a fine-tuned transformer's, and a directory of many small files.

usage: data.py DIRECTORY BYTES-A-LAYER FILES; a process of its own, since a child's peak memory begins with its parent's.
"""

import json
import os
import random
import sys

import numpy

LAYERS = 24
CHANGED_LAYERS = range(20, 24)


def weights(directory, layer_bytes):
    """Two versions of one safetensors file of fp32; in the second, 4 of 24 layers moved a little."""
    rows = layer_bytes // 4
    for version in (1, 2):
        folder = os.path.join(directory, f"v{version}")
        os.makedirs(folder)
        header = {
            f"layer.{i}.weight": {"dtype": "F32", "shape": [rows], "data_offsets": [i * rows * 4, (i + 1) * rows * 4]}
            for i in range(LAYERS)
        }
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(os.path.join(folder, "model.safetensors"), "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for i in range(LAYERS):
                layer = normal(i, rows, 0.02)
                if version == 2 and i in CHANGED_LAYERS:
                    layer += normal(100 + i, rows, 2e-5)
                file.write(layer.tobytes())


def normal(seed, count, deviation):
    return numpy.random.default_rng(seed).standard_normal(count, dtype=numpy.float32) * numpy.float32(deviation)


def small_files(directory, count):
    """Two versions of a directory of 300-byte files; in the second, one in a hundred changed."""
    for version in (1, 2):
        for i in range(count):
            seed = f"{i} {version if i % 100 == 0 else 1}"
            folder = os.path.join(directory, f"v{version}", f"{i % 64:02}")
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"{i:06}.bin"), "wb") as file:
                file.write(random.Random(seed).randbytes(300))


if __name__ == "__main__":
    weights(os.path.join(sys.argv[1], "weights"), int(sys.argv[2]))
    small_files(os.path.join(sys.argv[1], "files"), int(sys.argv[3]))
