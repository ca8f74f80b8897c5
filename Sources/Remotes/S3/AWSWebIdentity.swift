import SystemIO
import SystemPackage

/// Keys for a role, in exchange for a token that an identity provider left in a file, as EKS and CI services do.
struct AWSWebIdentity: CredentialSource {
    /// Where the names of the file, the role and the session come from: the environment or a profile.
    let place: String
    let tokenFile: String?
    let role: String?
    let session: String?
    let service: SecurityTokenService

    var name: String { "web identity of \(place)" }

    func find() async -> CredentialFinding<AWSCredentials> {
        guard let tokenFile else { return .none("no web identity token file is set") }
        guard let role else { return .failed("a web identity token file is set, but no role ARN") }
        let token: String
        do {
            token = String(decoding: try DurableFile.read(FilePath(tokenFile), limit: 1 << 20), as: UTF8.self).trimmed
        } catch { return .failed("\(error)") }
        return await service.credentials(
            "AssumeRoleWithWebIdentity",
            [("RoleArn", role), ("RoleSessionName", session ?? "git-model"), ("WebIdentityToken", token)],
            signedWith: nil
        )
    }
}
