import ModelCore
package import TensorFormats

/// A file that a test made: pieces at offsets, and zeros between them, so that it may be larger than memory.
package struct MemorySource: ByteSource {
    package struct Failure: Error, Equatable {
        package init() {}
    }

    package let byteCount: Int64
    package var pieces: [(offset: Int64, bytes: [UInt8])]
    /// Whether every read fails.
    package var isBroken = false

    package init(_ bytes: [UInt8]) {
        self.init(byteCount: Int64(bytes.count), pieces: [(0, bytes)])
    }

    package init(byteCount: Int64, pieces: [(offset: Int64, bytes: [UInt8])]) {
        self.byteCount = byteCount
        self.pieces = pieces
    }

    package func read(_ range: Range<Int64>) throws(Failure) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount && range.count <= 128 << 20)
        guard !isBroken else { throw Failure() }
        if pieces.count == 1, pieces[0].offset == 0, range.upperBound <= Int64(pieces[0].bytes.count) {
            return Array(pieces[0].bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        var result = [UInt8](repeating: 0, count: range.count)
        for piece in pieces {
            let overlap = range.clamped(to: piece.offset..<(piece.offset + Int64(piece.bytes.count)))
            for position in overlap {
                result[Int(position - range.lowerBound)] = piece.bytes[Int(position - piece.offset)]
            }
        }
        return result
    }
}

extension Recognition {
    /// Recognizes bytes, and checks that a layout keeps its promises.
    package static func of(bytes: [UInt8], named name: String = "model") throws -> Recognition {
        let recognition = try of(MemorySource(bytes), named: name)
        try recognition.expectSound(byteCount: Int64(bytes.count))
        return recognition
    }

    /// The layout; throws the reason for there being none.
    package var layout: TensorLayout {
        get throws {
            guard case .layout(let layout) = self else { throw Unsound(what: "no layout: \(self)") }
            return layout
        }
    }

    /// Why the file is opaque; `nil` where it is not.
    package var reason: String? {
        if case .opaque(let reason) = self { reason } else { nil }
    }

    package struct Unsound: Error, CustomStringConvertible {
        let what: String
        package var description: String { what }
    }

    /// Throws where the ranges of a layout are not what a caller relies on, or a text is not fit to print.
    package func expectSound(byteCount: Int64) throws {
        guard case .layout(let layout) = self else { return try Self.expectPrintable(reason ?? "") }
        var end: Int64 = 0
        for tensor in layout.tensors {
            guard tensor.range.lowerBound >= end, !tensor.range.isEmpty || tensor.shape.contains(0),
                tensor.shape.allSatisfy({ $0 >= 0 })
            else {
                throw Unsound(what: "tensor \(tensor.name) at \(tensor.range) behind \(end)")
            }
            end = tensor.range.upperBound
            guard tensor.name.utf8.count <= 65_536, tensor.shape.count <= 64 else { throw Unsound(what: "a long name") }
            if let width = tensor.type.elementWidth {
                let size = tensor.shape.contains(0) ? 0 : tensor.shape.reduce(Int64(width), *)
                guard size == tensor.range.count else { throw Unsound(what: "\(tensor) has \(size) bytes") }
            }
        }
        guard end <= byteCount else { throw Unsound(what: "the layout ends at \(end) of \(byteCount)") }
        for text in layout.warnings + layout.notes { try Self.expectPrintable(text) }
    }

    private static func expectPrintable(_ text: String) throws {
        guard text.utf8.count < 2000, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Unsound(what: "\(text.debugDescription) is not fit to print")
        }
    }
}
