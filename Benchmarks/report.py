"""Turns measurements into the Markdown of docs/benchmarks.md, and describes the machine."""

import os
import platform
import re
import statistics
import subprocess

FLAGS = ("sha_ni", "avx2", "avx512f", "vaes", "sse4_2")


def machine(directory, tools, environment):
    """A list of what matters for the numbers: processor, memory, kernel, file system, versions."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpuinfo = file.read()
    model = re.search(r"model name\s*:\s*(.*)", cpuinfo)
    flags = set(re.search(r"flags\s*:\s*(.*)|$", cpuinfo)[1].split()) if "flags" in cpuinfo else set()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    system = subprocess.run(["df", "--output=fstype", directory], capture_output=True, text=True, check=True)
    lines = [
        f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}"
        f" ({', '.join(flag for flag in FLAGS if flag in flags)}), {memory / 2**30:.0f} GiB",
        f"Linux {platform.release()}, {system.stdout.split()[-1]}, shared with other work",
        first_line(["git", "--version"], environment),
    ]
    return lines + [f"{tool.name}: {first_line(tool.version, environment)}" for tool in tools]


def first_line(command, environment):
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[0]


def table(title, results, tools):
    """One table: a row a piece of work, a column a tool."""
    lines = [f"### {title}", "", "| work | " + " | ".join(tool.name for tool in tools) + " |"]
    lines.append("|---|" + "---|" * len(tools))
    for work in results[tools[0].name]:
        cells = [cell(results[tool.name][work], results[tools[0].name][work]) for tool in tools]
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    return lines


def cell(costs, base):
    if isinstance(costs[0], int):
        return f"{statistics.median(costs) / 1e6:.1f} MB" if any(costs) else "—"
    if costs[0].wall == 0:
        return "—"
    wall = statistics.median(cost.wall for cost in costs)
    ratio = wall / statistics.median(cost.wall for cost in base)
    cpu = statistics.median(cost.cpu for cost in costs)
    memory = max(cost.memory for cost in costs) / 2**20
    again = "" if costs is base else f" ({ratio:.2f}×)"
    return f"**{seconds(wall)}**{again}, cpu {seconds(cpu)}, {memory:.0f} MiB, {moved(costs)}"


def moved(costs):
    """The bytes that went over the network, else those that went to the disk."""
    requests = statistics.median(cost.requests for cost in costs)
    if not requests:
        return f"wrote {statistics.median(cost.written for cost in costs) / 1e6:.0f} MB"
    count = statistics.median(cost.moved for cost in costs) / 1e6
    return f"moved {count:{',.0f' if count >= 100 else '.2f'}} MB in {requests:,.0f} requests"


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def replace_section(path, lines, section):
    """Puts the lines between a section's markers in the page."""
    begin, end = f"<!-- begin: {section} -->", f"<!-- end: {section} -->"
    with open(path, encoding="utf-8") as file:
        page = file.read()
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + "\n".join(lines) + "\n" + end + after)
