import CLibYAML
package import ModelCore

/// Reads one YAML document by libyaml's events: no types but texts, no tags, nothing is executed or expanded.
///
/// An alias shares the value of its anchor, and aliases may repeat only so many, so that a document cannot grow. Merge
/// keys (`<<`) are keys like others.
package struct YAMLReader: ~Copyable {
    /// The deepest nesting, so that hostile input cannot exhaust the stack when its values are let go.
    private static let depthLimit = 64
    /// How many values all aliases may repeat, so that nobody walks over more than hostile input has bytes for.
    private static let repetitionLimit = 1 << 20

    /// A list or mapping that is not complete yet.
    private struct Collection {
        let anchor: String?
        let isMapping: Bool
        var elements: [YAMLValue] = []
        var members: [String: YAMLValue] = [:]
        var key: String?
        /// How deep what is in it is nested.
        var depth = 0
        /// How many values it is, with those in it, and those that aliases in it repeat.
        var count = 1
    }

    /// A complete value, with what its collections say of it.
    private struct Complete {
        let value: YAMLValue
        var depth = 0
        var count = 1
    }

    // SAFETY: the parser is initialised once, used and deleted by this value alone, which cannot be copied, and at one
    // place in memory, for libyaml keeps pointers into it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var open: [Collection] = []
    private var anchors: [String: Complete] = [:]
    /// How many values aliases have repeated.
    private var repeated = 0
    private var result: YAMLValue?

    /// Reads a document; an empty one is `nil`.
    ///
    /// Throws `malformed` with the line.
    package static func value(of bytes: [UInt8]) throws(FormatError) -> YAMLValue? {
        var reader = YAMLReader()
        // SAFETY: libyaml reads from the buffer only while `parse` runs.
        return try bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(reader.parser, buffer.baseAddress, buffer.count)
            return Result { () throws(FormatError) in try reader.parse() }
        }.get()
    }

    private init() {
        parser = .allocate(capacity: 1)
        precondition(yaml_parser_initialize(parser) == 1, "no memory for a YAML parser")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private mutating func parse() throws(FormatError) -> YAMLValue? {
        var documents = 0
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError }
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_STREAM_END_EVENT: return result
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                if documents > 1 { throw malformed("there is a second document", event) }
            default: try take(event)
            }
        }
    }

    private mutating func take(_ event: yaml_event_t) throws(FormatError) {
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // SAFETY: the event owns so many bytes until it is deleted.
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw malformed("a text is not UTF-8", event)
            }
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            let complete = Complete(value: .scalar(text, isPlain: isPlain))
            try put(complete, anchor: YAMLReader.name(scalar.anchor), event)
        case YAML_ALIAS_EVENT:
            guard let name = YAMLReader.name(event.data.alias.anchor), let found = anchors[name] else {
                throw malformed("an alias has no anchor before it", event)
            }
            repeated += found.count
            guard repeated <= YAMLReader.repetitionLimit else { throw malformed("aliases repeat too much", event) }
            try put(found, anchor: nil, event)
        case YAML_SEQUENCE_START_EVENT:
            try begin(anchor: event.data.sequence_start.anchor, isMapping: false, event)
        case YAML_MAPPING_START_EVENT:
            try begin(anchor: event.data.mapping_start.anchor, isMapping: true, event)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            let done = open.removeLast()
            let value = done.isMapping ? YAMLValue.mapping(done.members) : .sequence(done.elements)
            try put(Complete(value: value, depth: done.depth + 1, count: done.count), anchor: done.anchor, event)
        default: break
        }
    }

    private mutating func begin(
        anchor: UnsafeMutablePointer<yaml_char_t>?,
        isMapping: Bool,
        _ event: yaml_event_t
    ) throws(FormatError) {
        guard open.count < YAMLReader.depthLimit else { throw malformed("values are nested too deeply", event) }
        open.append(Collection(anchor: YAMLReader.name(anchor), isMapping: isMapping))
    }

    /// Puts a complete value where it belongs.
    private mutating func put(
        _ complete: Complete,
        anchor: String?,
        _ event: yaml_event_t
    ) throws(FormatError) {
        guard open.count + complete.depth <= YAMLReader.depthLimit else {
            throw malformed("values are nested too deeply", event)
        }
        if let anchor { anchors[anchor] = complete }
        let value = complete.value
        guard var last = open.popLast() else {
            result = value
            return
        }
        last.depth = max(last.depth, complete.depth)
        last.count += complete.count
        if !last.isMapping {
            last.elements.append(value)
        } else if let key = last.key {
            guard last.members.updateValue(value, forKey: key) == nil else {
                throw malformed("the key \(QuotedPath.encode(key)) occurs twice", event)
            }
            last.key = nil
        } else {
            guard case .scalar(let text, _) = value else { throw malformed("a key is no text", event) }
            last.key = text
        }
        open.append(last)
    }

    private static func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        // SAFETY: libyaml ends names with a zero.
        anchor.map { String(cString: $0) }
    }

    private func malformed(_ what: String, _ event: yaml_event_t) -> FormatError {
        FormatError("YAML", .malformed("\(what), in line \(event.start_mark.line + 1)"))
    }

    private var syntaxError: FormatError {
        // SAFETY: libyaml's messages are constants.
        let what = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        return FormatError("YAML", .malformed("\(what), in line \(parser.pointee.problem_mark.line + 1)"))
    }
}
