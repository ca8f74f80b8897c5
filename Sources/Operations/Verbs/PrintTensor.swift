import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// `git model cat --tensor`: one tensor of a file, of which only its own bytes are fetched.
package struct PrintTensor: Sendable {
    /// How a tensor is printed.
    package enum Encoding: String, Sendable, CaseIterable {
        /// As a file of NumPy, version 1.0.
        case npy
        /// The bytes as they are in the file.
        case raw
    }

    private let argument: String
    private let tensor: String
    private let encoding: Encoding
    private let fetches: Bool

    /// Creates the operation on the tensor of that name in `VERSION:PATH`, or in `PATH`.
    package init(_ argument: String, tensor: String, encoding: Encoding = .npy, fetches: Bool = true) {
        self.argument = argument
        self.tensor = tensor
        self.encoding = encoding
        self.fetches = fetches
    }

    /// Writes the tensor to standard output; each frame of it is checked before it is written.
    package func run(in context: Context) async throws -> PrintArtifact.Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let lookup = ObjectLookup(workspace: workspace, store: joined.store, fetches: fetches)
        let found = try await lookup.find(argument)
        let (segments, isVerified) = try await segments(of: found, lookup)
        let segment = try only(segments.filter { $0.name == tensor && !tensor.isEmpty }, of: found.path)
        var report = PrintArtifact.Report(
            path: found.path.text,
            size: segment.byteCount,
            oid: found.object.oid.description
        )
        if !isVerified {
            report.warnings.append("unverified: the file was not checked as a whole; `git model fetch` does that")
        }
        if encoding == .npy { try writeHeader(of: segment, to: context, &report) }
        try write(segment, of: found.object.oid, from: joined.store, to: context)
        return report
    }

    /// Returns the one segment that is meant; formats let several tensors have one name.
    private func only(_ segments: [Segment], of path: RepositoryPath) throws -> Segment {
        if segments.count == 1 { return segments[0] }
        guard segments.isEmpty else {
            throw Failure(
                .failed,
                "\(path) has \(segments.count) tensors \(tensor), and nothing tells which of them is meant",
                hints: ["print the whole file: `git model cat \(ShellWord.quoted(argument))`"]
            )
        }
        throw Failure(
            .failed,
            "\(path) has no tensor \(tensor)",
            hints: ["see which it has: `git model show --tensors`"]
        )
    }

    /// Returns the segments of the file, and whether they were once proven to be right; fetches the tensor's frames
    /// where they are not here.
    private func segments(of found: ObjectLookup.Found, _ lookup: ObjectLookup) async throws -> ([Segment], Bool) {
        if lookup.store.isSmallFile(found.object) { return (try await segments(ofSmall: found, lookup), true) }
        var reader = FrameReader(lookup.store)
        if let map = try lookup.store.maps(of: found.object.oid, size: found.object.size, reader: &reader).first {
            if Closure(of: [found.object], in: lookup.store).isComplete { return (map.segments, true) }
        }
        let wanted = tensor
        let entry = try await lookup.fetching(for: found.path, of: found.artifact.pointer) { fetch in
            try await PartialFetch(fetch).run(found.object, in: found.artifact.pointer) { $0.name == wanted }
        }
        guard let entry else {
            let remark = ", or they are one frame"
            throw try await lookup.absence(of: found.path, in: found.artifact.pointer, remark: remark)
        }
        try lookup.store.refresh()
        return (try lookup.store.map(of: entry, reader: &reader).segments, false)
    }

    /// Returns the tensors of a small file, which is one frame, and fetched as a whole.
    private func segments(ofSmall found: ObjectLookup.Found, _ lookup: ObjectLookup) async throws -> [Segment] {
        let (workspace, store) = (lookup.workspace, lookup.store)
        if let tensors = store.smallFileTensors(of: found.object, workspace.smallFileTensors(of: found.path, in: store))
        {
            return tensors
        }
        try await lookup.bring(found.object, of: found.artifact.pointer, named: found.path)
        try store.refresh()
        // Where there are none even now, the copy that is here cannot be read, and says why.
        var reader = FrameReader(store)
        let frame = FrameReference(id: found.object.oid, byteCount: Int(found.object.size))
        _ = try reader.bytes(of: frame, of: found.object.oid)
        return store.smallFileTensors(of: found.object, workspace.smallFileTensors(of: found.path, in: store)) ?? []
    }

    private func writeHeader(of segment: Segment, to context: Context, _ report: inout PrintArtifact.Report) throws {
        guard let type = NumPyHeader.description(of: segment.type) else {
            let words = "\(ShellWord.quoted(argument)) --tensor \(ShellWord.quoted(tensor))"
            throw Failure(
                .failed,
                "NumPy has no type for \(segment.type.name)",
                hints: ["print the bytes as they are: `git model cat \(words) --format raw`"]
            )
        }
        if segment.type == .bf16 { report.warnings.append("NumPy has no bf16: its elements are printed as u16") }
        try NumPyHeader(type: type, shape: segment.shape).bytes.withUnsafeBytes { try context.writeOutput($0) }
    }

    private func write(_ segment: Segment, of object: Digest, from store: LocalStore, to context: Context) throws {
        switch segment.content {
        case .inline(let bytes): try bytes.withUnsafeBytes { try context.writeOutput($0) }
        case .frames(let frames):
            var reader = FrameReader(store)
            for frame in frames {
                try context.cancellation.check()
                try reader.bytes(of: frame, of: object).withUnsafeBytes { try context.writeOutput($0) }
            }
        }
    }
}
