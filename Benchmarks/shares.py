"""Stores real checkpoints with each tool, and says what share of their bytes that takes."""

import os
import sys

from trial import Trial

# Rows of a repository: what is laid down, where, and what it is called.
SERIES = [
    [(f"{kind}/v{number}", "data", f"{kind}, step {20 * (number - 1)}") for number in range(1, 5)]
    for kind in ("fp32", "bf16")
]
COPIES = [
    ("fp32/v4", "data", "fp32, the last step"),
    ("reordered", "data/reordered", "the same, reordered"),
    ("renamed", "data/renamed", "the same, tensors renamed"),
    ("resharded", "data/resharded", "the same, in two shards"),
    ("lora-like", "data/lora-like", "4 of its matrices changed by 8 ranks"),
    ("int8", "data/int8", "its matrices as int8"),
    ("optimizer", "data/optimizer", "AdamW's state, PyTorch"),
]


def compare(tools, source, directory, settings):
    """The lines of a table: bytes that each step adds to a store, as a share of its own bytes."""
    lines = ["### Checkpoints of a fine-tuned encoder of 22 million parameters", ""]
    lines.append("Bytes added to the local store as a share of what was added to the repository.")
    lines += ["", "| what is added | bytes | " + " | ".join(tool.name for tool in tools) + " |"]
    lines.append("|---|---|" + "---|" * len(tools))
    for steps in [*SERIES, COPIES]:
        sizes = [size(os.path.join(source, folder)) for folder, _, _ in steps]
        columns = [grow(tool, steps, source, directory, settings) for tool in tools]
        for row, (_, _, name) in enumerate(steps):
            shares = " | ".join(f"{column[row] / sizes[row]:.3f}" for column in columns)
            lines.append(f"| {name} | {sizes[row] / 1e6:.1f} MB | {shares} |")
        if steps is not COPIES:
            shares = " | ".join(f"**{sum(column) / sum(sizes):.3f}**" for column in columns)
            lines.append(f"| all four | {sum(sizes) / 1e6:.1f} MB | {shares} |")
    return [*lines, ""]


def grow(tool, steps, source, directory, settings):
    """The bytes that each step adds to the store of one tool."""
    trial = Trial(tool, source, directory, settings)
    growths = []
    for version, (folder, target, name) in enumerate(steps, 1):
        print(f"checkpoints: {tool.name}, {name}", file=sys.stderr, flush=True)
        before = trial.stored()
        trial.place(folder, target)
        trial.do(tool.add, version=version)
        growths.append(trial.stored() - before)
        trial.record(version)
    trial.remove()
    return growths


def size(path):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)
