/// What each opcode does: each function returns whether it knows the opcode.
extension PickleMachine {
    /// Numbers, strings and bytes.
    mutating func scalar(_ opcode: UInt8) throws(Refusal) -> Bool {
        switch opcode {
        case PickleOpcode.none: try push(.none)
        case PickleOpcode.newTrue: try push(.bool(true))
        case PickleOpcode.newFalse: try push(.bool(false))
        case PickleOpcode.binInt: try push(.integer(Int64(Int32(truncatingIfNeeded: try number(4)))))
        case PickleOpcode.binInt1: try push(.integer(Int64(try number(1))))
        case PickleOpcode.binInt2: try push(.integer(Int64(try number(2))))
        case PickleOpcode.long1: try long(byteCount: try number(1))
        case PickleOpcode.long4: try long(byteCount: try number(4))
        case PickleOpcode.int, PickleOpcode.long: try decimal()
        case PickleOpcode.binFloat: try data(byteCount: 8)
        case PickleOpcode.float:
            _ = try line()
            try push(.scalar)
        case PickleOpcode.string, PickleOpcode.unicode: try quotedText(isQuoted: opcode == PickleOpcode.string)
        case PickleOpcode.shortBinString, PickleOpcode.shortBinUnicode: try push(try text(try skip(try number(1))))
        case PickleOpcode.binString, PickleOpcode.binUnicode: try push(try text(try skip(try number(4))))
        case PickleOpcode.binUnicode8: try push(try text(try skip(try number(8))))
        case PickleOpcode.shortBinBytes: try data(byteCount: try number(1))
        case PickleOpcode.binBytes: try data(byteCount: try number(4))
        case PickleOpcode.binBytes8, PickleOpcode.byteArray8: try data(byteCount: try number(8))
        default: return false
        }
        return true
    }

    /// Lists, tuples, dictionaries and sets.
    mutating func container(_ opcode: UInt8) throws(Refusal) -> Bool {
        switch opcode {
        case PickleOpcode.emptyList: try push(.list)
        case PickleOpcode.emptyTuple: try push(.tuple)
        case PickleOpcode.emptySet: try push(.set)
        case PickleOpcode.emptyDictionary: try push(.dictionary)
        case PickleOpcode.list: try push(.list, try popMark())
        case PickleOpcode.tuple: try push(.tuple, try popMark())
        case PickleOpcode.frozenSet: try push(.set, try popMark())
        case PickleOpcode.dictionary:
            let items = try popMark()
            try push(.dictionary)
            try add(items: items)
        case PickleOpcode.tuple1, PickleOpcode.tuple2, PickleOpcode.tuple3:
            var elements: [PickleValue] = []
            for _ in PickleOpcode.tuple1...opcode { elements.append(try pop()) }
            try push(.tuple, elements.reversed())
        case PickleOpcode.append: try add(elements: [try pop()])
        case PickleOpcode.appends, PickleOpcode.addItems: try add(elements: try popMark())
        case PickleOpcode.setItem:
            let value = try pop()
            try add(items: [try pop(), value])
        case PickleOpcode.setItems: try add(items: try popMark())
        default: return false
        }
        return true
    }

    /// The stack, the memo and the frame.
    mutating func reference(_ opcode: UInt8) throws(Refusal) -> Bool {
        switch opcode {
        case PickleOpcode.mark: try mark()
        case PickleOpcode.pop: try drop()
        case PickleOpcode.popMark: _ = try popMark()
        case PickleOpcode.dup: try push(try top())
        case PickleOpcode.memoize: try remember(try top(), at: UInt64(memo.count))
        case PickleOpcode.binPut: try remember(try top(), at: try number(1))
        case PickleOpcode.longBinPut: try remember(try top(), at: try number(4))
        case PickleOpcode.put: try remember(try top(), at: try index())
        case PickleOpcode.binGet: try recall(try number(1))
        case PickleOpcode.longBinGet: try recall(try number(4))
        case PickleOpcode.get: try recall(try index())
        case PickleOpcode.proto:
            guard try number(1) <= 5 else { throw .odd("its protocol is not known") }
        case PickleOpcode.frame: _ = try number(8)
        default: return false
        }
        return true
    }

