import TestSupport
import Testing

/// Models in Triton's own words, by the schema that its client has.
@Suite struct TritonExportTests {
    private static let python = "\(PackageFiles.root)/.build-venv/bin/python"

    /// Makes `net/graph.onnx` with an input and an output of each type, or, given shapes, with one of each shape.
    private static let maker = """
        import json, sys
        import onnx
        from onnx import TensorProto as T, helper as h

        kinds = [T.BOOL, T.UINT8, T.UINT16, T.UINT32, T.UINT64, T.INT8, T.INT16, T.INT32, T.INT64, T.FLOAT16, T.FLOAT, T.DOUBLE,
                 T.BFLOAT16, T.STRING]
        wanted = [(kind, ["batch", 4]) for kind in kinds] + [(T.FLOAT, [3]), (T.FLOAT, [None, 2, "h", 1])]
        if len(sys.argv) > 1:
            wanted = [(T.FLOAT, json.loads(sys.argv[1]))]
        names = [f'in {number} "a\\\\b" é\\n1' for number in range(len(wanted))]
        inputs = [h.make_tensor_value_info(name, *each) for name, each in zip(names, wanted)]
        outputs = [h.make_tensor_value_info("out" + name, *each) for name, each in zip(names, wanted)]
        nodes = [h.make_node("Identity", [name], ["out" + name]) for name in names]
        onnx.save(h.make_model(h.make_graph(nodes, "g", inputs, outputs)), "net/graph.onnx")
        """

    /// Reads a configuration by the schema, and compares it with the graph.
    private static let checker = """
        import importlib.util, sys
        import onnx
        from google.protobuf import text_format
        from onnx import TensorProto as T

        # Without the package around it, which needs gRPC.
        place = importlib.util.find_spec("tritonclient").submodule_search_locations[0] + "/grpc/model_config_pb2.py"
        spec = importlib.util.spec_from_file_location("model_config_pb2", place)
        schema = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(schema)
        config = text_format.Parse(open(sys.argv[1]).read(), schema.ModelConfig())
        graph = onnx.load(sys.argv[2]).graph
        names = {"FP16": "FLOAT16", "FP32": "FLOAT", "FP64": "DOUBLE", "BF16": "BFLOAT16"}
        print(config.name, config.backend, config.max_batch_size)
        for given, wanted in ((config.input, graph.input), (config.output, graph.output)):
            assert len(given) == len(wanted)
            for tensor, value in zip(given, wanted):
                kind = schema.DataType.Name(tensor.data_type).removeprefix("TYPE_")
                shape = [d.dim_value if d.HasField("dim_value") else -1 for d in value.type.tensor_type.shape.dim]
                assert tensor.name == value.name, tensor.name
                assert T.DataType.Value(names.get(kind, kind)) == value.type.tensor_type.elem_type, kind
                assert list(tensor.dims) == shape, shape
                # What Triton wants beside the schema.
                assert shape and all(size > 0 or size == -1 for size in shape), shape
            print(len(given), "tensors are as in the graph")
        """

    private func run(_ script: String) async throws -> ShellResult {
        let scratch = try await ScratchRepository(named: "nets")
        try scratch.write(Self.maker, to: "../make.py")
        try scratch.write(Self.checker, to: "../check.py")
        return try await scratch.run("git model init -q --name team/net && mkdir net\n" + script)
    }

    @Test func `A configuration is read by Triton's schema as the graph has it, whatever the types and names`()
        async throws
    {
        let result = try await run(
            """
            \(Self.python) ~/make.py && git model add -q net && git add -A && git commit -qm Net && git model tag -q v1.0.0
            git model export triton v1.0.0 ~/triton -q
            \(Self.python) ~/check.py ~/triton/team_net/config.pbtxt ~/triton/team_net/1/model.onnx
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix(
                "team_net onnxruntime 0\n16 tensors are as in the graph\n16 tensors are as in the graph\n"
            ),
            "\(result.output)"
        )
    }

    @Test(arguments: [("[]", "has no dimensions, and Triton takes no such input"), ("[2, 0]", "has a dimension of 0")])
    func `What Triton would not load is not exported`(shape: String, message: String) async throws {
        let result = try await run(
            """
            \(Self.python) ~/make.py '\(shape)' && git model add -q net && git add -A && git commit -qm Net && git model tag -q v1.0.0
            git model export triton v1.0.0 ~/triton || echo refused $? && test ! -e ~/triton
            """
        )
        #expect(result.exitCode == 0 && result.output.contains("refused 5\n"), "\(result.output)")
        #expect(result.output.contains(message), "\(result.output)")
    }
}
