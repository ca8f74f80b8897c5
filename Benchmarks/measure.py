"""Runs commands and says what they cost, their children included."""

import dataclasses
import os
import subprocess
import time


@dataclasses.dataclass
class Cost:
    """What one piece of work took."""

    wall: float = 0.0  # seconds
    cpu: float = 0.0  # seconds, user and system, of all processes
    memory: int = 0  # bytes, the largest process at its peak
    written: int = 0  # bytes sent to the file system's disk
    moved: int = 0  # bytes over the network, both ways, where they are counted
    requests: int = 0  # over the network, where they are counted

    def add(self, other):
        self.wall += other.wall
        self.cpu += other.cpu
        self.memory = max(self.memory, other.memory)
        self.written += other.written
        self.moved += other.moved
        self.requests += other.requests


def run(command, directory, environment):
    """Runs one command to its end; raises when it fails, with what it said."""
    with open(os.path.join(directory, os.pardir, "command.log"), "w+b") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            said = log.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, usage.ru_oublock * 512)


def size(path):
    """The bytes that files under a path take on disk, 0 when it is not there."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            total += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return total
