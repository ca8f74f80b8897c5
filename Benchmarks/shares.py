"""Stores real checkpoints with each tool, and says what share of their bytes that takes."""

import os
import sys

import measure
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
    """What each step adds to a store as a share of its own bytes, and the lines of a table of it.

    The shares are the first tool's, by what is added; those of a whole series by its kind.
    """
    figures = {}
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
            figures[name] = columns[0][row] / sizes[row]
        if steps is not COPIES:
            figures[os.path.dirname(steps[0][0])] = sum(columns[0]) / sum(sizes)
            shares = " | ".join(f"**{sum(column) / sum(sizes):.3f}**" for column in columns)
            lines.append(f"| all four | {sum(sizes) / 1e6:.1f} MB | {shares} |")
    return figures, [*lines, ""]


def fetch_cold(tool, kind, source, directory, settings):
    """The share of its bytes that the newest of a series takes in an empty clone's store, before and after a repack."""
    trial = Trial(tool, source, directory, settings)
    steps = next(steps for steps in SERIES if steps[0][0].startswith(kind))
    for version, (folder, target, _) in enumerate(steps, 1):
        trial.place(folder, target)
        trial.do(tool.add, version=version)
        trial.record(version)
        trial.do([["git", "model", "tag", f"v{version}.0.0"], *tool.push])
    raw = size(os.path.join(source, steps[-1][0]))
    before = fetched(trial, "before")
    trial.do([["git", "model", "repack", "--remote", "store"]])
    after = fetched(trial, "after")
    trial.remove()
    return before / raw, after / raw


def fetched(trial, name):
    """The bytes that the newest version takes in the store of a clone that had none."""
    clone = os.path.join(trial.directory, name)
    trial.do([["git", "clone", "--quiet", trial.repository, clone]])
    trial.do([["git", "model", "fetch"]], where=clone)
    return measure.size(os.path.join(clone, trial.tool.local))


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
