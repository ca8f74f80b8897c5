package import Git
import ModelCore
package import SystemPackage

/// The tags of a repository that tell of models, read at one moment and in one pass.
package struct RegistryTags: Sendable {
    /// A tag whose name says something.
    struct Tag: Sendable {
        let reference: GitReference
        /// The version that it makes; `nil` for all else.
        let version: TagName?
        /// What it says of a model; `nil` for a plain version.
        let event: GTOEvent?
        /// The tag object; `nil` for a lightweight tag, and where it cannot be read.
        var annotation: GitAnnotation?

        /// Reads a reference's name; `nil` for one that is none of ours.
        init?(_ reference: GitReference) {
            let name = reference.name.dropFirst(TagName.referencePrefix.count)
            event = GTOEvent(name)
            version = if let event { TagName(event, name) } else { TagName(name) }
            guard event?.model != nil || version != nil else { return nil }
            self.reference = reference
        }

        /// The name without `refs/tags/`.
        var name: String { String(reference.name.dropFirst(TagName.referencePrefix.count)) }
        /// When it was made, in seconds since 1970.
        var time: Int64 { annotation?.time ?? 0 }
        /// Whether the tag object was made under this name; under another one it says nothing.
        var hasOwnName: Bool {
            annotation?.isNamed(reference.name.dropFirst(TagName.referencePrefix.count)) == true
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
        let references = try await repository.objects.references(prefix: TagName.referencePrefix)
        var tags = references.compactMap { Tag($0) }
        let ids = Set(tags.lazy.filter(\.reference.isAnnotated).map(\.reference.objectID))
        let annotations = try await annotations(ids, in: repository, cache: path)
        for index in tags.indices where tags[index].reference.isAnnotated {
            tags[index].annotation = annotations[tags[index].reference.objectID]
        }
        var sound: [Tag] = []
        sound.reserveCapacity(tags.count)
        for tag in tags {
            // Lightweight tags, and tags of tags, do not say what they lead to.
            let peeled = tag.reference.peeledID
            if tag.version == nil || tag.annotation?.targetKind == .commit {
                sound.append(tag)
            } else if try await repository.objects.resolve(peeled.hex, to: .commit) == peeled {
                sound.append(tag)
            }
        }
        return RegistryTags(tags: sound)
    }

    private static func annotations(
        _ ids: Set<GitObjectID>,
        in repository: GitRepository,
        cache path: FilePath?
    ) async throws(GitError) -> [GitObjectID: GitAnnotation] {
        guard let path, ids.count >= TagCache.threshold else {
            return try await repository.objects.annotations(Array(ids))
        }
        let cache = TagCache(path, repository.layout.objectFormat)
        var found: [GitObjectID: GitAnnotation] = [:]
        found.reserveCapacity(ids.count)
        for id in ids { found[id] = cache.annotation(id) }
        // What is there and says nothing would say nothing again.
        let objects = try await repository.objects.tagObjects(ids.filter { !cache.contains($0) })
        for object in objects { found[object.id] = try? GitAnnotation(object) }
        cache.keep(objects, of: ids)
        return found
    }
}
