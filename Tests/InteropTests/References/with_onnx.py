"""usage: with_onnx.py DIRECTORY: writes ONNX models, and what the library finds in them."""
import sys

import numpy
import onnx
from expectation import Expectation
from onnx import TensorProto, helper
from onnx.external_data_helper import ExternalDataInfo

NAMES = {
    TensorProto.FLOAT: "f32", TensorProto.UINT8: "u8", TensorProto.INT8: "i8", TensorProto.UINT16: "u16",
    TensorProto.INT16: "i16", TensorProto.INT32: "i32", TensorProto.INT64: "i64", TensorProto.BOOL: "bool",
    TensorProto.FLOAT16: "f16", TensorProto.DOUBLE: "f64", TensorProto.UINT32: "u32", TensorProto.UINT64: "u64",
    TensorProto.COMPLEX64: "c64", TensorProto.COMPLEX128: "c128", TensorProto.BFLOAT16: "bf16",
    TensorProto.FLOAT8E4M3FN: "f8_e4m3", TensorProto.FLOAT8E4M3FNUZ: "f8_e4m3fnuz",
    TensorProto.FLOAT8E5M2: "f8_e5m2", TensorProto.FLOAT8E5M2FNUZ: "f8_e5m2fnuz", TensorProto.FLOAT4E2M1: "f4",
}
WIDTHS = {"c128": 16, "f64": 8, "i64": 8, "u64": 8, "c64": 8, "f32": 4, "i32": 4, "u32": 4, "f16": 2, "bf16": 2, "u16": 2, "i16": 2}
RANDOM = numpy.random.default_rng(4)


def tensor(name, kind, shape):
    count = int(numpy.prod(shape))
    size = count // 2 if NAMES[kind] == "f4" else count * WIDTHS.get(NAMES[kind], 1)
    data = RANDOM.integers(0, 2 if kind == TensorProto.BOOL else 255, size, dtype=numpy.uint8).tobytes()
    return helper.make_tensor(name, kind, shape, data, raw=True)


def graph(name, initializers, nodes=()):
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    return helper.make_graph(list(nodes), name, [], [output], initializers)


def tensors_of(graph):
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from tensors_of(attribute.g)


def main(directory):
    expected = Expectation(directory)
    inner = graph("inner", [tensor("inner.weight", TensorProto.FLOAT, [4, 5])])
    middle = graph("middle", [tensor("middle.weight", TensorProto.FLOAT, [6, 5])], [
        helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=graph("else", []))
    ])
    nodes = [
        helper.make_node("If", ["c"], ["y"], then_branch=middle, else_branch=graph("else", [])),
        helper.make_node("Constant", [], ["k"], value=tensor("constant", TensorProto.INT64, [17])),
        helper.make_node("Constant", [], ["l"], value=helper.make_tensor("", TensorProto.INT64, [1], [7])),
    ]
    weights = [tensor(f"weight.{NAMES[kind]}", kind, [8, 12]) for kind in NAMES]
    weights += [
        tensor("scalar", TensorProto.DOUBLE, []),
        helper.make_tensor("floats", TensorProto.FLOAT, [3], [1.0, 2.0, 3.0]),
        helper.make_tensor("strings", TensorProto.STRING, [1], [b"text"]),
    ]
    model = helper.make_model(graph("main", weights, nodes))
    onnx.save_model(model, expected.path("model.onnx"))
    read(expected, "model.onnx")
    onnx.save_model(
        model, expected.path("external.onnx"), save_as_external_data=True, location="weights.bin", size_threshold=90
    )
    read(expected, "external.onnx")
    read_external(expected, "external.onnx", "weights.bin")
    expected.write()


def read(expected, file):
    model = onnx.load_model(expected.path(file), load_external_data=False)
    found = list(tensors_of(model.graph))
    expected.note(file, layout="onnx")
    external = [tensor for tensor in found if tensor.data_location == TensorProto.EXTERNAL]
    if external:
        expected.note(file, notes=[f'{len(external)} tensors are in the external data "weights.bin"'])
    for tensor in found:
        if tensor.raw_data and tensor.name and tensor not in external:
            expected.locate(file, tensor.name, NAMES[tensor.data_type], tensor.dims, tensor.raw_data)


def read_external(expected, file, data):
    model = onnx.load_model(expected.path(file), load_external_data=False)
    expected.note(data, layout="onnx", model=file)
    for tensor in tensors_of(model.graph):
        if tensor.data_location == TensorProto.EXTERNAL:
            info = ExternalDataInfo(tensor)
            assert info.location == data
            expected.add(data, tensor.name, NAMES[tensor.data_type], tensor.dims, info.offset or 0, info.length)


main(sys.argv[1])
