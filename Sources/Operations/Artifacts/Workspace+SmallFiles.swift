import ModelCore
import Store
import SystemPackage

extension Workspace {
    /// Finds the tensors of an artifact's small files in a store, or in what lies in the work tree, where that is the
    /// same.
    func smallFileTensors(of path: RepositoryPath, in store: LocalStore) -> SmallFileTensors {
        SmallFileTensors(ofArtifactNamed: path.name, in: store) { file in
            guard !isBare, let own = file.isEmpty ? path : try? path.appending(RepositoryPath(file)) else { return nil }
            return try? location(of: own)
        }
    }
}

extension SmallFileTensors {
    /// Says of a tree that nobody knows which small files it has, as a clause.
    static let remarkWithoutListing =
        "the tensors of its small files were not looked at, for its list of files is not here"

    /// Says which tensors nobody looked at, as a clause; `nil` where there are none that are known of.
    var remark: String? {
        if unread.isEmpty { return nil }
        if unread.contains("") { return "its tensors were not looked at, for its bytes are not here" }
        return "the tensors of \(unread.count) of its small files were not looked at"
    }
}
