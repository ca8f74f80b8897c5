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

    @Test(arguments: [
        "# AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzKEY", "export OPENAI_API_KEY=abcdef1234567890",
        "password: correcthorse9!", #"password = "hunter22x9""#, #"  "client_secret": "abcd1234efgh5678ijkl","#,
        #"os.environ["WANDB_API_KEY"] = "0123456789abcdef0123456789abcdef01234567""#,
        #"    "os.environ[\"WANDB_API_KEY\"] = \"0123456789abcdef0123456789abcdef01234567\"\n","#,
        "wandb_key: 0123456789abcdef0123456789abcdef01234567", #"api_key: str = "abcdef1234567890xyz""#,
        #"password := "hunter22x9""#, "'password' => 'hunter22x9',", "DB_PASS=hunter22x9 python train.py",
        #"client = Client(api_key="abcdef1234567890xyz", x=1)"#, "API_KEY=AbCdEf0123456789xyz",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzKEY", "access_token: AbCdEf0123456789xyz12",
        "PASSWORD='Tr0ub4dor&3'; export PASSWORD", "PASSWORD=Password123!\r",
    ]) func `A literal that its name calls a secret is one`(line: String) {
        #expect(search("diff --git a/a b/a\n@@ -0,0 +1 @@\n+x\n+\(line)\n+y = 1\n").secretFiles == ["a"])
    }

    @Test(arguments: [
        #"tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased-1234567890")"#, "max_tokens: 512",
        "key = lambda x: x", #"password = os.environ["X"]"#, #"token = os.getenv("HF_TOKEN_12345678901")"#,
        "api_key=api_key_number_2", "password=args.password2", "password = user_input_1", "password: uint64_t",
        "def f(password: str = None, token: Optional[str] = None):", "    password: Base64String",
        "api_key: ${{ secrets.API_KEY_123456789 }}", #""password": "{{ db_password_1 }}""#,
        #"pad_token = "<|pad_0_pad_0_pad_0|>""#, "secret: registry-credentials-v2",
        "private_key: keys/id_rsa2_of_the_server.pem", "PWD=/home/user1/project2", "eos_token_id = 128009",
        "token_embedding = nn.Embedding(30522, 768)", "primary_key: abcdef1234567890abcdef",
        #"api_key = "your_api_key_1234567890""#, #"if password == "hunter22x9":"#, "self.password = password1",
        #"password = getpass.getpass("Password 1: ")"#, #"secret_name: "db-credentials-2024""#,
        #"cache_key = "0123456789abcdef0123456789abcdef""#, "API_KEY=$OPENAI_API_KEY_1234567", "auth: oauth2_or_none",
        #"PASSWORD="$(cat /run/secrets/pw1)""#, #"password = "password123""#, "token = tokens[i123456789012345]",
        #"api_key = config["providers"]["openai1"]["api_key"]"#, #""AWS::IAM::AccessKey": "62d91b17309e76c8","#,
        "PrivateKey = rust.hpke.MLKEM1024P384PrivateKey", "first_pass: conv1x1_bn2",
    ]) func `Code that passes secrets on, and words of models, are none`(line: String) {
        #expect(search("diff --git a/a b/a\n@@ -0,0 +1 @@\n+\(line)\n").secretFiles.isEmpty)
    }

    @Test(arguments: ["", "diff --git ", "diff --git a", "+++ b/a", "@@ ", "+key=\(PatchSecretsTests.token)"])
    func `What is no patch has nothing`(text: String) { #expect(search(text).secretFiles.isEmpty) }
}
