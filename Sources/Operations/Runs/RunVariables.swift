import Runs
import SystemPackage

/// The variables by which a script finds the record of its run, or a library that knows nothing of it writes there.
enum RunVariables {
    /// Returns what is to be set in an environment.
    static func values(
        for run: RunID,
        in directory: RunDirectory,
        beside environment: [String: String]
    ) -> [String: String] {
        var values = ["GIT_MODEL_RUN_DIR": directory.path.string, "GIT_MODEL_RUN_ID": run.text]
        // One that a run around this one has set is as good as none.
        let outer = environment["GIT_MODEL_RUN_DIR"].map { "file://\(RunDirectory(FilePath($0)).mlflow)" }
        let place = environment["MLFLOW_TRACKING_URI"] ?? ""
        if place.isEmpty || place == outer {
            values["MLFLOW_TRACKING_URI"] = "file://\(directory.mlflow)"
            values["MLFLOW_ALLOW_FILE_STORE"] = "true"
        }
        return values
    }
}
