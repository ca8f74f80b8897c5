"""Measures comparing two versions by their bytes: usage: scripts/bench --recompute [BYTES] [ROUNDS]

One file of so many bytes, 1.344e9 where nothing is said, in fp32 and in bf16, of which every tensor moved a little: two versions of the
store, of which the second is stored as differences, and one of the store with a file. The rate is that of one side's raw bytes.
"""

import json
import os
import statistics
import sys
import tempfile

import numpy

import measure
from compare import environment

LAYERS = 24
COMPARE = ["git", "model", "diff", "--recompute", "v1.0.0"]


def write(path, kind, layer_bytes, version):
    """A safetensors file of normal weights; those of the second version are the first's after a few steps."""
    width = 4 if kind == "F32" else 2
    count = layer_bytes // width
    header = {
        f"layer.{i}.weight": {"dtype": kind, "shape": [count], "data_offsets": [i * count * width, (i + 1) * count * width]}
        for i in range(LAYERS)
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for i in range(LAYERS):
            layer = normal(i, count, 0.02)
            if version == 2:
                layer += normal(100 + i, count, 2e-5)
            words = layer if kind == "F32" else (layer.view(numpy.uint32) >> 16).astype(numpy.uint16)
            file.write(words.tobytes())


def normal(seed, count, deviation):
    return numpy.random.default_rng(seed).standard_normal(count, dtype=numpy.float32) * numpy.float32(deviation)


def prepare(directory, kind, layer_bytes, settings):
    """A repository of two versions."""
    repository = os.path.join(directory, kind)
    os.mkdir(repository)

    def do(*commands):
        for command in commands:
            measure.run(command.split(), repository, settings)

    do("git init --quiet", "git model init --name bench")
    for version in (1, 2):
        write(os.path.join(repository, "model.safetensors"), kind, layer_bytes, version)
        do("git model add model.safetensors", "git add --all", "git commit --quiet --message version")
        do(f"git model tag v{version}.0.0")
    return repository


def line(name, costs, byte_count):
    wall = statistics.median(cost.wall for cost in costs)
    cpu = statistics.median(cost.cpu for cost in costs)
    memory = max(cost.memory for cost in costs) / 2**20
    return f"| {name} | {wall:.2f} s | {byte_count / wall / 1e9:.2f} GB/s a side | {cpu:.2f} core-seconds | {memory:.0f} MiB |"


def main():
    byte_count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_344_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    layer_bytes = byte_count // LAYERS // 4 * 4
    with tempfile.TemporaryDirectory() as directory:
        home = os.path.join(directory, "home")
        os.mkdir(home)
        settings = environment(home)
        print("| diff --recompute | median | rate | processor | most memory |\n|---|---|---|---|---|")
        for kind in ("F32", "BF16"):
            repository = prepare(directory, kind, layer_bytes, settings)
            costs = [measure.run([*COMPARE, "v2.0.0"], repository, settings) for _ in range(rounds)]
            print(line(f"{kind}, two versions of the store", costs, layer_bytes * LAYERS), flush=True)
            # Never added, so that only the file has it.
            write(os.path.join(repository, "model.safetensors"), kind, layer_bytes, 2)
            with open(os.path.join(repository, "model.safetensors"), "r+b") as file:
                file.seek(-1, os.SEEK_END)
                file.write(b"\x3c")
            measure.run(COMPARE, repository, settings)  # hashes it, which later ones need not
            costs = [measure.run(COMPARE, repository, settings) for _ in range(rounds)]
            print(line(f"{kind}, the store and a file", costs, layer_bytes * LAYERS), flush=True)


if __name__ == "__main__":
    main()
