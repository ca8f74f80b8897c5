package import ModelCore
import SystemIO
package import SystemPackage

extension SSHReleaseHost {
    package func receive(_ release: Release, from write: @Sendable (FilePath) async throws -> Void) async throws {
        guard try await !hasWhole(release) else { return try await mendListing(of: release) }
        try await removeUnsealed()
        let place = layout.temporary.appending("receive-\(release.id)")
        try await session.require("make \(place)", "mkdir \(RemoteScript.word(place))")
        do {
            try await send(release, to: place, from: write)
            let differences = try await differences(in: place, from: release.files)
            guard differences.isEmpty else { throw HostError.damaged(release.id, differences) }
            try await settle(release, at: place)
        } catch {
            // It may be what filled the disk; the next deployment clears up what cannot be removed now.
            let word = RemoteScript.word(place)
            _ = try? await session.run("[ ! -d \(word) ] || { chmod -R u+w \(word); rm -rf \(word); }")
            throw error
        }
    }

    /// Whether the files are there already, every byte; what is there and damaged goes, unless it is current: that
    /// stays until there is something else for its place.
    private func hasWhole(_ release: Release) async throws -> Bool {
        let files = layout.files(of: release.id)
        guard try await has(files) else { return false }
        let differences = try await differences(in: files, from: release.files)
        if differences.isEmpty { return true }
        if try await current() != release.id { try await discard(release.id) }
        return false
    }

