import Runs
import Testing

@Suite struct PatchSecretsTests {
    private static let token = "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh"

    private func search(_ patch: String) -> PatchSecrets { PatchSecrets(in: Array(patch.utf8)) }

    @Test func `Files whose added lines have a secret are named once, and no others`() {
        let found = search(
            """
            diff --git a/a b.py b/a b.py
            index 1..2 100644
            --- a/a b.py\t
            +++ b/a b.py\t
            @@ -1,2 +1,3 @@
             context = "\(Self.token)"
            +key = "\(Self.token)"
            +other = "https://me:pw@host.example.org/x"
            diff --git a/old.py b/old.py
            --- a/old.py
            +++ b/old.py
            @@ -1 +1 @@
            -key = "\(Self.token)"
            +key = os.environ["HF_TOKEN"] + hf_hub_download("x")
            diff --git a/weights.bin b/weights.bin
            GIT binary patch
            literal 20
            +\(Self.token)

            diff --git "a/t\\tb" "b/t\\tb"
            new file mode 100644
            --- /dev/null
            +++ "b/t\\tb"
            @@ -0,0 +1 @@
            +++ b/not a name AKIAIOSFODNN7EXAMPLE
            \\ No newline at end of file
            """
        )
        #expect(found.files == ["a b.py", "old.py", "weights.bin", "t\tb"])
        #expect(found.secretFiles == ["a b.py", "t\tb"])
    }

    @Test(arguments: [
        ("-----BEGIN PRIVATE KEY-----", true), ("-----BEGIN RSA PRIVATE KEY-----\r", true),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", true), (#" "key": "-----BEGIN PRIVATE KEY-----\nMIIEvQ","#, true),
        (#"headers = "Authorization: Bearer AbCdEf0123456789.xyz""#, true), ("Bearer\tAbCdEf0123456789xyz", true),
        (#"if "-----BEGIN PRIVATE KEY-----" in text:"#, false), ("-----BEGIN CERTIFICATE-----", false),
        ("Basic instructions, and Bearer authentication", false), ("a PRIVATE KEYBOARD", false),
    ]) func `Keys and logins are known by the words around them`(line: String, isSecret: Bool) {
        let patch = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+\(line)\n"
        #expect(search(patch).secretFiles.isEmpty != isSecret)
    }

    @Test(arguments: ["", "diff --git ", "diff --git a", "+++ b/a", "@@ ", "+key=\(PatchSecretsTests.token)"])
    func `What is no patch has nothing`(text: String) { #expect(search(text).secretFiles.isEmpty) }
}
