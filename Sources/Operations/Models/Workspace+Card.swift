import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns where a model's card is in the work tree; `nil` where it has none, or one that is elsewhere.
    func cardPath(of description: ModelDescription) throws -> RepositoryPath? {
        guard let card = description.card, card.firstRange(of: "://") == nil else { return nil }
        return try RepositoryPath(card)
    }

    /// Returns what is wrong with a model's card: front matter that is no YAML, or that contradicts the description.
    ///
    /// A card that is not here, or cannot be read, is no reason to complain about what it says.
    func cardWarnings(of description: ModelDescription) -> [String] {
        guard !isBare, let path = (try? cardPath(of: description)) ?? nil, let location = try? location(of: path),
            let status = (try? FileStatus.of(location)) ?? nil, status.kind == .regular,
            let bytes = try? DurableFile.read(location, limit: ModelCard.byteLimit)
        else { return [] }
        do throws(FormatError) {
            let card = try ModelCard(parsing: bytes)
            return card.contradiction(of: description).map { ["\(path): \($0)"] } ?? []
        } catch { return ["\(path): \(error)"] }
    }
}
