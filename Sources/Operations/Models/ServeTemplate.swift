/// A program that serves models of some kind, to begin with; it is the user's own once it is there.
package enum ServeTemplate: String, Sendable, CaseIterable {
    /// ONNX, by onnxruntime.
    case onnx
    /// Weights in safetensors, by the user's own Python.
    case safetensors
    /// Estimators of scikit-learn, by joblib.
    case sklearn
    /// GGUF, by llama.cpp's server.
    case llama

    /// Where the files are laid.
    static let directory = ".mver/serve"

    /// The files that it is made of, the one that is run first.
    var files: [EmbeddedFiles.File] {
        let names = self == .llama ? [program] : [program, "model_server.py", "model_protocols.py"]
        return names.compactMap { name in EmbeddedFiles.serve.first { $0.name == name } }
    }

    /// The words of the command that runs it.
    var words: [String] { [self == .llama ? "sh" : "python3", "\(ServeTemplate.directory)/\(program)"] }

    /// Where its samples are sent to.
    var endpoint: String? { self == .llama ? "/v1/chat/completions" : nil }

    /// Where it says that it is ready.
    var health: String { self == .llama ? "/health" : "/ping" }

    private var program: String { self == .llama ? "serve_llama.sh" : "serve_\(rawValue).py" }
}
