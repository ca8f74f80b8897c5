import ModelCore
import SystemIO
import SystemPackage

/// The sample of a release, and what it should give for it.
struct SmokeSample: Sendable {
    /// The most bytes that a sample, and what is expected, may have.
    private static let byteLimit = 64 << 20

    /// The sample's path in the release.
    let path: String
    /// The sample.
    let input: [UInt8]
    /// How what it gives is compared.
    let expectation: ReleasePlan.Expectation
    /// What it should give.
    let expected: [UInt8]

    /// Reads what a plan names; `nil` where it names no sample, or nothing that it should give.
    ///
    /// Throws `SmokeProblem` for a file that cannot be read.
    init?(of plan: ReleasePlan, in directory: FilePath) throws {
        guard let path = plan.sample, let expectation = plan.expectation else { return nil }
        self.path = path
        self.expectation = expectation
        input = try SmokeSample.read(path, "sample", in: directory)
        expected = try SmokeSample.read(expectation.path, "expected output", in: directory)
    }

    /// The type of the sample's content, by its name.
    var contentType: String {
        switch FilePath(path).extension {
        case "json": "application/json"
        case "csv": "text/csv"
        default: "application/octet-stream"
        }
    }

    private static func read(_ text: String, _ what: String, in directory: FilePath) throws -> [UInt8] {
        let name = QuotedPath.encode(text)
        do {
            let path = try RepositoryPath(text)
            let file = try SafeRelativePath.resolve(root: directory, components: path.components)
            guard let status = try FileStatus.of(file) else {
                throw SmokeProblem("the release has no file \(name), its \(what)")
            }
            guard status.kind == .regular else { throw SmokeProblem("\(name), its \(what), is no file") }
            return try DurableFile.read(file, limit: byteLimit)
        } catch let problem as SmokeProblem {
            throw problem
        } catch {
            throw SmokeProblem("its \(what) \(name) cannot be read: \(error)")
        }
    }
}

/// Why a release could not be tried, or does not work, in one clause, and maybe the last lines of a log.
struct SmokeProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }
}
