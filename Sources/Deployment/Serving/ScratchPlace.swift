import SystemIO
import SystemPackage

/// A directory of the user's own, for a socket or outputs, that is removed when nobody needs it any more.
final class ScratchPlace: Sendable {
    private let directory: TemporaryDirectory

    init(in parent: FilePath) throws(ServeLaunchError) {
        do throws(IOError) { directory = try TemporaryDirectory(in: parent) } catch { throw .io(error) }
    }

    /// The directory.
    var path: FilePath { directory.path }
}
