import Runs
import SystemPackage
import Transport

/// The variables by which a script finds the record of its run, or a library that knows nothing of it writes there.
enum RunVariables {
    private static let outerName = "GIT_MODEL_OUTER_RUNS"

    /// Returns the runs whose commands began what has an environment, each within the one before.
    static func outerRuns(in environment: [String: String]) -> [RunID] {
        let outer = environment[outerName]?.split(separator: ":").map(String.init) ?? []
        return (outer + [environment["GIT_MODEL_RUN_ID"] ?? ""]).compactMap { RunID($0) }
    }

    /// Returns what is to be set in an environment.
    static func values(
        for run: RunID,
        in directory: RunDirectory,
        beside environment: [String: String]
    ) -> [String: String] {
        var values = ["GIT_MODEL_RUN_DIR": directory.path.string, "GIT_MODEL_RUN_ID": run.text]
        let outer = outerRuns(in: environment)
        if !outer.isEmpty { values[outerName] = outer.map(\.text).joined(separator: ":") }
        // One that a run around this one has set is as good as none.
        let outerPlace = environment["GIT_MODEL_RUN_DIR"].map { fileStore(of: RunDirectory(FilePath($0))) }
        let place = environment["MLFLOW_TRACKING_URI"] ?? ""
        if place.isEmpty || place == outerPlace {
            values["MLFLOW_TRACKING_URI"] = fileStore(of: directory)
            values["MLFLOW_ALLOW_FILE_STORE"] = "true"
        }
        return values
    }

    /// Returns the URL of MLflow's file store in a run's directory; MLflow decodes it.
    private static func fileStore(of directory: RunDirectory) -> String {
        "file://" + PercentEncoding.encoded(directory.mlflow.string, keeping: "/")
    }
}
