/// A value of a YAML document, as far as configuration has them: texts, lists, and mappings with texts as keys.
package enum YAMLValue: Sendable, Hashable {
    /// A text; `isPlain` where it stands without quotes, so that it may be meant as a number or a truth value.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLValue])
    case mapping([String: YAMLValue])

    /// The text; `nil` for another kind of value, and for a plain `null`.
    package var string: String? {
        guard case .scalar(let text, let isPlain) = self, !isPlain || !YAMLValue.nulls.contains(text) else {
            return nil
        }
        return text
    }

    /// The number; `nil` for what is none.
    package var integer: Int64? {
        guard case .scalar(let text, isPlain: true) = self else { return nil }
        return Int64(text)
    }

    /// The truth value; `nil` for what is none.
    package var bool: Bool? {
        guard case .scalar(let text, isPlain: true) = self else { return nil }
        return ["true": true, "True": true, "TRUE": true, "false": false, "False": false, "FALSE": false][text]
    }

    /// The elements; `nil` for another kind of value.
    package var sequence: [YAMLValue]? { if case .sequence(let elements) = self { elements } else { nil } }

    /// The members; `nil` for another kind of value.
    package var mapping: [String: YAMLValue]? { if case .mapping(let members) = self { members } else { nil } }

    /// Whether nothing stands there, as behind a key without a value.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = self else { return false }
        return YAMLValue.nulls.contains(text)
    }

    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
}
