import ModelCore
import SystemIO
import SystemPackage
import TensorFormats

/// A file that says what a model takes and gives: an ONNX model, or JSON.
struct SignatureFile {
    private static let byteLimit = 1 << 20

    /// The file as the user named it.
    private let name: String
    private let path: FilePath

    /// Names a file, from where the user stands.
    init(_ name: String, in context: Context) {
        self.name = name
        path = context.workingDirectory.pushing(FilePath(name))
    }

    /// Reads the signature; of an ONNX model only the headers are read.
    ///
    /// Blocks.
    func signature() throws -> ModelSignature {
        do {
            guard name.lowercased().hasSuffix(".onnx") else {
                let bytes = try DurableFile.read(path, limit: SignatureFile.byteLimit)
                return try ModelSignature(parsing: try JSONValue(parsing: bytes))
            }
            return try ONNXSignature.of(try ModelFileBytes(path)).get()
        } catch {
            throw Failure(
                .failed,
                "cannot read the signature of \(QuotedPath.encode(name))",
                hints: hints,
                cause: error
            )
        }
    }

    /// What helps where the bytes of an artifact are not here.
    private var hints: [String] {
        let pointer = FilePath(path.string + Pointer.fileSuffix)
        let isThere = { (file: FilePath) in ((try? FileStatus.of(file, followingLinks: true)) ?? nil) != nil }
        return isThere(pointer) && !isThere(path)
            ? ["get its bytes: `git model pull -- \(ShellWord.quoted(name))`"] : []
    }
}
