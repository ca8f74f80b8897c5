import ModelCore
import Operations
import Runs

extension RunLookupError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .unknown(let text):
            Diagnosis(
                .failed,
                "there is no run \(DisplayText.quoted(text))",
                hints: ["see which there are: `git model runs`"]
            )
        case .ambiguous(let text, let candidates):
            Diagnosis(
                .usage,
                "several runs begin with \(DisplayText.quoted(text)): \(candidates.map(\.text).joined(separator: ", "))",
                hints: ["write more of the id"]
            )
        }
    }
}

extension RunFilterError: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(
            .usage,
            "the condition cannot be read: \(problem)",
            hints: ["conditions look like `--where \"accuracy > 0.9 and params.lr < 1e-3\"`"]
        )
    }
}
