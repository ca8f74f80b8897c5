"""Serves weights in safetensors by your own Python: pip install safetensors numpy

    git model describe --serve "python3 .mver/serve/serve_safetensors.py [weights/model.safetensors]" --health /ping

Write predict.py beside this file:

    INPUTS = [("x", "FP32", [-1, 4])]           # name, type, shape; -1 is any
    OUTPUTS = [("y", "FP32", [-1, 1])]

    def predict(weights, inputs):               # dicts of arrays by name
        return {"y": inputs["x"] @ weights["w"] + weights["b"]}
"""

import sys

from safetensors.numpy import load_file

import predict
from model_protocols import Tensor
from model_server import only_file, serve


class Model:
    platform = "safetensors"

    def __init__(self, path):
        self.weights = load_file(path)
        self.inputs = [Tensor(*tensor) for tensor in predict.INPUTS]
        self.outputs = [Tensor(*tensor) for tensor in predict.OUTPUTS]

    def predict(self, inputs):
        return predict.predict(self.weights, inputs)


if __name__ == "__main__":
    serve(Model(sys.argv[1] if len(sys.argv) > 1 else only_file(".safetensors")))
