extension Recognition {
    /// What the first bytes or the name of a file say that it is, before anything is checked.
    private enum Candidate {
        case format(TensorFormat)
        case opaque(String)
        case unknown
    }

    /// Recognizes a file; `.unknown` also where a read failed, of which the caller knows.
    static func recognize(_ file: FileBytes, named name: String) -> Recognition {
        do {
            switch try candidate(for: file, named: name) {
            case .format(let format): return layout(of: file, as: format)
            case .opaque(let reason): return .opaque(reason: reason)
            case .unknown: return .unknown
            }
        } catch {
            return .unknown
        }
    }

    private static func layout(of file: FileBytes, as format: TensorFormat) -> Recognition {
        do {
            switch format {
            case .safetensors: return .layout(try SafetensorsFile.layout(of: file))
            default: return .unknown
            }
        } catch .odd(let reason) {
            return .opaque(reason: "\(format.rawValue): \(reason)")
        } catch {
            return .unknown
        }
    }

    private static func candidate(for file: FileBytes, named name: String) throws(Refusal) -> Candidate {
        let start = try file.read(min(file.byteCount, 16), at: 0, "its start")
        let suffix = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() ?? ""
        if suffix == "safetensors" || SafetensorsFile.begins(with: start, byteCount: file.byteCount) {
            return .format(.safetensors)
        }
        return .unknown
    }
}
