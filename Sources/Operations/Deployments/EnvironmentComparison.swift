import ModelCore
import Runs

/// Says what an interpreter has in other versions than a run had; what only differs in its patch version is counted.
struct EnvironmentComparison {
    private static let lineLimit = 10
    /// The most characters that are shown of a name or a version.
    private static let shownCount = 100

    /// The interpreter that was asked, such as `python3 on edge`.
    let place: String
    /// The run, such as `the run of bert@v1.0.0`.
    let run: String

    /// Returns at most ten lines; packages of which the run's list gives no version, such as those from an address,
    /// only have to be there.
    ///
    /// Conda's packages have names of their own: of those, only what the interpreter knows by the same one counts.
    func lines(
        of answer: PythonInterpreter.Answer,
        python: RunEnvironment.Python,
        packages: PackageList?,
        isConda: Bool
    ) -> [String] {
        var lines: [String] = []
        if let had = Series(python.version), let found = Series(answer.version), had != found {
            lines.append(line("is Python \(shown(answer.version))", had: python.version))
        }
        let installed = Dictionary(
            answer.packages.map { (PackageList.normalized($0.name), $0.version) },
            uniquingKeysWith: { first, _ in first }
        )
        var others: [String] = []
        var patchCount = 0
        for (name, version) in (packages?.versions ?? [:]).sorted(by: { $0.key < $1.key }) {
            let had = Series(version) == nil ? version : String(version.prefix { $0 != "=" })
            guard let found = installed[name] else {
                let isOfConda = isConda && had != version
                if !isOfConda { others.append(line("has no \(shown(name))", had: had)) }
                continue
            }
            guard let series = Series(had), found != had else { continue }
            if series == Series(found) {
                patchCount += 1
            } else {
                others.append(line("has \(shown(name)) \(shown(found))", had: had))
            }
        }
        if patchCount > 0 {
            lines.append("\(place) has other patch versions than \(run) had, of packages: \(patchCount)")
        }
        return limited(lines + others)
    }

    private func line(_ fact: String, had: String) -> String { "\(place) \(fact), and \(run) had \(shown(had))" }

    private func shown(_ text: String) -> String {
        QuotedPath.printable(String(text.prefix(EnvironmentComparison.shownCount)))
    }

    private func limited(_ lines: [String]) -> [String] {
        guard lines.count > EnvironmentComparison.lineLimit else { return lines }
        let told = lines.prefix(EnvironmentComparison.lineLimit - 1)
        return told + ["\(place) has more that is not as \(run) had it, of packages: \(lines.count - told.count)"]
    }
}

/// What versions have in common that differ in their patch version at most: epoch, major and minor number (PEP 440).
private struct Series: Equatable {
    private let numbers: [Int]

    /// Reads a version; `nil` for what begins with no number, such as an address.
    init?(_ version: String) {
        var rest = version[...]
        var epoch = 0
        if let end = rest.firstIndex(of: "!"), let number = Int(rest[..<end]) {
            epoch = number
            rest = rest[rest.index(after: end)...]
        }
        let parts = rest.prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        guard let major = parts.first.flatMap({ Int($0) }) else { return nil }
        numbers = [epoch, major, parts.dropFirst().first.flatMap { Int($0) } ?? 0]
    }
}
