"""usage: with_numpy.py DIRECTORY: writes NumPy files, and what the library finds in them."""
import sys

import ml_dtypes
import numpy
from expectation import Expectation

NAMES = {
    "|b1": "bool", "|u1": "u8", "|i1": "i8", "<u2": "u16", "<i2": "i16", "<u4": "u32", "<i4": "i32", "<u8": "u64",
    "<i8": "i64", "<f2": "f16", "<f4": "f32", "<f8": "f64", "<c8": "c64", "<c16": "c128",
}


def main(directory):
    expected = Expectation(directory)
    random = numpy.random.default_rng(3)
    arrays = {}
    for number, dtype in enumerate(NAMES):
        data = random.integers(0, 2 if dtype == "|b1" else 255, 16 * 24, dtype=numpy.uint8).view(dtype)[:24]
        arrays[f"array {number}"] = data.reshape(2, 3, 4)
    for number, array in enumerate(arrays.values()):
        for version in [(1, 0), (2, 0), (3, 0)]:
            file = f"{number}-{version[0]}.npy"
            with open(expected.path(file), "wb") as stream:
                numpy.lib.format.write_array(stream, array, version=version)
            read(expected, file)
    numpy.save(expected.path("fortran.npy"), numpy.asfortranarray(random.standard_normal((4, 5))))
    numpy.save(expected.path("scalar.npy"), numpy.array(2.718281828))
    numpy.save(expected.path("bf16.npy"), random.standard_normal(900).astype(ml_dtypes.bfloat16))
    for file in ["fortran.npy", "scalar.npy"]:
        read(expected, file)
    with open(expected.path("bf16.npy"), "rb") as stream:
        expected.note("bf16.npy", layout="npy")
        expected.locate("bf16.npy", "array", "bf16", [900], stream.read()[-1800:])
    numpy.savez(expected.path("stored.npz"), **arrays)
    numpy.savez_compressed(expected.path("compressed.npz"), **arrays)
    expected.note("stored.npz", layout="npz")
    with numpy.load(expected.path("stored.npz")) as archive:
        for name in archive.files:
            array = archive[name]
            expected.locate("stored.npz", name, NAMES[array.dtype.str], array.shape, array.tobytes())
    expected.note("compressed.npz", reason="npz: its members are compressed")
    numpy.save(expected.path("big-endian.npy"), numpy.arange(3, dtype=">i4"))
    expected.note("big-endian.npy", reason='npy: its numbers are big-endian (">i4")')
    numpy.save(expected.path("objects.npy"), numpy.array([{}, []], dtype=object), allow_pickle=True)
    expected.note("objects.npy", reason="npy: its elements are pickled Python objects")
    expected.write()


def read(expected, file):
    array = numpy.load(expected.path(file), mmap_mode="r")
    expected.note(file, layout="npy")
    # What lies column by column is only so many elements.
    shape = array.shape if array.flags.c_contiguous else [array.size]
    expected.add(file, "array", NAMES[array.dtype.str], shape, array.offset, array.nbytes)


main(sys.argv[1])
