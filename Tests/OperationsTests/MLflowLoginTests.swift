import Testing

@testable import Operations

/// The file in which MLflow's own client keeps a login.
struct MLflowLoginTests {
    @Test func `Remarks and empty values end no section`() {
        let found = MLflowLogin.settings(
            in: """
                [other]
                mlflow_tracking_username = nobody
                [mlflow]\r
                # work = account
                ; mlflow_tracking_password = old
                mlflow_tracking_token =
                mlflow_tracking_username = ada

                mlflow_tracking_password = a=b
                [later]
                mlflow_tracking_username = nobody
                """
        )
        #expect(
            found == [
                "MLFLOW_TRACKING_TOKEN": "", "MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "a=b",
            ]
        )
    }
}
