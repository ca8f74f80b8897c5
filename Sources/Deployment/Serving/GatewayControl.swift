/// What a gateway is asked by the Unix socket in its target's directory: requests by HTTP, with JSON both ways.
///
/// * `GET /status` answers with `GatewayStatus`.
/// * `POST /prepare` with an `Order` starts the release beside the running one and tries it; it answers 200 or 422,
///   with its `SmokeOutcome`.
/// * `POST /switch` with an `Order` gives a prepared or running release the traffic, or a share of it; it answers 200
///   with `GatewayStatus`, or 409 with `Refusal`.
/// * `POST /abort` with an `Order` stops a release that has no traffic, or takes its share away; it answers 200 with
///   `GatewayStatus`.
/// * `GET /stats?window=SECONDS` answers with `Monitoring.WindowStatistics` of the release that has most of the
///   traffic; with `&release=ID`, of another.
/// * `POST /stop` lets requests end, stops everything and exits; it answers 202.
package enum GatewayControl {
    /// Which release is meant, and what share of the traffic.
    package struct Order: Sendable, Hashable, Codable {
        /// The release.
        package var release: ReleaseID
        /// The share of the traffic that it gets, from 1 to 100.
        package var percent: Int?
        /// The header field by whose value a caller stays with one release while there are two; `nil` for the
        /// configuration's.
        package var stickyField: String?
        /// Whether a release that is started only has to take requests, and is not tried on its sample; `nil` where its
        /// seal says that.
        package var skipsSample: Bool?

        /// Creates an order.
        package init(
            release: ReleaseID,
            percent: Int? = nil,
            stickyField: String? = nil,
            skipsSample: Bool? = nil
        ) {
            self.release = release
            self.skipsSample = skipsSample
            self.percent = percent
            self.stickyField = stickyField
        }
    }

    /// Why something was not done.
    package struct Refusal: Sendable, Hashable, Codable {
        /// One clause.
        package var error: String

        /// Creates a refusal.
        package init(error: String) { self.error = error }
    }
}

/// What a gateway does at the moment.
package struct GatewayStatus: Sendable, Hashable, Codable {
    /// A release that it has started.
    package struct Child: Sendable, Hashable, Codable {
        /// What it is at.
        package enum State: String, Sendable, Hashable, Codable {
            /// It does not answer yet.
            case starting
            /// It works, and gets its share.
            case ready
            /// It ended by itself and is started again.
            case failing
            /// It has no traffic any more, and ends what it is at.
            case draining
        }

        /// The release.
        package var release: ReleaseID
        /// The model.
        package var model: String
        /// The version, as `v1.2.3`.
        package var version: String
        /// The SHA-256 of the listing of its files, as `sha256:` and digits.
        package var digest: String
        /// The process's number; `nil` while none runs.
        package var process: Int32?
        /// What it is at.
        package var state: State
        /// The share of the traffic that it gets, from 0 to 100.
        package var percent: Int
        /// How often it was started again.
        package var restarts: Int
        /// Whether other files came, as by a repair, in the place of those that it was started from; `nil` where a
        /// gateway of an earlier build does not say.
        package var isOutdated: Bool?

        /// Whether it takes requests, and runs on the files that are there.
        package var servesWhatIsThere: Bool { state == .ready && isOutdated != true }

        /// Creates a child's status.
        package init(
            release: ReleaseID,
            model: String,
            version: String,
            digest: String,
            process: Int32?,
            state: State,
            percent: Int,
            restarts: Int
        ) {
            self.release = release
            self.model = model
            self.version = version
            self.digest = digest
            self.process = process
            self.state = state
            self.percent = percent
            self.restarts = restarts
        }
    }

    /// The gateway's process.
    package var process: Int32
    /// Where it listens, as `127.0.0.1:8080`.
    package var address: String
    /// What it has started.
    package var children: [Child]
    /// What it was started with; `nil` where a gateway of another build does not say it in words that are known.
    package var configuration: GatewayConfiguration?

    /// Creates a status.
    package init(process: Int32, address: String, children: [Child], configuration: GatewayConfiguration? = nil) {
        self.process = process
        self.address = address
        self.children = children
        self.configuration = configuration
    }

    /// Reads a status; another build's configuration may have other fields, which keeps nobody from the rest.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        process = try fields.decode(Int32.self, forKey: .process)
        address = try fields.decode(String.self, forKey: .address)
        children = try fields.decode([Child].self, forKey: .children)
        configuration = try? fields.decode(GatewayConfiguration.self, forKey: .configuration)
    }
}
