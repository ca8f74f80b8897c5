import ModelCore
import OCI
import Testing

/// Names of images, as people write them and as others may.
@Suite struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    static let good: [(text: String, place: ImageReference.Place, tag: String?)] = [
        ("ghcr.io/org/model", .registry(host: "ghcr.io", repository: "org/model"), nil),
        ("ghcr.io/org/model:v1.2.0_a", .registry(host: "ghcr.io", repository: "org/model"), "v1.2.0_a"),
        ("docker://127.0.0.1:5000/m:x", .registry(host: "127.0.0.1:5000", repository: "m"), "x"),
        ("localhost:5000/a__b/c-d.e", .registry(host: "localhost:5000", repository: "a__b/c-d.e"), nil),
        ("[::1]:5000/m", .registry(host: "[::1]:5000", repository: "m"), nil),
        ("docker.io/python", .registry(host: "docker.io", repository: "library/python"), nil),
        ("oci:models/churn:v1", .layout("models/churn"), "v1"), ("oci:/srv/x", .layout("/srv/x"), nil),
        ("oci:x", .layout("x"), nil),
    ]

    @Test(arguments: good) func `A place with its tag is read`(
        text: String,
        place: ImageReference.Place,
        tag: String?
    ) throws {
        let reference = try ImageReference(text)
        #expect(reference.place == place && reference.tag == tag && reference.digest == nil)
        #expect(try ImageReference(reference.description) == reference)
        let pinned = try ImageReference(text + "@" + Self.digest)
        #expect(pinned.digest == .zero && pinned.tag == tag)
    }

    @Test(arguments: [
        "", "model", "org/model", "Ghcr.io", "ghcr.io/Org/model", "ghcr.io/org//model", "ghcr.io/org/model:", "oci:",
        "ghcr.io/",
        "ghcr.io/org/.model", "ghcr.io/a___b", "-x.io/a", "user@ghcr.io/a", "ghcr.io/a:b:c", "ghcr.io/a@sha256:12",
        "ghcr.io/a b", "ghcr.io/../etc", "ghcr.io/a?x=y", "oci:x:-y",
    ]) func `What is no image is refused`(text: String) {
        #expect(throws: ImageReferenceError.self) { try ImageReference(text) }
    }

    @Test func `A version's tag has no plus`() {
        #expect(ImageReference.tag(of: "v1.2.0-rc.1+linux") == "v1.2.0-rc.1_linux")
        #expect(
            ImageReference.isTag("v1.2.0-rc.1_linux") && !ImageReference.isTag("a+b") && !ImageReference.isTag("-a")
        )
        #expect(!ImageReference.isTag(String(repeating: "a", count: 129)))
        // Two long versions never become one tag.
        let long = "v1.0.0-" + String(repeating: "a", count: 122)
        #expect(ImageReference.tag(of: long) == long && !ImageReference.isTag(ImageReference.tag(of: long)))
    }

    @Test(arguments: [
        ("localhost:5000", true), ("127.0.0.1", true), ("127.8.9.1:1", true), ("[::1]:5000", true),
        ("127.0.0.1.evil.org", false),
        ("ghcr.io", false), ("10.0.0.1", false), ("localhost.evil.org", false), ("127.0.0.256", false),
    ]) func `Only this machine is reached without TLS`(host: String, isHere: Bool) {
        #expect(RegistryClient.isThisMachine(host) == isHere)
    }

    @Test func `A challenge is read wherever it stands`() {
        let bearer = RegistryChallenge(
            parsing: #"Negotiate, Bearer realm="https://a.org/t?x=1,2", service="r", scope="repository:a:pull,push""#
        )
        #expect(bearer == .bearer(realm: "https://a.org/t?x=1,2", service: "r"))
        #expect(RegistryChallenge(parsing: "basic realm=x") == .basic)
        #expect(RegistryChallenge(parsing: "bearer REALM=\"https://a\"") == .bearer(realm: "https://a", service: nil))
        for text in ["", "Digest realm=\"x\"", "Bearer", ", ,", "Bearer realm", "=\"\""] {
            #expect(RegistryChallenge(parsing: text) == nil, "\(text)")
        }
    }
}
