/// What became of a tensor between two versions of an object.
package struct TensorChange: Hashable, Sendable {
    /// What became of it.
    package enum Kind: Hashable, Sendable {
        /// The later version has it, the earlier one does not.
        case added(TensorForm)
        /// The earlier version has it, the later one does not.
        case removed(TensorForm)
        /// Both have it, and it is not the same.
        case changed(from: TensorForm, to: TensorForm, Difference)
    }

    /// How far the values of a tensor are apart.
    package enum Difference: Hashable, Sendable {
        /// This far.
        case measured(TensorComparison)
        /// Type or shape differ, so that elements have no counterparts.
        case otherForm
        /// The elements are no single numbers, or of a type that is not known.
        case noNumbers
        /// The values were not compared: the earlier version's were not there, or nobody had those of either.
        case unmeasured
    }

    /// The file of the tree that the tensor is in, the earlier version's for one that was removed; empty where the
    /// object is a file.
    package var file: String
    /// The tensor's name.
    package var name: String
    /// What became of it.
    package var kind: Kind

    /// Creates a change.
    package init(file: String, name: String, kind: Kind) {
        self.file = file
        self.name = name
        self.kind = kind
    }

    /// The change from the later version to the earlier one.
    package var reversed: TensorChange {
        var reversed = self
        switch kind {
        case .added(let form): reversed.kind = .removed(form)
        case .removed(let form): reversed.kind = .added(form)
        case .changed(let before, let after, .measured(let figures)):
            reversed.kind = .changed(from: after, to: before, .measured(figures.reversed))
        case .changed(let before, let after, let difference):
            reversed.kind = .changed(from: after, to: before, difference)
        }
        return reversed
    }
}

extension TensorChange {
    init(from reader: inout ByteReader) throws(FormatError) {
        let number = try reader.integer(UInt8.self)
        file = try reader.string()
        name = try reader.string()
        switch number {
        case 1:
            let before = try TensorForm(from: &reader)
            let after = try TensorForm(from: &reader)
            kind = .changed(from: before, to: after, try Difference(from: &reader))
        case 2: kind = .added(try TensorForm(from: &reader))
        case 3: kind = .removed(try TensorForm(from: &reader))
        default: throw FormatError(ObjectComparison.format, .newer("change \(number)"))
        }
    }

    func encode(into writer: inout ByteWriter) {
        let (number, forms): (UInt8, [TensorForm]) =
            switch kind {
            case .changed(let before, let after, _): (1, [before, after])
            case .added(let form): (2, [form])
            case .removed(let form): (3, [form])
            }
        writer.integer(number)
        writer.string(file)
        writer.string(name)
        for form in forms { form.encode(into: &writer) }
        if case .changed(_, _, let difference) = kind { difference.encode(into: &writer) }
    }
}

extension TensorChange.Difference {
    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        let number = try reader.integer(UInt8.self)
        switch number {
        case 0: self = .measured(try TensorComparison(from: &reader))
        case 1: self = .otherForm
        case 2: self = .noNumbers
        case 3: self = .unmeasured
        default: throw FormatError(ObjectComparison.format, .newer("difference \(number)"))
        }
    }

    fileprivate func encode(into writer: inout ByteWriter) {
        switch self {
        case .measured(let figures):
            writer.integer(UInt8(0))
            figures.encode(into: &writer)
        case .otherForm: writer.integer(UInt8(1))
        case .noNumbers: writer.integer(UInt8(2))
        case .unmeasured: writer.integer(UInt8(3))
        }
    }
}
