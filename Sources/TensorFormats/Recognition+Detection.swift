extension Recognition {
    /// What the first bytes or the name of a file say that it is, before anything is checked.
    private enum Candidate {
        case format(TensorFormat)
        case zip
        case opaque(String)
        case unknown
    }

    /// Recognizes a file; `.unknown` also where a read failed, of which the caller knows.
    static func recognize(_ file: FileBytes, named name: String) -> Recognition {
        let suffix = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() ?? ""
        do {
            let start = try file.read(min(file.byteCount, 4096), at: 0, "its start")
            switch candidate(start, suffix: suffix, byteCount: file.byteCount) {
            case .format(let format): return layout(format) { () throws(Refusal) in try format.layout(of: file) }
            case .zip: return archive(file, suffix: suffix)
            case .opaque(let reason): return .opaque(reason: reason)
            case .unknown: return .unknown
            }
        } catch {
            return .unknown
        }
    }

    private static func layout(_ format: TensorFormat, _ parse: () throws(Refusal) -> TensorLayout) -> Recognition {
        do {
            return .layout(try parse())
        } catch .odd(let reason) {
            return .opaque(reason: "\(format.rawValue): \(reason)")
        } catch {
            return .unknown
        }
    }

    /// Tells the formats that begin with a signature, then those that only their name tells.
    private static func candidate(_ start: [UInt8], suffix: String, byteCount: Int64) -> Candidate {
        if start.starts(with: GGUFFile.magic) { return .format(.gguf) }
        if start.starts(with: NumPyArray.magic) { return .format(.npy) }
        if start.starts(with: ZipArchive.magic) || start.starts(with: ZipArchive.emptyMagic) { return .zip }
        if start.starts(with: legacyTorchMagic) { return .opaque("pytorch: it is in the format before PyTorch 1.6") }
        if isHDF5(start) { return .opaque("HDF5") }
        if SafetensorsFile.begins(with: start, byteCount: byteCount) { return .format(.safetensors) }
        switch suffix {
        case "safetensors", "gguf", "npy", "onnx":
            return TensorFormat(rawValue: suffix).map(Candidate.format) ?? .unknown
        case "npz": return .opaque("npz: it is no zip archive")
        case "pt", "pth": return isTar(start) ? .opaque("pytorch: it is a tar archive") : pickle(start)
        case "bin", "ckpt", "pkl", "pickle", "joblib": return pickle(start)
        default: return .unknown
        }
    }
}

/// What only Python, or a library that is not linked here, reads.
extension Recognition {
    private static let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    /// `PROTO 2`, `LONG1` of ten bytes, 0x1950A86A20F9469CFC6C, `STOP`: `torch/serialization.py`, `MAGIC_NUMBER`.
    private static let legacyTorchMagic: [UInt8] = [
        0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]

    /// HDF5's signature is at the start, or behind a block of the user's own.
    private static func isHDF5(_ start: [UInt8]) -> Bool {
        [0, 512, 1024, 2048].contains { start.dropFirst($0).starts(with: hdf5Signature) }
    }

    private static func isTar(_ start: [UInt8]) -> Bool {
        start.dropFirst(257).starts(with: "ustar".utf8)
    }

    private static func pickle(_ start: [UInt8]) -> Candidate {
        let isPickle = start.count >= 2 && start[0] == 0x80 && (2...5).contains(start[1])
        return isPickle ? .opaque("pickle") : .unknown
    }
}

/// Zip archives, which their members tell.
extension Recognition {
    /// What an archive of that suffix should be.
    private static let formats: [String: TensorFormat] = [
        "npz": .npz, "pt": .pytorch, "pth": .pytorch, "bin": .pytorch, "ckpt": .pytorch,
    ]

    private static func archive(_ file: FileBytes, suffix: String) -> Recognition {
        let named = formats[suffix]
        let directory: ZipDirectory
        do {
            directory = try ZipDirectory(file)
        } catch .odd(let reason) {
            return named.map { .opaque(reason: "\($0.rawValue): \(reason)") } ?? .unknown
        } catch {
            return .unknown
        }
        if directory.entries.contains(where: { $0.name.hasSuffix(".weights.h5") }) { return .opaque(reason: "HDF5") }
        if named == .npz || NumPyArchive.isArchive(directory) {
            return layout(.npz) { () throws(Refusal) in try NumPyArchive.layout(of: file, directory) }
        }
        if PyTorchFile.isArchive(directory) {
            return layout(.pytorch) { () throws(Refusal) in try PyTorchFile.layout(of: file, directory) }
        }
        return suffix == "pt" || suffix == "pth"
            ? .opaque(reason: "pytorch: it is a zip archive without data.pkl") : .unknown
    }
}

extension TensorFormat {
    /// Reads a file that is not an archive.
    fileprivate func layout(of file: FileBytes) throws(Refusal) -> TensorLayout {
        switch self {
        case .safetensors: try SafetensorsFile.layout(of: file)
        case .gguf: try GGUFFile.layout(of: file)
        case .npy: try NumPyFile.layout(of: file)
        case .onnx: try ONNXFile.layout(of: file)
        case .npz, .pytorch: throw .odd("it is no zip archive")
        }
    }
}
