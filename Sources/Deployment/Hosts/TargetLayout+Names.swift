import Codec
import ModelCore

extension TargetLayout {
    /// The release that a link in the target's directory leads to; `nil` for what no deployment would have written.
    func release(ofLink target: String) -> ReleaseID? {
        let prefix = "releases/"
        guard target.hasPrefix(prefix), let release = ReleaseID(target.dropFirst(prefix.count)) else { return nil }
        return link(to: release) == target ? release : nil
    }

    /// The release whose seal has that name; `nil` where it is no name of one.
    static func release(ofSeal name: String) -> ReleaseID? { release(of: name, suffix: ".json") }

    /// The release whose listing has that name; `nil` where it is no name of one.
    static func release(ofListing name: String) -> ReleaseID? { release(of: name, suffix: ".tree") }

    private static func release(of name: String, suffix: String) -> ReleaseID? {
        name.hasSuffix(suffix) ? ReleaseID(name.dropLast(suffix.count)) : nil
    }
}

extension ReleaseSeal {
    /// Reads the listing that a target keeps beside this seal; both have to be what is expected.
    func listing(parsing bytes: [UInt8], kept: ReleaseSeal) throws(HostError) -> TreeListing {
        // Deploying it again notes something else in the details, and changes nothing of the release.
        var (old, new) = (kept, self)
        (old.details, new.details) = ([:], [:])
        guard old == new else { throw .damaged(release, ["its seal was changed"]) }
        guard SHA256.digest(of: bytes).description == digest, let listing = try? TreeListing(parsing: bytes) else {
            throw .damaged(release, ["the listing of its files was changed"])
        }
        return listing
    }
}
