import SystemIO
import SystemPackage
import ModelCore
extension Workspace {
    struct InstallResult { var hooks: [String] = []; var warnings: [String] = [] }
    func install(hooks: Bool) async throws -> InstallResult { InstallResult() }
    func ensureAttributes() throws -> [RepositoryPath] { [] }
}