    /// Imports, calls and what stands outside.
    mutating func construction(_ opcode: UInt8) throws(Refusal) -> Bool {
        switch opcode {
        case PickleOpcode.global: try pushGlobal(bytes[try line()], bytes[try line()])
        case PickleOpcode.stackGlobal:
            guard case .text(let name, let nameCount) = try pop(), case .text(let module, let moduleCount) = try pop()
            else { throw .odd("the name of an import is computed") }
            try pushGlobal(
                bytes[Int(module)..<(Int(module) + Int(moduleCount))],
                bytes[Int(name)..<(Int(name) + Int(nameCount))]
            )
        case PickleOpcode.instance:
            let arguments = try popMark()
            try pushGlobal(bytes[try line()], bytes[try line()])
            try pushCall(of: try pop(), arguments)
        case PickleOpcode.object:
            let values = try popMark()
            guard let function = values.first else { throw .odd("an object lacks its class") }
            try pushCall(of: function, Array(values.dropFirst()))
        case PickleOpcode.newObjectKeywords:
            let keywords = try pop()
            let arguments = try pop()
            try push(.call, [try pop(), arguments])
            try change(adding: 1) { $0.state = keywords }
        case PickleOpcode.reduce, PickleOpcode.newObject:
            let arguments = try pop()
            try push(.call, [try pop(), arguments])
        case PickleOpcode.build:
            let state = try pop()
            try change(adding: 1) { $0.state = state }
        case PickleOpcode.persistentID: try push(.persistent, [try pop()])
        default: return false
        }
        return true
    }
}

extension PickleMachine {
    private mutating func pushCall(of function: PickleValue, _ arguments: [PickleValue]) throws(Refusal) {
        try push(.tuple, arguments)
        try push(.call, [function, try pop()])
    }

    private mutating func add(elements: [PickleValue]) throws(Refusal) {
        try change(adding: elements.count) { $0.elements += elements }
    }

    private mutating func add(items: [PickleValue]) throws(Refusal) {
        guard items.count.isMultiple(of: 2) else { throw .odd("a dictionary has a key without a value") }
        try change(adding: items.count) { $0.items += items }
    }

    /// Pushes bytes that nobody looks at.
    private mutating func data(byteCount: UInt64) throws(Refusal) {
        _ = try skip(byteCount)
        try push(.scalar)
    }

    /// Pushes an integer in two's complement; one beyond 64 bits is a number that nobody looks at.
    private mutating func long(byteCount: UInt64) throws(Refusal) {
        let digits = bytes[try skip(byteCount)]
        guard digits.count <= 8 else { return try push(.scalar) }
        let value = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = UInt64(64 - digits.count * 8)
        try push(.integer(digits.isEmpty ? 0 : Int64(bitPattern: value << unused) >> Int64(unused)))
    }

    /// Pushes an integer in decimal digits; `01` and `00` are the truth values of protocol 0.
    private mutating func decimal() throws(Refusal) {
        let line = String(decoding: bytes[try line()].prefix(24), as: UTF8.self)
        switch line {
        case "01": try push(.bool(true))
        case "00": try push(.bool(false))
        default:
            try push(Int64(line.hasSuffix("L") ? String(line.dropLast()) : line).map(PickleValue.integer) ?? .scalar)
        }
    }

    private mutating func index() throws(Refusal) -> UInt64 {
        guard let index = UInt64(String(decoding: bytes[try line()].prefix(24), as: UTF8.self)) else {
            throw .odd("a number of its memo is none")
        }
        return index
    }

    /// Pushes a string of protocol 0; one with escapes would have to be rewritten, and nobody writes such tensors.
    private mutating func quotedText(isQuoted: Bool) throws(Refusal) {
        var range = try line()
        guard !bytes[range].contains(UInt8(ascii: "\\")) else { throw .odd("a string has escapes") }
        if isQuoted {
            guard range.count >= 2, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[range.lowerBound]),
                bytes[range.lowerBound] == bytes[range.upperBound - 1]
            else { throw .odd("a string lacks its quotes") }
            range = (range.lowerBound + 1)..<(range.upperBound - 1)
        }
        try push(try text(range))
    }
}
