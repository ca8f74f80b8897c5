"""usage: with_safetensors.py DIRECTORY: writes safetensors files, and what the library finds in them."""
import sys

import ml_dtypes
import numpy
import safetensors
import safetensors.numpy
from expectation import Expectation

NAMES = {
    "BOOL": "bool", "U8": "u8", "I8": "i8", "U16": "u16", "I16": "i16", "U32": "u32", "I32": "i32", "U64": "u64",
    "I64": "i64", "F16": "f16", "BF16": "bf16", "F32": "f32", "F64": "f64", "C64": "c64", "F8_E4M3": "f8_e4m3",
    "F8_E5M2": "f8_e5m2",
}


def main(directory):
    expected = Expectation(directory)
    random = numpy.random.default_rng(1)
    arrays = {
        f"layer.{number}.{dtype}": random.integers(0, 255, 64 * 16, dtype=numpy.uint8).view(dtype)[: 60].reshape(3, 4, 5)
        for number, dtype in enumerate(["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "c8"])
    }
    arrays["bf16"] = random.standard_normal((7, 3)).astype(ml_dtypes.bfloat16)
    arrays["f8_e4m3"] = random.standard_normal((9, 3)).astype(ml_dtypes.float8_e4m3fn)
    arrays["f8_e5m2"] = random.standard_normal((9, 5)).astype(ml_dtypes.float8_e5m2)
    arrays["truth"] = random.integers(0, 2, 70).astype(bool)
    arrays["scalar"] = numpy.array(3.14159)
    arrays["empty"] = numpy.zeros((0, 5), numpy.float32)
    arrays['odd "name"\\\n \u6a21\u578b/../x'] = random.standard_normal(11)
    with open(expected.path("all.safetensors"), "wb") as stream:
        stream.write(safetensors.numpy.save(arrays, {"format": "np", "quote": '"\\'}))
    with open(expected.path("none.safetensors"), "wb") as stream:
        stream.write(safetensors.numpy.save({}))
    expected.note("none.safetensors", layout="safetensors")
    with open(expected.path("all.safetensors"), "rb") as stream:
        content = stream.read()
    expected.note("all.safetensors", layout="safetensors")
    for name, found in safetensors.deserialize(content):
        expected.locate("all.safetensors", name, NAMES[found["dtype"]], found["shape"], bytes(found["data"]))
    expected.write()


main(sys.argv[1])
