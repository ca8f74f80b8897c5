import Registry

/// `git model trust`: the remote URLs that the user of this machine agrees to write to.
package struct Trust: Sendable {
    /// The URLs, after what was done.
    package struct Report: Operations.Report {
        /// The URLs in the order in which they were agreed to.
        package let urls: [String]
        /// What was done, as a line; `nil` where the URLs were only listed.
        package let done: String?
    }

    private let url: String?
    private let removes: Bool

    /// Creates the operation; without a URL it lists.
    package init(_ url: String?, removes: Bool = false) {
        self.url = url
        self.removes = removes
    }

    /// Does it.
    package func run(in context: Context) throws -> Report {
        guard let store = TrustStore(environment: context.environment) else {
            throw Failure(
                .failed,
                "there is no home directory to keep agreements in",
                hints: ["set HOME or XDG_CONFIG_HOME"]
            )
        }
        guard let url else { return Report(urls: try store.urls(), done: nil) }
        if removes {
            let wasThere = try store.remove(url)
            return Report(
                urls: try store.urls(),
                done: wasThere ? "No longer agreed to \(url)" : "\(url) was not agreed to"
            )
        }
        try store.add(url)
        return Report(urls: try store.urls(), done: "Agreed to \(url) on this machine")
    }
}
