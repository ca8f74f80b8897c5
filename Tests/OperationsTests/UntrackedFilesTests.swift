import Testing

@testable import Operations

@Suite struct UntrackedFilesTests {
    @Test(arguments: [
        "token", "token.txt", "hf_token.json", "hftoken.txt", "tokens.yaml", "a/.token", "github-token-2024.txt",
        "token.py",
        "lib/hfToken.py", "my_secret.py", "x/.env", "prod.env", ".aws/config", "a.pem", "passwords.csv", "id_rsa",
        "auth",
    ])
    func `Names of secrets keep files out`(path: String) { #expect(UntrackedFiles.isSecret(path: path)) }

    @Test(arguments: [
        "tokenizer.py", "tokenization_bert.py", "tokenizer.json", "tokenizer_config.json", "tokeniser.yaml",
        "special_tokens_map.json", "added_tokens.json", "count_tokens.py", "token_classification.py", "pad_token.py",
        "auth.py", "train.py", "compass.txt",
    ])
    func `Names of code and of models do not`(path: String) { #expect(!UntrackedFiles.isSecret(path: path)) }
}
