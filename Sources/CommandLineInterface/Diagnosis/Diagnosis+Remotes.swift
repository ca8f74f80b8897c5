import ModelCore
import Operations
import Remotes
import Store
import SystemIO
import SystemPackage

extension RemoteError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .unusableURL: Diagnosis(.usage, description)
        case .unreachable(let url, _): Diagnosis(.unreachable, description, hints: loginHints(url, isDenied: false))
        case .absent:
            Diagnosis(
                .unreachable,
                description,
                hints: [
                    "see whether the disk that it is on is mounted: `mount`",
                    "if it has moved: `git model remote add --force NAME URL`",
                    "if nothing was pushed to it yet: `git model push`",
                ]
            )
        case .notFound:
            Diagnosis(
                .unreachable,
                description,
                hints: [
                    "if nothing was pushed to it yet: `git model push`", "or see what it is: `git model remote list`",
                ]
            )
        case .unlisted:
            Diagnosis(
                .failed,
                description,
                causes: ["web servers hand out files, but do not list them: only whole artifacts can be fetched"],
                hints: ["use the remote that the store is written through: `git model remote list`"]
            )
        case .readOnly:
            Diagnosis(.failed, description, hints: ["see who may write to it, or choose another: `--remote NAME`"])
        case .wrongContent: Diagnosis(.verification, description)
        case .needsNewerVersion: Diagnosis(.failed, description, hints: ["install a newer git-model"])
        case .incomplete:
            Diagnosis(.failed, description, hints: ["push from where the bytes are, or get them: `git model fetch`"])
        case .unfinished(_, let root, _):
            Diagnosis(
                .failed,
                description,
                hints: [
                    "nothing was deleted; push commit \(root.commit) again from where its bytes are: `git model push`",
                    "or see which roots can go: `git model gc --remote NAME --retire --dry-run`",
                ]
            )
        case .ageless:
            Diagnosis(
                .failed,
                description,
                hints: ["start another store, push everything there, and let this one's owner delete it as a whole"]
            )
        case .claimed(_, let root):
            Diagnosis(
                .failed,
                description,
                hints: [
                    "purge the version there, too",
                    "or, where that repository is no more: `git model gc --remote NAME --retire-repository \(root.repository)`",
                ]
            )
        case .denied(let url, _, _, let tried):
            Diagnosis(
                .authentication,
                description,
                causes: tried.map { "\($0.source): \($0.outcome)" },
                hints: loginHints(url, isDenied: true) + keyHints(url, tried)
            )
        case .full: Diagnosis(.failed, description, hints: ["make room there, or choose another: `--remote NAME`"])
        case .refused: Diagnosis(.failed, description)
        case .busy:
            Diagnosis(.unreachable, description, hints: ["try again: the same command goes on where it stopped"])
        // What `gc` removes is this machine's, and does not help where the remote is full.
        case .io: Diagnosis(.failed, description)
        }
    }

    /// What shows whether the fault is that of the program that reaches the remote, or of a login.
    private func loginHints(_ url: String, isDenied: Bool) -> [String] {
        switch try? RemoteURL(parsing: url, relativeTo: "/") {
        case .ssh(let location): ["log in by hand, which also shows the server's key: `\(location.login)`"]
        case .rclone(let location): ["see what rclone itself says of it: `\(location.listing)`"]
        case .web, .lfs:
            isDenied
                ? ["logins come from ~/.netrc and Git's helpers: `git credential fill` shows what these have"] : []
        default: []
        }
    }

    /// What gives a bucket's service keys, where these were looked for.
    private func keyHints(_ url: String, _ tried: [CredentialAttempt]) -> [String] {
        if url.hasPrefix("gs://") { return ["log in: `gcloud auth application-default login`"] }
        guard url.hasPrefix("s3://"), !tried.isEmpty else { return [] }
        return ["set keys: `aws configure`; or log in: `aws sso login`"]
    }
}
