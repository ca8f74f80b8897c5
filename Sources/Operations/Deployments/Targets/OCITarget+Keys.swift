import Deployment

/// What images are made by beside a version's files, so that other keys make other images of it.
extension OCITarget {
    private static let keys = ["base", "entrypoint", "form"]

    /// What a seal notes of it.
    var keyDetails: [String: String] {
        var details: [String: String] = [:]
        for key in OCITarget.keys { details[OCITarget.detail(of: key)] = value(of: key) }
        return details
    }

    func hasSameKeys(as seal: ReleaseSeal) -> Bool {
        OCITarget.keys.allSatisfy { seal.details[OCITarget.detail(of: $0)] == value(of: $0) }
    }

    private static func detail(of key: String) -> String { "oci.\(key)" }

    /// The value of a key as the user wrote it, or what it stands for where nobody did.
    private func value(of key: String) -> String? {
        key == "form" ? settings.plan.form.rawValue : target.settings.text(key)
    }
}
