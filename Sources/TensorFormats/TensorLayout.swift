import ModelCore

/// Where the tensors of a file are.
///
/// Tensors are in the order of the file, do not overlap and lie inside it. One without elements has no bytes, and lies
/// between others. What lies between them belongs to no tensor.
package struct TensorLayout: Hashable, Sendable {
    /// The most tensors of one file; another is opaque.
    package static let maximumTensorCount = 1_000_000
    /// The most bytes of a name, as manifests have it.
    package static let maximumNameByteCount = 65_536
    /// The most dimensions, as manifests have it.
    package static let maximumRank = 64

    /// The file's format.
    package let format: TensorFormat
    /// The tensors, in the order of the file.
    package let tensors: [Tensor]
    /// What whoever loads the file should know first, such as code that it would run; one sentence each, fit to print.
    package let warnings: [String]
    /// What else is worth telling, such as tensors that are in another file; one sentence each, fit to print.
    package let notes: [String]
    /// Every global name that the file's pickle imports, sorted, as `module.name`; `nil` for formats without a pickle.
    package let imports: [String]?

    /// Creates a layout of tensors in any order.
    ///
    /// Throws where the tensors overlap, lie outside of the file, or have more or fewer bytes than type and shape say;
    /// what is odd about one without bytes harms no other, and that is left out, or moved to where it is in no other.
    init(
        _ format: TensorFormat,
        of file: FileBytes,
        tensors: [Tensor],
        warnings: [String] = [],
        notes: [String] = [],
        imports: [String]? = nil
    ) throws(Refusal) {
        guard tensors.count <= TensorLayout.maximumTensorCount else {
            throw .odd("it has more than \(TensorLayout.maximumTensorCount) tensors")
        }
        let found = tensors.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var placed: [Tensor] = []
        placed.reserveCapacity(found.count)
        var end: Int64 = 0
        for tensor in found {
            if tensor.range.isEmpty {
                guard TensorLayout.hasNoElements(tensor) else { continue }
                placed.append(tensor.moved(to: min(max(tensor.range.lowerBound, end), file.byteCount)))
                continue
            }
            guard tensor.range.lowerBound >= end else {
                let before = placed.last { !$0.range.isEmpty }?.name.quoted ?? "the file's start"
                throw .odd("tensor \(tensor.name.quoted) overlaps \(before)")
            }
            end = tensor.range.upperBound
            try TensorLayout.check(tensor)
            placed.append(tensor)
        }
        guard end <= file.byteCount else { throw .odd("its last tensor ends behind the end of the file") }
        self.format = format
        self.tensors = placed
        self.warnings = warnings
        self.notes = notes
        self.imports = imports
    }

    /// Whether a tensor without bytes is one that has none, rather than one whose bytes are amiss.
    private static func hasNoElements(_ tensor: Tensor) -> Bool {
        guard Tensor.elementCount(of: tensor.shape) == 0 else { return false }
        do throws(Refusal) { try check(tensor) } catch { return false }
        return true
    }

    private static func check(_ tensor: Tensor) throws(Refusal) {
        guard tensor.name.utf8.count <= maximumNameByteCount else {
            throw .odd("the name \(tensor.name.quoted) is longer than \(maximumNameByteCount) bytes")
        }
        guard tensor.shape.count <= maximumRank else {
            throw .odd("tensor \(tensor.name.quoted) has more than \(maximumRank) dimensions")
        }
        guard Tensor.elementCount(of: tensor.shape) != nil else {
            throw .odd("tensor \(tensor.name.quoted) has a dimension below zero or too many elements")
        }
        guard tensor.type.elementBitCount != nil else { return }
        guard Tensor.byteCount(of: tensor.type, shape: tensor.shape) == Int64(tensor.range.count) else {
            throw .odd("tensor \(tensor.name.quoted) has other bytes than its type and shape need")
        }
    }
}

extension Tensor {
    /// Returns a tensor without bytes at another place.
    fileprivate func moved(to place: Int64) -> Tensor {
        Tensor(name: name, type: type, shape: shape, range: place..<place)
    }
}
