import ModelCore
import SystemPackage

/// Why files that `.mverignore` leaves out of an artifact keep it from being restored.
enum LeftOutFiles {
    /// A directory of them is where a file goes.
    static func inTheWay(at place: FilePath) -> Failure {
        Failure(
            .failed,
            "\(place) holds files that .mverignore leaves out, in the way of a file",
            hints: ["move them away, then bring the artifact in line: `git model checkout`"]
        )
    }

    /// One would be written over by the tree at `root`, and is nowhere else.
    static func unstored(_ place: FilePath, in root: FilePath) -> Failure {
        Failure(
            .failed,
            "\(place) is left out by .mverignore, and its bytes are in no store",
            hints: [
                "move it away, then bring the artifact in line: `git model checkout`",
                "or lose it: `git model checkout --force -- \(ShellWord.quoted(root.string))`",
            ]
        )
    }
}
