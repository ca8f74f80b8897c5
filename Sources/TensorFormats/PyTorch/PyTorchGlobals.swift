import ModelCore

/// What the imports of PyTorch's pickles mean.
enum PyTorchGlobals {
    /// The element types of storages, by the name of the class; `UntypedStorage` counts bytes.
    ///
    /// Source: `torch/storage.py` (`_dtype_to_storage_type_map`) of https://github.com/pytorch/pytorch.
    static let storageTypes: [String: DataType] = [
        "torch.DoubleStorage": .f64, "torch.FloatStorage": .f32, "torch.HalfStorage": .f16,
        "torch.BFloat16Storage": .bf16, "torch.LongStorage": .i64, "torch.IntStorage": .i32,
        "torch.ShortStorage": .i16, "torch.CharStorage": .i8, "torch.ByteStorage": .u8, "torch.BoolStorage": .bool,
        "torch.ComplexFloatStorage": .c64, "torch.ComplexDoubleStorage": .c128, "torch.QInt8Storage": .i8,
        "torch.QUInt8Storage": .u8, "torch.QInt32Storage": .i32, "torch.QUInt4x2Storage": .u8,
        "torch.QUInt2x4Storage": .u8, "torch.UntypedStorage": .u8, "torch.storage.UntypedStorage": .u8,
    ]

    /// The element types that a tensor of an untyped storage names: `torch.dtype`.
    static let types: [String: DataType] = [
        "torch.float64": .f64, "torch.float32": .f32, "torch.float16": .f16, "torch.bfloat16": .bf16,
        "torch.int64": .i64, "torch.int32": .i32, "torch.int16": .i16, "torch.int8": .i8, "torch.uint8": .u8,
        "torch.uint16": .u16, "torch.uint32": .u32, "torch.uint64": .u64, "torch.bool": .bool,
        "torch.complex64": .c64, "torch.complex128": .c128, "torch.float8_e4m3fn": .f8E4M3,
        "torch.float8_e5m2": .f8E5M2, "torch.float8_e4m3fnuz": .f8E4M3FNUZ, "torch.float8_e5m2fnuz": .f8E5M2FNUZ,
        "torch.float8_e8m0fnu": .f8E8M0,
    ]

    /// Functions whose first arguments are a storage, an offset, a shape and strides: `torch/_utils.py`.
    static let tensorFunctions: Set<String> = [
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_qtensor",
    ]

    /// Functions whose first argument is the tensor.
    static let parameterFunctions: Set<String> = [
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
    ]

    /// Whether loading a pickle that imports this runs no code but PyTorch's own: what `torch.load` with `weights_only`
    /// allows by itself (`torch/_weights_only_unpickler.py`, `_get_allowed_globals`), and `defaultdict`.
    static func isHarmless(_ name: String) -> Bool {
        harmless.contains(name) || storageTypes[name] != nil || types[name] != nil || tensorFunctions.contains(name)
            || parameterFunctions.contains(name)
    }

    private static let harmless: Set<String> = [
        "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "torch.Size", "torch.Tensor",
        "torch.device", "torch.nn.parameter.Parameter", "torch.serialization._get_layout", "torch.storage.TypedStorage",
        "torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_sparse_tensor",
        "torch._utils._rebuild_sparse_csr_tensor", "torch._utils._rebuild_meta_tensor_no_storage",
        "torch._utils._rebuild_nested_tensor", "torch._utils._rebuild_wrapper_subclass", "torch.per_tensor_affine",
        "torch.per_channel_affine", "torch.quint8", "torch.qint8", "torch.qint32", "torch.quint4x2", "torch.quint2x4",
        "_codecs.encode", "builtins.set", "builtins.bytearray", "builtins.complex", "__builtin__.set",
        "__builtin__.bytearray", "__builtin__.complex",
    ]
}
