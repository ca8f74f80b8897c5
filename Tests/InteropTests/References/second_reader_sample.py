"""usage: second_reader_sample.py STEP: writes files of every kind that stores keep differently, for second_reader.py.

Each step is the training's next: some tensors drift a little."""
import json
import struct
import sys

import numpy


def main(step):
    random = numpy.random.default_rng(1)
    weights = random.standard_normal((200, 500)).astype(numpy.float32) * numpy.float32(0.02)
    wide = random.standard_normal((120, 500)).astype(numpy.float32) * numpy.float32(0.02)
    for number in range(step):
        drift = numpy.random.default_rng(100 + number)
        weights *= 1 + numpy.float32(1e-4) * drift.standard_normal(weights.shape).astype(numpy.float32)
        wide[:40] += numpy.float32(1e-6) * drift.standard_normal((40, 500)).astype(numpy.float32)
    halves = [(part.view(numpy.uint32) >> 16).astype(numpy.uint16) for part in (weights, wide)]
    write("weights.safetensors", {
        "f32": ("F32", weights),
        "f32 of bf16": ("F32", (halves[0].astype(numpy.uint32) << 16).view(numpy.float32)),
        "bf16": ("BF16", halves[1]),
        "f16": ("F16", wide.astype(numpy.float16)),
        "f64": ("F64", weights[:100].astype(numpy.float64)),
        "i8": ("I8", random.integers(-20, 20, (100, 1000)).astype(numpy.int8)),
        "constant": ("F32", numpy.zeros((100, 1000), numpy.float32)),
        "noise": ("U8", random.integers(0, 256, 100_000).astype(numpy.uint8)),
        "inline": ("F32", numpy.array([0.0, -0.0, numpy.nan, numpy.inf, 1.5], numpy.float32)),
        "nothing": ("F32", numpy.zeros((0, 4), numpy.float32)),
        "": ("F32", wide),
    })
    # So many that their manifest is more than one frame.
    write("many.safetensors", {
        f"block.{number}.bias": ("F32", random.standard_normal(60).astype(numpy.float32)) for number in range(14_000)
    })
    write("broken.safetensors", {"noise": ("U8", random.integers(0, 256, 700_000).astype(numpy.uint8))}, lacking=1)
    with open("opaque.bin", "wb") as stream:
        stream.write(random.bytes(400_001))
    with open("text.csv", "w", encoding="ascii") as stream:
        stream.writelines(f"{number},{number * number % 977}\n" for number in range(60_000))


def write(path, tensors, lacking=0):
    header, parts, place = {}, [], 0
    for name, (dtype, elements) in tensors.items():
        parts.append(elements.tobytes())
        end = place + len(parts[-1])
        header[name] = {"dtype": dtype, "shape": list(elements.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as stream:
        content = struct.pack("<Q", len(text)) + text + b"".join(parts)
        stream.write(content[:len(content) - lacking])


main(int(sys.argv[1]))
