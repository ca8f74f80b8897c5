import Remotes
import SystemPackage
import Testing

@Suite("URLs of SSH remotes")
struct SSHLocationTests {
    @Test(arguments: [
        ("ssh://host/srv/models", "ssh://host/srv/models", "ssh host"),
        ("ssh://ada@host:2222/srv//models/", "ssh://ada@host:2222/srv/models", "ssh -p 2222 ada@host"),
        ("ssh://host/a%20b/%C3%BC", "ssh://host/a%20b/%C3%BC", "ssh host"),
        ("ssh://[::1]:22/srv", "ssh://[::1]:22/srv", "ssh -p 22 ::1"),
        ("ssh://host/~/models", "ssh://host/~/models", "ssh host"),
        ("host:/srv/models", "ssh://host/srv/models", "ssh host"),
        ("host:models", "ssh://host/~/models", "ssh host"),
        ("ada@host:~/models/x", "ssh://ada@host/~/models/x", "ssh ada@host"),
        ("ada@host:a b;c", "ssh://ada@host/~/a%20b%3Bc", "ssh ada@host"),
        ("ada@example.org@host:100%25", "ssh://ada@example.org@host/~/100%2525", "ssh ada@example.org@host"),
        ("[::1]:/srv", "ssh://[::1]/srv", "ssh ::1"),
    ])
    func `both forms are one place`(text: String, canonical: String, login: String) throws {
        let url = try RemoteURL(parsing: text, relativeTo: "/base")
        guard case .ssh(let location) = url else {
            Issue.record("\(url)")
            return
        }
        #expect(location.text == canonical)
        #expect(location.login == login)
        #expect(url.text == canonical)
        #expect(!url.isThisMachineOnly)
        #expect(try RemoteURL(parsing: canonical, relativeTo: "/elsewhere") == url)
    }

    @Test(arguments: [
        ("ssh://-oProxyCommand=touch/path", "host"),
        ("ssh://-oProxyCommand=touch@host/path", "user"),
        ("ssh://ada@-oProxyCommand=touch/path", "host"),
        ("-oProxyCommand=touch:path", "host"),
        ("-oProxyCommand=touch@host:path", "user"),
        ("ssh://$(touch x)/path", "host"),
        ("ssh://a`b`/path", "host"),
        ("ssh://ada;id@host/path", "user"),
        ("ada|id@host:path", "user"),
        ("ssh://ada:secret@host/path", "password"),
        ("ssh://host:99999/path", "host[:port]"),
        ("ssh://host:x/path", "host[:port]"),
        ("ssh:///path", "host[:port]"),
        ("ssh://host", "no directory"),
        ("host:", "no directory"),
        ("ssh://host/a%zz", "%"),
        ("ssh://host/a%00", "NUL"),
        ("ssh://host/a%0Ab", "line break"),
        ("ssh://host/../etc", ".."),
        ("ssh://host/~eve/models", "another user"),
        ("host:~eve/models", "another user"),
        ("C:\\models", "Windows"),
    ])
    func `what cannot be used is refused with the reason`(text: String, part: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        guard case .unusableURL(let url, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(url == text)
        #expect(reason.contains(part))
    }
}
