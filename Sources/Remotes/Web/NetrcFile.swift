import SystemIO
import SystemPackage

/// The user's file with logins of hosts: the one that `NETRC` names, else `~/.netrc`.
struct NetrcFile: Sendable {
    private static let byteLimit = 1 << 20

    /// What the file says of a host.
    enum Finding {
        case login(name: String, password: String)
        /// Nothing that can be used, and why.
        case none(String)
    }

    private let path: FilePath?

    init(environment: [String: String]) {
        let home = environment.nonempty("HOME").map { FilePath($0).appending(".netrc") }
        path = environment.nonempty("NETRC").map { FilePath($0) } ?? home
    }

    /// The file, as its user would name it.
    var name: String { path?.string ?? ".netrc" }

    /// Looks for a host, and a user where one is given.
    func find(_ host: String, user: String?) -> Finding {
        guard let path else { return .none("neither NETRC nor HOME is set") }
        do {
            guard try FileStatus.of(path, followingLinks: true) != nil else { return .none("it is not there") }
            let bytes = try DurableFile.read(path, limit: NetrcFile.byteLimit)
            guard let netrc = Netrc(parsing: String(decoding: bytes, as: UTF8.self)) else {
                return .none("it cannot be used: a quotation has no end")
            }
            if let login = netrc.login(for: host, user: user) {
                return .login(name: login.name, password: login.password)
            }
            return .none("it has no login for " + (user.map { "\($0) at " } ?? "") + host)
        } catch { return .none("\(error)") }
    }
}
