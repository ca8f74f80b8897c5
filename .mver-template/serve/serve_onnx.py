"""Serves an ONNX model by onnxruntime: pip install onnxruntime

    git model describe --serve "python3 .mver/serve/serve_onnx.py [weights/model.onnx]" --health /ping
"""

import os
import sys

import onnxruntime

from model_protocols import Tensor
from model_server import only_file, serve

DATATYPES = {"float16": "FP16", "float": "FP32", "double": "FP64", "bool": "BOOL", "string": "BYTES"}
DATATYPES.update({f"{sign}int{bits}": f"{sign}int{bits}".upper() for sign in ("", "u") for bits in (8, 16, 32, 64)})


class Model:
    platform = "onnxruntime_onnx"

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        # GIT_MODEL_THREADS bounds the cores of one request.
        options.intra_op_num_threads = int(os.environ.get("GIT_MODEL_THREADS", "0"))
        self.session = onnxruntime.InferenceSession(path, options, providers=onnxruntime.get_available_providers())
        self.inputs = [self.tensor(value) for value in self.session.get_inputs()]
        self.outputs = [self.tensor(value) for value in self.session.get_outputs()]

    @staticmethod
    def tensor(value):
        kind = value.type.removeprefix("tensor(").removesuffix(")")
        if kind not in DATATYPES:
            raise SystemExit(f"{value.name} is {value.type}, which this server does not know")
        return Tensor(value.name, DATATYPES[kind], [size if isinstance(size, int) else -1 for size in value.shape])

    def predict(self, inputs):
        names = [tensor.name for tensor in self.outputs]
        return dict(zip(names, self.session.run(names, inputs)))


if __name__ == "__main__":
    serve(Model(sys.argv[1] if len(sys.argv) > 1 else only_file(".onnx")))
