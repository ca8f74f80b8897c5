package import Git
import ModelCore
package import SystemPackage

/// The tags of a repository that tell of models, read at one moment and in one pass.
package struct RegistryTags: Sendable {
    /// A tag whose name says something.
    ///
    /// Never changes, and is no value only so that copies of tens of thousands cost nothing.
    final class Tag: Sendable {
        /// The name without `refs/tags/`.
        let name: String
        let reference: GitReference
        /// The version that it makes; `nil` for all else.
        let version: TagName?
        /// What it says of a model; `nil` for a plain version.
        let event: GTOEvent?
        /// The tag object; `nil` for a lightweight tag, and where it cannot be read.
        let annotation: GitAnnotation?
        /// Whether the tag object was made under this name; under another one it says nothing.
        let hasOwnName: Bool

        init(_ name: Name, _ annotation: GitAnnotation?) {
            self.name = name.text
            reference = name.reference
            version = name.version
            event = name.event
            self.annotation = annotation
            hasOwnName = annotation?.isNamed(name.text) == true
        }

        /// When it was made, in seconds since 1970.
        var time: Int64 { annotation?.time ?? 0 }
    }

    /// What the name of a tag says.
    struct Name {
        let text: String
        let reference: GitReference
        let version: TagName?
        let event: GTOEvent?

        /// Reads a reference's name; `nil` for one that is none of ours.
        init?(_ reference: GitReference) {
            text = String(reference.name.dropFirst(TagName.referencePrefix.count))
            event = GTOEvent(text)
            version = if let event { TagName(event, text) } else { TagName(text) }
            guard event?.model != nil || version != nil else { return nil }
            self.reference = reference
        }
    }

    /// The tags, sorted by name.
    let tags: [Tag]

    /// Reads them; with `cache`, the path of a file for that, those of a repository with very many are kept there.
    ///
    /// Versions of anything but commits are left out.
    package static func read(
        in repository: GitRepository,
        cache path: FilePath? = nil
    ) async throws(GitError) -> RegistryTags {
        let names = try await repository.objects.references(prefix: TagName.referencePrefix).compactMap { Name($0) }
        let ids = names.lazy.filter(\.reference.isAnnotated).map(\.reference.objectID)
        let annotations = try await Annotations(of: Array(ids), in: repository, cache: path)
        var tags: [Tag] = []
        tags.reserveCapacity(names.count)
        for name in names {
            let annotation = name.reference.isAnnotated ? annotations.annotation(name.reference.objectID) : nil
            if name.version != nil, annotation?.targetKind != .commit {
                // Lightweight tags, and tags of tags, do not say what they lead to.
                let peeled = name.reference.peeledID
                guard try await repository.objects.resolve(peeled.hex, to: .commit) == peeled else { continue }
            }
            tags.append(Tag(name, annotation))
        }
        return RegistryTags(tags: tags)
    }

    /// What tag objects say, from Git or from what is kept beside it.
    private struct Annotations {
        private var cache: TagCache?
        private var others: [GitObjectID: GitAnnotation] = [:]

        init(of ids: [GitObjectID], in repository: GitRepository, cache path: FilePath?) async throws(GitError) {
            if let path, ids.count >= TagCache.threshold { cache = TagCache(path, repository.layout.objectFormat) }
            // What is there and says nothing would say nothing again.
            let missing = if let cache { ids.filter { !cache.contains($0) } } else { ids }
            let objects = try await repository.objects.tagObjects(missing)
            for object in objects { others[object.id] = try? GitAnnotation(object) }
            cache?.keep(objects, missing: missing.count, of: ids)
        }

        func annotation(_ id: GitObjectID) -> GitAnnotation? { cache?.annotation(id) ?? others[id] }
    }
}
