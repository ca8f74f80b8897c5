import ModelCore
import Transport

/// That an MLflow server did not do what it was asked.
package struct MLflowError: Error, Sendable, Equatable {
    /// The server's address.
    package let url: String
    /// The status of its answer; `nil` where it gave none.
    package let status: Int?
    /// MLflow's own name of the error, such as `RESOURCE_ALREADY_EXISTS`; empty where there is none.
    package let code: String
    /// What it says.
    package let message: String

    /// That what was to be made is there.
    var isAlreadyThere: Bool { code == "RESOURCE_ALREADY_EXISTS" }
    /// That something it was given is not as it has to be.
    var isAboutInput: Bool { code == "INVALID_PARAMETER_VALUE" }
    /// That what was asked for is not there.
    var isAbsent: Bool { code == "RESOURCE_DOES_NOT_EXIST" || (status == 404 && code.isEmpty) }
}

extension MLflowError {
    /// Reads `{"error_code": …, "message": …}`.
    init(of response: HTTPResponse, from url: String) {
        let fields = (try? JSONValue(parsing: response.bytes).object) ?? [:]
        self.init(
            url: url,
            status: response.status,
            code: fields["error_code"]?.string ?? "",
            message: fields["message"]?.string ?? String(response.text.prefix(200))
        )
    }
}

extension MLflowError: CustomStringConvertible {
    /// One clause that names the server and the problem.
    package var description: String {
        let words = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        guard let status else { return "MLflow at \(url) cannot be reached: \(words)" }
        return "MLflow at \(url) answered \(status)" + (code.isEmpty ? "" : " (\(code))") + ": \(words)"
    }
}
