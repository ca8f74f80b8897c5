package import SystemPackage

/// MLflow's own server, in one process, with its database and artifacts in a directory.
package enum MLflowTrackingServer {
    /// The interpreter of Python that has MLflow.
    package static let python = "\(PackageFiles.root)/.build-venv/bin/python"

    /// Starts a server whose files are in `directory`, and its log beside it.
    ///
    /// Clients are told to keep artifacts at `artifactRoot`, which is the server itself unless it is another place.
    package static func start(
        in directory: FilePath,
        artifactRoot: String = "mlflow-artifacts:/"
    ) async throws -> LoopbackServer {
        try await LoopbackServer(
            log: FilePath(directory.string + ".log"),
            environment: [
                "HOME": directory.string, "_MLFLOW_SERVER_FILE_STORE": "sqlite:///\(directory)/db",
                "_MLFLOW_SERVER_REGISTRY_STORE": "sqlite:///\(directory)/db",
                "_MLFLOW_SERVER_ARTIFACT_ROOT": artifactRoot, "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
                "_MLFLOW_SERVER_ARTIFACT_DESTINATION": "\(directory)/artifacts",
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            ]
        ) { ["python", "-m", "uvicorn", "mlflow.server.fastapi_app:app", "--host", "127.0.0.1", "--port", "\($0)"] }
    }
}
