/// What is done with a release, as the version's description says: how it is served, and what shows that it works.
///
/// It travels with the release, so that going back to it asks nobody anything.
package struct ReleasePlan: Sendable, Hashable, Codable {
    /// The words of the command that serves it; empty where there is none.
    ///
    /// It runs in the release's directory. `{port}`, `{socket}` and `{dir}` in a word stand for the port of 127.0.0.1
    /// or the path of the Unix socket to listen at, and the directory; the variables GIT_MODEL_PORT, GIT_MODEL_SOCKET
    /// and GIT_MODEL_DIR say the same.
    package var serve: [String] = []
    /// The words of the command that turns a file of inputs, `{in}`, into one of outputs, `{out}`; empty where there is
    /// none.
    package var batch: [String] = []
    /// Where requests with samples go to.
    package var endpoint = "/invocations"
    /// Where it is asked whether it is ready; `nil` where it is as soon as it accepts connections.
    package var health: String?
    /// The sample inputs, by their path in the release.
    package var sample: String?
    /// What it should give for them.
    package var expectation: Expectation?
    /// The profile of the data that it was trained on, by its path in the release.
    package var reference: String?

    /// What a version should give for its sample.
    package struct Expectation: Sendable, Hashable, Codable {
        /// How it is compared.
        package enum Kind: String, Sendable, Hashable, Codable {
            /// Numbers by tolerances, anything else as it is.
            case close
            /// Byte for byte.
            case exact
            /// As a text that the expected pattern matches.
            case regex
            /// As JSON, by expected values at paths in it.
            case jsonpath
        }

        /// The expected outputs, by their path in the release.
        package var path: String
        /// How they are compared.
        package var kind: Kind
        /// The tolerance as a share of what is expected.
        package var rtol: Double?
        /// The tolerance beside that.
        package var atol: Double?

        /// Creates an expectation.
        package init(path: String, kind: Kind, rtol: Double? = nil, atol: Double? = nil) {
            self.path = path
            self.kind = kind
            self.rtol = rtol
            self.atol = atol
        }
    }

    /// Creates the plan of a version that nothing is done with.
    package init() {}
}
