"""Compares git-model with its peers: the same data, interleaved, medians. Run by scripts/bench."""

import argparse
import collections
import os
import shutil
import subprocess
import sys
import tempfile

import measure
import report
from tools import TOOLS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCALES = {  # bytes a layer, small files, rounds
    "full": (56_000_000, 20_000, 5),
    "small": (1_000_000, 500, 1),
}
LAYERS = 24
STARTS = 41


def environment(home):
    """The tools' environment: nobody's configuration, no telemetry, no questions."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_", "LC_"))}
    kept |= {"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    kept |= {"DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": home, "DVC_SYSTEM_CONFIG_DIR": home}
    with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
        file.write("[user]\nname = Bench\nemail = bench@localhost\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n")
    return kept


class Trial:
    """One tool's repository, store and bare repository, fresh for a round."""

    def __init__(self, tool, source, directory, settings):
        self.tool, self.source, self.settings = tool, source, settings
        self.directory = os.path.join(directory, "trial")
        self.repository = os.path.join(self.directory, "repository")
        self.names = {name: os.path.join(self.directory, name) for name in ("store", "bare")}
        os.makedirs(self.names["store"])
        os.makedirs(self.repository)
        self.do([["git", "init", "--quiet"], ["git", "init", "--quiet", "--bare", self.names["bare"]]])
        self.do(tool.prepare)

    def do(self, commands, **names):
        total = measure.Cost()
        for command in commands:
            filled = [word.format(**self.names, **names) for word in command]
            total.add(measure.run(filled, self.repository, self.settings))
        return total

    def place(self, version):
        """Lays a version's files where a training run would, as new files, and waits for the disk."""
        source = os.path.join(self.source, f"v{version}")
        for folder, _, names in os.walk(source):
            target = os.path.join(self.repository, "data", os.path.relpath(folder, source))
            os.makedirs(target, exist_ok=True)
            for name in names:
                path = os.path.join(target, name)
                if os.path.lexists(path):
                    os.remove(path)
                shutil.copyfile(os.path.join(folder, name), path)
        os.sync()

    def record(self, version):
        self.do(self.tool.record)
        self.do([["git", "tag", f"bench-{version}"]])

    def run(self):
        """All the work of one round, in a user's order: (name, cost or bytes) pairs."""
        tool = self.tool
        for version, name in ((1, "the first version"), (2, "the second version")):
            self.place(version)
            yield f"add {name}", self.do(tool.add)
            self.record(version)
            yield f"push {name}", self.do(tool.push)
        yield "status, nothing changed", self.do(tool.status)
        yield "check out the first version", self.do(tool.checkout, revision="bench-1")
        self.check(1)
        yield "stored here, both versions", measure.size(os.path.join(self.repository, tool.local))
        yield "stored in the remote", measure.size(self.names[tool.remote])
        shutil.rmtree(self.directory)

    def check(self, version):
        """A benchmark of something that is wrong is worth nothing."""
        source = os.path.join(self.source, f"v{version}")
        for folder, _, names in os.walk(source):
            for name in names:
                path = os.path.join(folder, name)
                copy = os.path.join(self.repository, "data", os.path.relpath(path, source))
                with open(path, "rb") as wanted, open(copy, "rb") as got:
                    while block := wanted.read(1 << 20):
                        if block != got.read(len(block)):
                            raise RuntimeError(f"{self.tool.name} brought {copy} back different")


def compare(title, source, tools, rounds, directory, settings):
    results = {tool.name: collections.defaultdict(list) for tool in tools}
    for number in range(rounds):
        turn = number % len(tools)
        for tool in tools[turn:] + tools[:turn]:
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--directory", help="where to work: a file system with 12 GB free at full scale")
    options = parser.parse_args()
    layer, files, rounds = SCALES[options.scale]
    rounds = options.rounds or rounds
    tools = [TOOLS[name] for name in options.tools.split(",")]
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        home = os.path.join(directory, "home")
        os.mkdir(home)
        settings = environment(home)
        make = os.path.join(ROOT, "Benchmarks/data.py")
        subprocess.run([sys.executable, make, directory, str(layer), str(files)], check=True)
        lines = [f"* {line}" for line in report.machine(directory, tools, settings)]
        lines.append(f"* medians of {rounds}, interleaved; × is the wall time beside {tools[0].name}'s")
        lines += ["* memory is the peak of the largest process; bytes written are those of the work itself", ""]
        sets = (
            (f"One safetensors file of {layer * LAYERS / 1e9:.2f} GB", "weights"),
            (f"{files:,} files of 300 bytes", "files"),
        )
        for title, name in sets:
            lines += compare(title, os.path.join(directory, name), tools, rounds, directory, settings)
        lines += compare_starts(tools, directory, settings)
    print("\n".join(lines))
    if options.scale == "full" and len(tools) == len(TOOLS):
        report.replace_section(os.path.join(ROOT, "docs/benchmarks.md"), lines[:-1])


if __name__ == "__main__":
    main()
