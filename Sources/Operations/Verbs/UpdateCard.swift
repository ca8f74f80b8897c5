import ModelCore
import Registry
import Runs
import SystemIO
import SystemPackage

/// `git model card`: brings the front matter of a model's card in line with its description and metrics.
package struct UpdateCard: Sendable {
    /// The card.
    package struct Report: Operations.Report {
        /// The model's name.
        package let model: String
        /// The card's path.
        package let path: String
        /// Whether the file says something else than the card that was made.
        package let isChanged: Bool
        /// Whether the file was written.
        package let isWritten: Bool
        /// The card as it should be; left out where that was written.
        package let text: String?
        package let warnings: [String]
        package let hints: [String]

        private enum CodingKeys: CodingKey { case model, path, isChanged, isWritten, text }
    }

    private let model: String?
    private let writes: Bool

    /// Creates the operation on the model of that name, or on the only one; unless it `writes`, the card is only made.
    package init(_ model: String? = nil, writes: Bool = false) {
        self.model = model
        self.writes = writes
    }

    /// Reads the card and the working copy's metrics, and makes the card, which is not staged.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let description = try workspace.modelDescription(named: model) { "git model card \($0)" }
        let path = try path(of: description, in: workspace)
        let location = try workspace.location(of: path)
        let bytes = try UpdateCard.bytes(at: location, path)
        let metrics = try await metrics(of: description.name, in: workspace)
        let made: (bytes: [UInt8], warnings: [String])
        do throws(FormatError) {
            var card = try ModelCard(parsing: bytes)
            let warnings = try card.update(with: description, metrics: metrics)
            made = (card.encoded, warnings)
        } catch {
            throw Failure(.failed, "cannot bring \(path) in line with the description", cause: error)
        }
        let isChanged = made.bytes != bytes
        if writes, isChanged { try DurableFile.write(made.bytes, to: location) }
        return Report(
            model: description.name.text,
            path: path.text,
            isChanged: isChanged,
            isWritten: writes && isChanged,
            text: writes ? nil : String(decoding: made.bytes, as: UTF8.self),
            warnings: made.warnings,
            hints: writes && isChanged ? ["stage it: `git add -- \(path.shellWord)`"] : []
        )
    }

    private func path(of description: ModelDescription, in workspace: Workspace) throws -> RepositoryPath {
        guard let path = try workspace.cardPath(of: description) else {
            let place = description.card.map { ": it is at \($0)" } ?? ""
            throw Failure(
                .failed,
                "model \(description.name) has no card in this repository\(place)",
                hints: ["name one: `git model describe \(description.name) --card README.md`"]
            )
        }
        return path
    }

    /// Returns what the card has so far; nothing where it is not there.
    private static func bytes(at location: FilePath, _ path: RepositoryPath) throws -> [UInt8] {
        guard let status = try FileStatus.of(location) else { return [] }
        guard status.kind == .regular else { throw Failure(.failed, "\(path) is no plain file") }
        return try DurableFile.read(location, limit: ModelCard.byteLimit)
    }

    /// Returns the metrics of a model that a reader of its card compares: those of which it is known which values are
    /// better.
    private func metrics(of model: ModelName, in workspace: Workspace) async throws -> [String: Double] {
        let directions = MetricDirections(workspace.configuration)
        return try await workspace.facts(of: .workTree, for: model).metrics.mapValues(\.value)
            .filter { directions.direction(of: $0.key) != nil }
    }
}
