import FoundationEssentials
import Runs
import SystemIO
import SystemPackage

/// Asks an interpreter of Python what it is and which packages it finds.
struct PythonInterpreter {
    private static let answerMilliseconds = 30_000

    /// Prints one JSON document; reads metadata of packages and imports none.
    static let question = String(decoding: PackageResources.python_packages_py, as: UTF8.self)

    /// A package that is installed.
    struct Package: Decodable {
        let name: String
        let version: String
        /// Where it was installed from, if not from an index.
        let link: String?
    }

    /// A project that is installed so that its own directory is what is imported.
    struct Editable: Decodable {
        let name: String
        /// The project's directory.
        let place: String
    }

    /// What an interpreter says.
    struct Answer: Decodable {
        let executable: String
        let version: String
        let implementation: String
        let prefix: String
        let isVirtual: Bool
        let packages: [Package]
        /// The directories that modules are imported from.
        let imports: [String]
        let editable: [Editable]

        /// The interpreter.
        var python: RunEnvironment.Python {
            RunEnvironment.Python(executable: executable, version: version, implementation: implementation)
        }

        /// The packages as pip reads them, sorted by name.
        var requirements: [UInt8] {
            let lines = packages.map { package in
                package.link.map { "\(package.name) @ \(Redaction.value($0))" } ?? "\(package.name)==\(package.version)"
            }
            return Array(lines.sorted { $0.lowercased() < $1.lowercased() }.map { $0 + "\n" }.joined().utf8)
        }
    }

    private let program: FilePath
    private let environment: [String: String]

    init(_ program: FilePath, environment: [String: String]) {
        self.program = program
        self.environment = environment
    }

    /// What it says; `nil` where it does not work.
    var answer: Answer? {
        let output = ProgramOutput.of(
            program,
            ["-c", PythonInterpreter.question],
            environment: environment,
            within: PythonInterpreter.answerMilliseconds
        )
        return output.flatMap { PythonInterpreter.answer(parsing: $0) }
    }

    /// Reads what a Python prints that was asked the question; `nil` for anything else.
    static func answer(parsing bytes: [UInt8]) -> Answer? { try? JSONDecoder().decode(Answer.self, from: Data(bytes)) }
}
