"""How the cost of one tool's work grows with the bytes and with the number of files."""

import os
import subprocess
import sys

import network
import remotes
import report
from trial import Trial, discard

MAKE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data.py")
LAYERS = 24
SIZES = (10**7, 10**8, 10**9, 10**10)
REMOTE_SIZES = (10**7, 10**8, 10**9, 5 * 10**9)
COUNTS = (100, 1000, 10_000, 100_000)


def measure(tool, directory, settings):
    """The lines of two tables: one run each, for the shape of the curve."""

    def run(source):
        return Trial(tool, source, directory, settings).run()

    return grow(f"{tool.name} as the work grows", SIZES, run, directory, lambda cost: f"cpu {report.seconds(cost.cpu)}")


def measure_remotely(tool, directory, settings, link):
    """The same of a bucket, with what went over the network."""

    def run(source):
        return remotes.run(tool, source, directory, settings, link, network.COUNTED)

    return grow(f"{tool.name} and a bucket as the work grows", REMOTE_SIZES, run, directory, lambda cost: report.moved([cost]))


def grow(title, sizes, run, directory, detail):
    lines = []
    for name, set_name, steps in (
        ("one safetensors file", "weights", [(f"{size / 1e6:,.0f} MB", size // LAYERS // 4 * 4, 1) for size in sizes]),
        ("files of 300 bytes", "files", [(f"{count:,} files", 4, count) for count in COUNTS]),
    ):
        rows = {step: costs_of(step, run, os.path.join(directory, "curve"), set_name, *made) for step, *made in steps}
        works = [work for work, cost in next(iter(rows.values())).items() if cost.wall]
        lines += [f"### {title}: {name}", "", "| | " + " | ".join(works) + " | most memory |"]
        lines.append("|---|" + "---|" * (len(works) + 1))
        for step, costs in rows.items():
            memory = max(cost.memory for cost in costs.values()) / 2**20
            cells = " | ".join(f"{report.seconds(costs[work].wall)}, {detail(costs[work])}" for work in works)
            lines.append(f"| {step} | {cells} | {memory:.0f} MiB |")
        lines.append("")
    return lines


def costs_of(step, run, source, set_name, layer, count):
    print(f"curves: {step}", file=sys.stderr, flush=True)
    os.makedirs(source)
    subprocess.run([sys.executable, MAKE, source, str(layer), str(count)], check=True)
    costs = {work: cost for work, cost in run(os.path.join(source, set_name)) if not isinstance(cost, int)}
    discard(source)
    return costs
