"""Measures the codec by itself: how fast one thread splits words into planes and joins them again."""

import os
import re
import subprocess
import sys

import numpy

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "CodecBenchmark")


def measure(byte_count, directory):
    """Bytes of bf16 that one thread encodes and decodes, in MB a second: the best of several rounds, in processor time."""
    build = ["swift", "build", "--configuration", "release", "--package-path", PACKAGE]
    subprocess.run(build, check=True, stdout=sys.stderr)
    shown = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True)
    path = os.path.join(directory, "words.bf16")
    words = numpy.random.default_rng(0).standard_normal(byte_count // 2, dtype=numpy.float32) * numpy.float32(0.02)
    (words.view(numpy.uint32) >> 16).astype(numpy.uint16).tofile(path)
    tool = os.path.join(shown.stdout.strip(), "codec-benchmark")
    said = subprocess.run([tool, "bf16", path], check=True, capture_output=True, text=True).stdout
    os.remove(path)
    return tuple(int(speed) for speed in re.search(r"^planned: .* encode (\d+), decode (\d+);", said, re.MULTILINE).groups())
