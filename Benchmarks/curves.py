"""How the cost of one tool's work grows with the bytes and with the number of files."""

import os
import shutil
import subprocess
import sys

from report import seconds
from trial import Trial

MAKE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data.py")
LAYERS = 24
SIZES = (10**7, 10**8, 10**9, 10**10)
COUNTS = (100, 1000, 10_000, 100_000)
WORK = ("add the first version", "push the first version", "add the second version", "status, nothing changed",
        "check out the first version")


def measure(tool, directory, settings):
    """The lines of two tables: one run each, for the shape of the curve."""
    lines = []
    for title, set_name, steps in (
        ("one safetensors file", "weights", [(f"{size / 1e6:,.0f} MB", size // LAYERS // 4 * 4, 1) for size in SIZES]),
        ("files of 300 bytes", "files", [(f"{count:,} files", 4, count) for count in COUNTS]),
    ):
        lines += [f"### {tool.name} as the work grows: {title}", "", "| | " + " | ".join(WORK) + " | most memory |"]
        lines.append("|---|" + "---|" * (len(WORK) + 1))
        for name, layer, count in steps:
            print(f"curves: {name}", file=sys.stderr, flush=True)
            costs = costs_of(tool, set_name, layer, count, directory, settings)
            memory = max(cost.memory for cost in costs.values()) / 2**20
            cells = " | ".join(f"{seconds(costs[work].wall)}, cpu {seconds(costs[work].cpu)}" for work in WORK)
            lines.append(f"| {name} | {cells} | {memory:.0f} MiB |")
        lines.append("")
    return lines


def costs_of(tool, set_name, layer, count, directory, settings):
    source = os.path.join(directory, "curve")
    os.makedirs(source)
    subprocess.run([sys.executable, MAKE, source, str(layer), str(count)], check=True)
    results = Trial(tool, os.path.join(source, set_name), directory, settings).run()
    costs = {work: cost for work, cost in results if not isinstance(cost, int)}
    shutil.rmtree(source)
    return costs
