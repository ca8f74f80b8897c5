package import SystemPackage

/// An HTTP proxy whose tunnels all lead to one port of this machine, whatever host is asked for.
package enum TunnelProxy {
    private static let script = """
        import socket, socketserver, sys, threading

        class Tunnel(socketserver.StreamRequestHandler):
            def handle(self):
                if not self.rfile.readline().startswith(b"CONNECT "):
                    return
                while self.rfile.readline().strip():
                    pass
                with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as target:
                    self.wfile.write(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
                    threading.Thread(target=self.copy, args=(target, self.connection), daemon=True).start()
                    self.copy(self.connection, target)

            def copy(self, source, destination):
                try:
                    while block := source.recv(65536):
                        destination.sendall(block)
                    destination.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Tunnel).serve_forever()
        """

    /// Starts a proxy to a port.
    package static func start(to port: Int, log: FilePath) async throws -> LoopbackServer {
        try await LoopbackServer(log: log) { ["python3", "-c", script, "\($0)", "\(port)"] }
    }
}