    /// Takes away what was received and never sealed; its listing shows that it was made by us, or its name, with a
    /// version and a digest, where the listing is gone.
    private func removeUnsealed() async throws {
        let answer = try await session.require(
            "look for what was never sealed in \(layout.root)",
            """
            cd \(RemoteScript.word(layout.seals)) || exit 1
            for f in *.tree; do [ ! -f "$f" ] || [ -f "${f%.tree}.json" ] || printf '%s\\0' "$f"; done
            for d in ../../releases/*; do
                f=${d##*/}
                [ -L "$d" ] || [ ! -d "$d" ] || [ -f "$f.json" ] || [ -f "$f.tree" ] || printf '/%s\\0' "$f"
            done
            """
        )
        let current = try await current()
        for name in answer.output.split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
            let release =
                name.hasPrefix("/")
                ? ReleaseID(name.dropFirst()).flatMap { $0.namesVersion ? $0 : nil }
                : TargetLayout.release(ofListing: name)
            guard let release, release != current else { continue }
            try await discard(release)
        }
    }

    /// Puts the release together here, and sends it; on the way nothing of it is where anybody looks.
    private func send(
        _ release: Release,
        to place: FilePath,
        from write: @Sendable (FilePath) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory(in: staging)
        try await write(directory.path)
        let stream = TarStream(
            source: directory.path,
            listing: release.files,
            modified: release.committed,
            sent: progress
        )
        let answer = try await RemoteCommand(client: client, cancellations: [cancellation]).run(
            // GNU's tar waits for the end of its input, not only of the archive.
            "cd \(RemoteScript.word(place)) && head -c \(try stream.byteCount()) | tar -x -f -",
            limit: 1 << 20,
            feed: { try stream.write($0) }
        )
        guard answer.exitCode == 0 else {
            throw HostError.failed("write release \(release.id) to \(client.name)", said: answer.said)
        }
    }

    /// Writes the listing of files that are whole anew where it is missing or damaged: of a release that is current
    /// nothing else does.
    private func mendListing(of release: Release) async throws {
        let isThere = isListed(release.id, as: release.digest.hex)
        guard try await session.run(isThere).exitCode != 0 else { return }
        let draft = RemoteScript.word(try await sendListing(of: release))
        let listing = RemoteScript.word(layout.listing(of: release.id))
        try await session.require(
            "keep the listing of release \(release.id)",
            """
            \(RemoteScript.flush(layout.root)) && mv -fT \(draft) \(listing) || exit 1
            \(RemoteScript.flush(layout.root))
            """
        )
    }

    /// The command that succeeds where the listing of a release has that SHA-256, in hexadecimal digits.
    private func isListed(_ release: ReleaseID, as digest: String) -> String {
        let listing = RemoteScript.word(layout.listing(of: release))
        return "h=$(sha256sum <\(listing)) && [ \"${h%% *}\" = \(ShellWord.quoted(digest)) ]"
    }

    /// Writes the listing of a release to where nobody looks, and returns the path.
    private func sendListing(of release: Release) async throws -> FilePath {
        let listing = release.files.encoded
        let draft = layout.temporary.appending("\(release.id).tree")
        let answer = try await RemoteCommand(client: client, cancellations: [cancellation]).run(
            "head -c \(listing.count) >\(RemoteScript.word(draft))",
            limit: 1 << 16,
            feed: { try listing.withUnsafeBytes($0) }
        )
        guard answer.exitCode == 0 else {
            throw HostError.failed("write \(draft) to \(client.name)", said: answer.said)
        }
        return draft
    }

    /// Moves files that were checked to where the release is to be, with their listing.
    private func settle(_ release: Release, at place: FilePath) async throws {
        let draft = RemoteScript.word(try await sendListing(of: release))
        let place = RemoteScript.word(place)
        let files = RemoteScript.word(layout.files(of: release.id))
        let aside = RemoteScript.word(layout.temporary.appending(TemporaryFile.unusedName()))
        try await session.require(
            "keep release \(release.id)",
            """
            chmod -R a-w \(place) && chmod u+w \(place) || exit 1
            mv -fT \(draft) \(RemoteScript.word(layout.listing(of: release.id))) || exit 1
            \(RemoteScript.flush(layout.root))
            if [ -d \(files) ]; then
                [ -L \(files) ] || chmod u+w \(files) || exit 1
                if mv -T --exchange \(place) \(files) 2>/dev/null; then
                    mv -T \(place) \(aside)
                else
                    # An older mv: for an instant there is nothing.
                    mv -T \(files) \(aside) || exit 1
                    mv -T \(place) \(files) || { mv -T \(aside) \(files); exit 1; }
                fi
            else
                mv -T \(place) \(files) || exit 1
            fi
            [ ! -L \(files) ] && chmod u-w \(files) || exit 1
            # The next deployment clears up what cannot be removed now.
            [ ! -d \(aside) ] || [ -L \(aside) ] || { chmod -R u+w \(aside); rm -rf \(aside); } || :
            """
        )
    }

    package func reseal(_ seal: ReleaseSeal) async throws {
        let text = String(decoding: try SealFile.bytes(of: seal), as: UTF8.self)
        let draft = RemoteScript.word(layout.temporary.appending("\(seal.release).json"))
        let place = RemoteScript.word(layout.seal(of: seal.release))
        try await session.require(
            "write the seal of release \(seal.release)",
            """
            [ -f \(place) ] || exit 1
            printf '%s' \(ShellWord.quoted(text)) >\(draft) && \(RemoteScript.flush(layout.root)) || exit 1
            mv -fT \(draft) \(place) && \(RemoteScript.flush(layout.root))
            """
        )
    }

    package func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws {
        let text = String(decoding: try SealFile.bytes(of: seal), as: UTF8.self)
        let draft = RemoteScript.word(layout.temporary.appending("\(seal.release).json"))
        let digest = String(seal.digest.drop { $0 != ":" }.dropFirst())
        try await session.require(
            "seal release \(seal.release)",
            """
            \(isListed(seal.release, as: digest)) || exit 1
            printf '%s' \(ShellWord.quoted(text)) >\(draft) && \(RemoteScript.flush(layout.root)) || exit 1
            mv -fT \(draft) \(RemoteScript.word(layout.seal(of: seal.release))) && \(RemoteScript.flush(layout.root))
            """
        )
    }
}
