"""Stores files by libraries that have no command of their own.

usage: libraries.py hf-xet|zipnn STORE DIRECTORY
       libraries.py hf-xet|zipnn --version
"""

import hashlib
import importlib.metadata
import os
import sys


def files(directory):
    return [os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in sorted(names)]


def hf_xet(store, paths):
    """Hugging Face's chunks, in a store on the local disk instead of their server."""
    # The library keeps a cache and logs at home.
    os.environ["HF_HOME"] = os.path.join(store, os.pardir, "hf-home")
    import hf_xet as library

    library.upload_files(paths, f"local://{store}", None, None, None, None)


def zipnn(store, paths):
    """ZipNN's compression of each file by its widest type; files that are the same are stored once."""
    import zipnn as library

    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        kind = "bfloat16" if b'"dtype":"BF16"' in data[: 1 << 20] else "float32"
        target = os.path.join(store, hashlib.sha256(data).hexdigest())
        if not os.path.exists(target):
            packed = library.ZipNN(input_format="byte", bytearray_dtype=kind).compress(bytearray(data))
            with open(target, "wb") as file:
                file.write(packed)


LIBRARIES = {"hf-xet": hf_xet, "zipnn": zipnn}

if __name__ == "__main__":
    name = sys.argv[1]
    if sys.argv[2] == "--version":
        print(name, importlib.metadata.version(name))
    else:
        LIBRARIES[name](os.path.abspath(sys.argv[2]), files(sys.argv[3]))
