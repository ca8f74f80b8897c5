import Remotes

/// A remote that answers late, and not in the order in which it was asked.
struct SlowRemote: RemoteDecorator {
    let inner: any Remote

    init(_ inner: any Remote) { self.inner = inner }

    func before(_ call: RemoteCall) async {
        try? await Task.sleep(for: .milliseconds(Int64.random(in: 0...4)))
    }

    func after(_ call: RemoteCall) async {
        try? await Task.sleep(for: .milliseconds(Int64.random(in: 0...4)))
    }
}
