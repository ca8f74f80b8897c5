package import Store
import SystemPackage

extension StoreError {
    /// What helps where only whoever reads every byte finds what is wrong.
    package static let deepMendingHint = "see what can be mended: `git model fsck --deep --repair`"

    /// What helps where bytes of the store are not as they were written; `nil` for every other error.
    package var mendingHint: String? {
        switch self {
        case .damaged(let path, _) where path.extension == "idx": "see what can be mended: `git model fsck --repair`"
        case .damaged, .damagedFrame, .wrongObject, .encodingCheckFailed: StoreError.deepMendingHint
        default: nil
        }
    }
}
