import Runs
import Testing

@testable import Operations

/// What is told of packages and of a Python that are not as a run had them.
@Suite struct EnvironmentComparisonTests {
    private func lines(_ packages: String, isConda: Bool = false) throws -> [String] {
        let text = """
            {"executable": "/usr/bin/python3", "version": "3.11.7", "implementation": "CPython", "prefix": "/usr",
             "isVirtual": false, "imports": [], "editable": [], "packages": [
                {"name": "Torch_Lib", "version": "2.1.3+cpu"}, {"name": "epoch", "version": "1!2.0"},
                {"name": "linked", "version": "4.0"}]}
            """
        let answer = try #require(PythonInterpreter.answer(parsing: Array(text.utf8)))
        let python = RunEnvironment.Python(executable: "python3", version: "3.11.2", implementation: "CPython")
        return EnvironmentComparison(place: "P", run: "R")
            .lines(of: answer, python: python, packages: PackageList(Array(packages.utf8)), isConda: isConda)
    }

    @Test func `Major and minor versions count, patches are counted, addresses only have to be there`() throws {
        #expect(try lines("torch.lib==2.1.3+cpu\nlinked @ git+https://example.org/linked@1=2\n").isEmpty)
        #expect(try lines("torch.lib==2.1.0\n") == ["P has other patch versions than R had, of packages: 1"])
        #expect(try lines("torch-lib==2.10\n") == ["P has torch-lib 2.1.3+cpu, and R had 2.10"])
        #expect(try lines("epoch==2.0\n") == ["P has epoch 1!2.0, and R had 2.0"])
        #expect(try lines("gone @ file:///gone\n") == ["P has no gone, and R had file:///gone"])
    }

    @Test func `Of conda's packages only those count that the interpreter knows by that name`() throws {
        let list = "dependencies:\n  - openssl=3.0=h0\n  - epoch=2.0=py311_0\n  - pip:\n    - absent==1\n"
        #expect(try lines(list, isConda: true) == ["P has no absent, and R had 1", "P has epoch 1!2.0, and R had 2.0"])
    }

    @Test func `There are ten lines at most`() throws {
        let found = try lines((10..<30).map { "absent\($0)==1\n" }.joined())
        #expect(found.count == 10)
        #expect(found.first == "P has no absent10, and R had 1")
        #expect(found.last == "P has more that is not as R had it, of packages: 11")
    }
}
