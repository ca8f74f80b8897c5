import ModelCore
import Registry

extension Configuration {
    /// Returns the most bytes a second that go to or come from a remote; `nil` is no limit.
    func transferRate() throws(Failure) -> Int64? {
        guard let text = value("transfer", nil, "rate") else { return nil }
        guard let rate = number("transfer", nil, "rate"), rate >= 0 else {
            throw Failure(
                .failed,
                "git-model.transfer.rate is \(QuotedPath.encode(text)), which is no number of bytes a second",
                hints: ["set one such as 5m or 500k: `git config git-model.transfer.rate 5m`"]
            )
        }
        return rate > 0 ? rate : nil
    }
}
