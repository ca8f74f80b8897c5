/// What a pickle puts on its stack: a small value, or a reference to an object of the machine.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case integer(Int64)
    /// A string: a range of the pickle's bytes, which are UTF-8.
    case text(start: UInt32, count: UInt32)
    /// A number or bytes that no layout depends on.
    case scalar
    /// An object, by its number.
    case object(Int32)
}

/// Something that a pickle makes and may change afterwards.
struct PickleObject {
    /// What the object is, were it made.
    enum Kind {
        case tuple
        case list
        case set
        case dictionary
        /// What an import returns.
        case global(String)
        /// What stands outside of the pickle; the first element names it.
        case persistent
        /// What a call returns; the first two elements are the function and its arguments.
        case call
    }

    let kind: Kind
    /// The elements in order.
    var elements: [PickleValue]
    /// Keys and values, alternately.
    var items: [PickleValue] = []
    /// The attributes, where they were set.
    var state = PickleValue.none

    init(_ kind: Kind, _ elements: [PickleValue] = []) {
        self.kind = kind
        self.elements = elements
    }
}

/// What became of a pickle: the objects that it describes, none of which was made.
struct PickleContents {
    static let maximumTextByteCount = 4096

    /// The pickle.
    let bytes: [UInt8]
    /// Every object, by its number.
    let objects: [PickleObject]
    /// The numbers of the persistent objects, in order.
    let persistentObjects: [Int]
    /// Every import, as `module.name`.
    let imports: Set<String>
    /// The value of the whole; `nil` where reading stopped before its end.
    let value: PickleValue?
    /// Why reading stopped before the end.
    let stop: String?

    /// Returns an object; `nil` for another value.
    func object(_ value: PickleValue) -> PickleObject? {
        if case .object(let number) = value { objects[Int(number)] } else { nil }
    }

    /// Returns the elements of a tuple or list; `nil` for another value.
    func elements(_ value: PickleValue) -> [PickleValue]? {
        guard let object = object(value) else { return nil }
        switch object.kind {
        case .tuple, .list: return object.elements
        // torch.Size and its like: a call with one list of elements.
        case .call: return global(object.elements[0]) == "torch.Size" ? elements(ofCall: object) : nil
        default: return nil
        }
    }

    private func elements(ofCall call: PickleObject) -> [PickleValue]? {
        guard let arguments = object(call.elements[1]), arguments.elements.count == 1,
            let list = object(arguments.elements[0])
        else { return nil }
        return list.elements
    }

    /// Returns the name of an import; `nil` for another value.
    func global(_ value: PickleValue) -> String? {
        if case .global(let name) = object(value)?.kind { name } else { nil }
    }

    /// Returns a string; `nil` for another value, and for a text that is too long for a name, since reading it again
    /// for each of many tensors would take for ever.
    func text(_ value: PickleValue) -> String? {
        guard case .text(let start, let count) = value, count <= PickleContents.maximumTextByteCount else { return nil }
        return String(decoding: bytes[Int(start)..<(Int(start) + Int(count))], as: UTF8.self)
    }

    /// Returns an integer; `nil` for another value.
    func integer(_ value: PickleValue) -> Int64? {
        if case .integer(let integer) = value { integer } else { nil }
    }

    /// Returns integers; `nil` where one is another value.
    func integers(_ value: PickleValue, atMost limit: Int) -> [Int64]? {
        guard let elements = elements(value), elements.count <= limit else { return nil }
        var integers: [Int64] = []
        for element in elements {
            guard let integer = integer(element) else { return nil }
            integers.append(integer)
        }
        return integers
    }
}
