package import ModelCore

/// What a file of an artifact was understood as, and what whoever loads it should know.
package struct FileRemark: Sendable {
    /// The path in the tree; empty where the artifact is the file.
    package let file: String
    /// What cut the file, as manifests name it.
    package let layout: String
    /// Why it was not understood better, or what its loading would run; may be empty.
    package let note: String
}

extension LocalStore {
    /// Returns what a file was understood as: from its manifest, else, where that tells something, from its bytes.
    package func remark(of file: Pointer, _ small: SmallFileTensors) -> FileRemark? {
        var reader = FrameReader(self)
        return remark(of: file, named: "", small, reader: &reader)
    }

    /// Returns what is worth telling of the files of a tree, in their order.
    package func remarks(of tree: Pointer, _ small: SmallFileTensors) -> [FileRemark] {
        var reader = FrameReader(self)
        guard let entries = try? listing(tree.oid, reader: &reader).tree.entries else { return [] }
        var told: [FileRemark] = []
        for entry in entries where entry.mode != .link && entry.size > 0 {
            let file = Pointer(oid: entry.digest, size: entry.size, kind: .file)
            let remark = remark(of: file, named: entry.path.text, small, reader: &reader)
            if let remark, !remark.note.isEmpty { told.append(remark) }
        }
        return told
    }

    private func remark(
        of file: Pointer,
        named name: String,
        _ small: SmallFileTensors,
        reader: inout FrameReader
    ) -> FileRemark? {
        if let manifest = try? manifest(of: file) {
            return FileRemark(file: name, layout: manifest.layout, note: manifest.note)
        }
        // A larger one has a manifest, if it is here at all.
        guard file.size > 0, file.size <= FrameReference.maximumByteCount,
            let found = small.remark(of: file.oid, size: file.size, file: name, reader: &reader)
        else { return nil }
        return found.note.isEmpty ? nil : FileRemark(file: name, layout: found.layout, note: found.note)
    }
}
