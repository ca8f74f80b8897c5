import Git
import ModelCore
import SystemIO
import SystemPackage

/// A file with a pointer's name, and what it turned out to be.
struct PointerFile {
    /// Why it is no pointer.
    struct Problem: Error {
        let kind: PointerIndex.Damage.Kind
        let text: String
        private let named: Pointer?

        static let unmerged = Problem(kind: .unmerged, text: "it has a merge conflict")
        static let notAFile = Problem(kind: .notAFile, text: "it is not a plain file")
        static let onlySuffix = Problem(kind: .unusableName, text: "it is not named after an artifact")

        init(_ error: PointerError, in bytes: [UInt8] = [], isTracked: Bool = true) {
            // Nothing that was ever a pointer; an empty file may be what is left of one.
            let isOther = error == .tooLarge && bytes.isEmpty || error == .notAPointer && !bytes.isEmpty
            self.init(
                kind: error.needsNewerVersion ? .newerVersion : isOther && !isTracked ? .foreign : .malformed,
                text: "\(error)",
                named: try? Pointer(parsing: bytes.filter { $0 != UInt8(ascii: "\r") })
            )
        }

        init(_ error: RepositoryPathError, in bytes: [UInt8] = []) {
            self.init(kind: .unusableName, text: "\(error)", named: try? Pointer(parsing: bytes))
        }

        fileprivate init(kind: PointerIndex.Damage.Kind, text: String, named: Pointer? = nil) {
            self.kind = kind
            self.text = text
            self.named = named
        }

        func damage(at path: GitPath) -> PointerIndex.Damage {
            PointerIndex.Damage(path: path.description, kind: kind, problem: text, named: named)
        }
    }

    /// Enough for a pointer of a later version, so that it is told from a large file.
    static let byteLimit: Int64 = 1 << 16

    let path: GitPath
    let entry: Result<PointerIndex.Entry, Problem>

    init(path: GitPath, _ entry: Result<PointerIndex.Entry, Problem>) {
        self.path = path
        self.entry = entry
    }

    init(
        path: GitPath,
        _ bytes: [UInt8],
        isExecutable: Bool,
        isTracked: Bool = true,
        isUnmerged: Bool = false
    ) {
        self.path = path
        do {
            guard let artifact = try RepositoryPath(bytes: path.bytes).removingPointerSuffix else {
                throw Problem.onlySuffix
            }
            entry = .success(
                PointerIndex.Entry(
                    path: artifact,
                    pointer: try Pointer(parsing: bytes),
                    isExecutable: isExecutable,
                    isTracked: isTracked,
                    isUnmerged: isUnmerged
                )
            )
        } catch let error as PointerError {
            entry = .failure(isUnmerged ? .unmerged : Problem(error, in: bytes, isTracked: isTracked))
        } catch let error as RepositoryPathError {
            entry = .failure(Problem(error, in: bytes))
        } catch {
            entry = .failure(error as? Problem ?? Problem(kind: .malformed, text: "\(error)"))
        }
    }

    /// Reads a file of the work tree, whose state is the letter of git-ls-files(1); `nil` where there is none.
    ///
    /// A pointer with a conflict counts as one as soon as its file is that of one side, or anything else that is a
    /// pointer.
    init?(onDisk path: GitPath, below root: FilePath, _ state: UInt8) throws {
        let location: FilePath
        do {
            location = try SafeRelativePath.resolve(
                root: root,
                components: RepositoryPath(bytes: path.bytes).components
            )
        } catch let error as RepositoryPathError {
            self.init(path: path, .failure(Problem(error)))
            return
        } catch let error as UnsafePathError {
            self.init(path: path, .failure(try PointerFile.problem(error, below: root)))
            return
        }
        guard let status = try FileStatus.of(location) else { return nil }
        guard status.kind == .regular else {
            self.init(path: path, .failure(.notAFile))
            return
        }
        let isTracked = state != UInt8(ascii: "?")
        guard status.size <= PointerFile.byteLimit else {
            self.init(path: path, .failure(Problem(.tooLarge, isTracked: isTracked)))
            return
        }
        self.init(
            path: path,
            try DurableFile.read(location, limit: Int(PointerFile.byteLimit)),
            isExecutable: status.isExecutable,
            isTracked: isTracked,
            isUnmerged: state == UInt8(ascii: "M")
        )
    }

    private static func problem(_ error: UnsafePathError, below root: FilePath) throws -> Problem {
        switch error {
        case .symbolicLink(var obstacle, _), .notDirectory(var obstacle, _):
            _ = obstacle.removePrefix(root)
            return Problem(kind: .obstructed(by: obstacle.string), text: "\(error)")
        case .invalidComponent: return Problem(kind: .unusableName, text: "\(error)")
        case .io(let error): throw error
        }
    }
}
