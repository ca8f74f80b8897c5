"""usage: with_gguf.py DIRECTORY: writes GGUF files, and what the library finds in them."""
import sys

import gguf
import numpy
from expectation import Expectation

PLAIN = {"F32": "f32", "F16": "f16", "F64": "f64", "BF16": "bf16", "I8": "i8", "I16": "i16", "I32": "i32", "I64": "i64"}
TYPES = gguf.GGMLQuantizationType


def main(directory):
    expected = Expectation(directory)
    random = numpy.random.default_rng(2)
    for file, alignment in [("plain.gguf", None), ("aligned.gguf", 256)]:
        write(expected.path(file), random, alignment)
        expected.note(file, layout="gguf")
        for tensor in gguf.GGUFReader(expected.path(file)).tensors:
            kind = PLAIN.get(tensor.tensor_type.name, f"gguf-{int(tensor.tensor_type)}")
            # The library has the innermost dimension first.
            shape = list(reversed(tensor.shape.tolist()))
            expected.add(file, tensor.name, kind, shape, int(tensor.data_offset), int(tensor.n_bytes))
    expected.write()


def write(path, random, alignment):
    writer = gguf.GGUFWriter(path, "llama")
    if alignment:
        writer.add_custom_alignment(alignment)
    writer.add_string("general.name", "tests")
    writer.add_array("tokenizer.ggml.tokens", ["<s>", "a", "\u6a21"])
    writer.add_array("tokenizer.ggml.scores", [0.5, -1.0, 2.0])
    writer.add_bool("some.flag", True)
    writer.add_float64("some.number", 1.5)
    for dtype in ["f4", "f2", "f8", "i1", "i2", "i4", "i8"]:
        data = random.integers(0, 255, 8 * 15, dtype=numpy.uint8).view(dtype)[:15].reshape(5, 3)
        writer.add_tensor(f"plain.{dtype}", data)
    for kind, (elements, size) in gguf.GGML_QUANT_SIZES.items():
        # Of Q8_1, which is never in a file, the library and ggml itself have different sizes.
        if elements == 1 and kind != TYPES.BF16 or kind == TYPES.Q8_1:
            continue
        blocks = random.integers(0, 255, (3, 2 * size), dtype=numpy.uint8)
        writer.add_tensor(f"block.{kind.name}", blocks, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(sys.argv[1])
