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
ZEROS = 20 << 30
COUNTS = (100, 1000, 10_000, 100_000)


def measure(tool, directory, settings):
    """The costs of each step, and the lines of two tables: one run each, for the shape of the curve."""

    def run(source):
        for work, cost in Trial(tool, source, directory, settings).run():
            yield work, cost
            if work == "add the second version":
                # The repository has these files now, and 10 GB of them beside it are a fifth of all that is needed.
                discard(os.path.join(source, "v2"))

    return grow(f"{tool.name} as the work grows", SIZES, run, directory, lambda cost: f"cpu {report.seconds(cost.cpu)}")


def measure_remotely(tool, directory, settings, link):
    """The same of a bucket, with what went over the network."""

    def run(source):
        return remotes.run(tool, source, directory, settings, link, network.COUNTED)

    return grow(f"{tool.name} and a bucket as the work grows", REMOTE_SIZES, run, directory, lambda cost: report.moved([cost]))


def measure_zeros(tool, directory, settings):
    """What adding a file that takes no room, and getting it back, costs."""
    source = os.path.join(directory, "zeros")
    trial = Trial(tool, source, directory, settings)
    path = os.path.join(trial.repository, "data", "zeros.bin")
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.truncate(ZEROS)
    cost = trial.do(tool.add, version=1)
    trial.record(1)
    os.remove(path)
    cost.add(trial.do(tool.checkout, revision="bench-1"))
    if os.path.getsize(path) != ZEROS:
        raise RuntimeError(f"{path} came back with another size")
    trial.remove()
    return cost


def grow(title, sizes, run, directory, detail):
    lines, grown = [], {}
    for name, set_name, steps in (
        ("one safetensors file", "weights", [(f"{size / 1e6:,.0f} MB", size // LAYERS // 4 * 4, 1) for size in sizes]),
        ("files of 300 bytes", "files", [(f"{count:,} files", 4, count) for count in COUNTS]),
    ):
        rows = {step: costs_of(step, run, os.path.join(directory, "curve"), set_name, *made) for step, *made in steps}
        grown |= rows
        works = [work for work, cost in next(iter(rows.values())).items() if cost.wall]
        lines += [f"### {title}: {name}", "", "| | " + " | ".join(works) + " | most memory |"]
        lines.append("|---|" + "---|" * (len(works) + 1))
        for step, costs in rows.items():
            memory = max(cost.memory for cost in costs.values()) / 2**20
            cells = " | ".join(f"{report.seconds(costs[work].wall)}, {detail(costs[work])}" for work in works)
            lines.append(f"| {step} | {cells} | {memory:.0f} MiB |")
        lines.append("")
    return grown, lines


def costs_of(step, run, source, set_name, layer, count):
    print(f"curves: {step}", file=sys.stderr, flush=True)
    os.makedirs(source)
    subprocess.run([sys.executable, MAKE, source, str(layer), str(count)], check=True)
    costs = {work: cost for work, cost in run(os.path.join(source, set_name)) if not isinstance(cost, int)}
    discard(source)
    return costs
