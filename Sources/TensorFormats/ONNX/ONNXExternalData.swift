import ModelCore

/// Which tensors of an ONNX model are in files beside it, and where in these.
///
/// Source: `docs/ExternalData.md` of https://github.com/onnx/onnx. Only files in the model's own directory count: a
/// location that is a path is left out, as nobody should open what a hostile model names.
package struct ONNXExternalData: Sendable {
    private var tensors: [String: [Tensor]] = [:]
    /// Why the tensors of a file cannot be where the model has them.
    private var refusals: [String: String] = [:]
    private var count = 0

    init() {}

    /// The names of the files, sorted.
    package var names: [String] { Set(tensors.keys).union(refusals.keys).sorted() }

    /// Reads what a model says of the files beside it; nothing where it is no sound ONNX model.
    ///
    /// Throws what the source throws, and nothing else. Takes memory in proportion to the model's size, which the
    /// caller bounds.
    package static func of<Source: ByteSource & ~Copyable>(
        _ source: borrowing Source
    ) throws(Source.Failure) -> ONNXExternalData {
        try FileBytes.parse(source) { file in
            do throws(Refusal) { return try ONNXFile.externalData(of: file) } catch { return ONNXExternalData() }
        }
    }

    /// Notes a tensor that has a location.
    mutating func add(_ tensor: ONNXTensor, at location: String) throws(Refusal) {
        guard ONNXExternalData.isName(location) else { return }
        guard count < TensorLayout.maximumTensorCount else {
            throw .odd("it has more than \(TensorLayout.maximumTensorCount) tensors")
        }
        count += 1
        do throws(Refusal) {
            if let placed = try tensor.placedOutside() { tensors[location, default: []].append(placed) }
        } catch .odd(let reason) {
            refusals[location] = refusals[location] ?? reason
        }
    }

    /// Whether a location is the name of a file in the model's own directory.
    private static func isName(_ location: String) -> Bool {
        !location.isEmpty && location != "." && location != ".."
            && !location.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
    }

    /// Recognizes a file of that name and size beside the model, which is called `model`; `.unknown` where the model
    /// does not name it.
    ///
    /// Of tensors that share all their bytes, the first counts. No byte of the file is looked at.
    package func recognition(of name: String, byteCount: Int64, from model: String) -> Recognition {
        let reason: String
        do throws(Refusal) {
            if let refusal = refusals[name] { throw .odd(refusal) }
            guard let found = tensors[name] else { return .unknown }
            var ranges: Set<Range<Int64>> = []
            let distinct = found.filter { ranges.insert($0.range).inserted }
            let file = FileBytes(byteCount: byteCount) { _ in nil }
            return .layout(try TensorLayout(.onnx, of: file, tensors: distinct))
        } catch .odd(let text) {
            reason = text
        } catch {
            return .unknown
        }
        return .opaque(reason: "onnx: as \(model.quoted) describes it, \(reason)")
    }
}
