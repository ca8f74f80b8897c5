/// Reads a pickle of protocol 0 to 5 symbolically: it imports, calls and makes nothing, and only notes what would be.
///
/// Source: CPython's `Lib/pickletools.py` (the opcodes) and `Lib/pickle.py` (what they do). Reading stops, without an
/// error, at the first byte that is not understood; what was read until then stays known. Time is linear in the length
/// of the pickle; memory is bounded by `maximumCellCount` and the pickle itself.
struct PickleMachine {
    /// The longest pickle.
    static let maximumByteCount: Int64 = 64 << 20
    /// The most values that objects hold, an object counting as four more; a tensor takes some 55, so that 110,000 have
    /// room in a quarter of a gigabyte.
    private static let maximumCellCount = 6 << 20
    private static let maximumStackCount = 4 << 20
    private static let maximumImportCount = 10_000
    private static let maximumImportByteCount = 1024

    let bytes: [UInt8]
    var position = 0
    private(set) var stack: [PickleValue] = []
    /// Where in the stack the marks are.
    private var marks: [Int] = []
    var memo: [PickleValue] = []
    private(set) var objects: [PickleObject] = []
    private(set) var persistentObjects: [Int] = []
    private(set) var imports: Set<String> = []
    private var cellCount = 0

    /// Reads a pickle, whatever follows its end.
    static func contents(of bytes: [UInt8]) -> PickleContents {
        var machine = PickleMachine(bytes: bytes)
        var value: PickleValue?
        var stop: String?
        do {
            value = try machine.run()
        } catch .odd(let reason) {
            stop = "at byte \(machine.position): \(reason)"
        } catch {
            stop = "at byte \(machine.position)"
        }
        return PickleContents(
            bytes: bytes,
            objects: machine.objects,
            persistentObjects: machine.persistentObjects,
            imports: machine.imports,
            value: value,
            stop: stop
        )
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func run() throws(Refusal) -> PickleValue {
        while true {
            let opcode = try byte()
            if opcode == PickleOpcode.stop { return try pop() }
            if try scalar(opcode) { continue }
            if try container(opcode) { continue }
            if try reference(opcode) { continue }
            guard try construction(opcode) else { throw .odd("the opcode \(opcode) is not known") }
        }
    }
}

/// Bytes of the pickle.
extension PickleMachine {
    mutating func byte() throws(Refusal) -> UInt8 {
        guard position < bytes.count else { throw .odd("it is cut short") }
        defer { position += 1 }
        return bytes[position]
    }

    /// Skips `count` bytes and returns where they are.
    mutating func skip(_ count: UInt64) throws(Refusal) -> Range<Int> {
        guard count <= UInt64(bytes.count - position) else { throw .odd("it is cut short") }
        defer { position += Int(count) }
        return position..<(position + Int(count))
    }

    /// Reads an unsigned little-endian number of so many bytes.
    mutating func number(_ byteCount: UInt64) throws(Refusal) -> UInt64 {
        bytes[try skip(byteCount)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Skips a line and returns where it is, without its end.
    mutating func line() throws(Refusal) -> Range<Int> {
        let start = position
        while try byte() != UInt8(ascii: "\n") {}
        return start..<(position - 1)
    }

    /// Returns a range as a string value.
    func text(_ range: Range<Int>) throws(Refusal) -> PickleValue {
        guard bytes[range].allSatisfy({ $0 < 0x80 }) || String(validating: bytes[range], as: UTF8.self) != nil else {
            throw .odd("a string is not UTF-8")
        }
        // A pickle is far shorter than 2³² bytes.
        return .text(start: UInt32(range.lowerBound), count: UInt32(range.count))
    }
}

/// The stack and the objects.
extension PickleMachine {
    mutating func push(_ value: PickleValue) throws(Refusal) {
        guard stack.count < PickleMachine.maximumStackCount else { throw .odd("its stack is too deep") }
        stack.append(value)
    }

    /// Takes the uppermost value, which must not lie below a mark.
    mutating func pop() throws(Refusal) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw .odd("its stack is empty") }
        return value
    }

    /// Returns the uppermost value.
    func top() throws(Refusal) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw .odd("its stack is empty") }
        return value
    }

    mutating func mark() throws(Refusal) {
        guard marks.count < PickleMachine.maximumStackCount else { throw .odd("its stack is too deep") }
        marks.append(stack.count)
    }

    /// Takes the values above the uppermost mark, and the mark.
    mutating func popMark() throws(Refusal) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw .odd("a mark is missing") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    /// Drops the uppermost value, or the mark that lies there.
    mutating func drop() throws(Refusal) {
        if marks.last == stack.count {
            marks.removeLast()
        } else {
            _ = try pop()
        }
    }

    /// Pushes a new object.
    mutating func push(_ kind: PickleObject.Kind, _ elements: [PickleValue] = []) throws(Refusal) {
        try count(elements.count + 4)
        if case .persistent = kind { persistentObjects.append(objects.count) }
        objects.append(PickleObject(kind, elements))
        // There are fewer objects than cells.
        try push(.object(Int32(objects.count - 1)))
    }

    private mutating func count(_ cells: Int) throws(Refusal) {
        cellCount += cells
        guard cellCount <= PickleMachine.maximumCellCount else { throw .odd("it has too many objects") }
    }

    /// Changes the object on top of the stack by `body`, which adds that many values to it.
    mutating func change(adding cells: Int, _ body: (inout PickleObject) -> Void) throws(Refusal) {
        try count(cells)
        // Something else there, such as what a call returned that is not known, keeps no values.
        guard case .object(let number) = try top() else { return }
        body(&objects[Int(number)])
    }

    mutating func remember(_ value: PickleValue, at index: UInt64) throws(Refusal) {
        if index == memo.count, memo.count < PickleMachine.maximumStackCount {
            memo.append(value)
        } else {
            // Everybody numbers from 0 upwards; a table with holes would let few bytes claim much memory.
            guard index < memo.count else { throw .odd("its memo has a hole") }
            memo[Int(index)] = value
        }
    }

    mutating func recall(_ index: UInt64) throws(Refusal) {
        guard index < memo.count else { throw .odd("its memo lacks an entry") }
        try push(memo[Int(index)])
    }

    /// Pushes what an import would return.
    mutating func pushGlobal(_ module: some Sequence<UInt8>, _ name: some Sequence<UInt8>) throws(Refusal) {
        let name = String(decoding: Array(module) + [UInt8(ascii: ".")] + Array(name), as: UTF8.self)
        guard name.utf8.count <= PickleMachine.maximumImportByteCount else { throw .odd("an import is too long") }
        imports.insert(name)
        guard imports.count <= PickleMachine.maximumImportCount else { throw .odd("it has too many imports") }
        try push(.global(name))
    }
}
