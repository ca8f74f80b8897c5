import TestSupport
import Testing

/// Hyperparameters in TOML, from a run and from Git; lock files, which are TOML as well, are recorded and not read.
@Suite struct ParameterFileTests {
    private static let setUp = """
        git model init -q --name small && git commit -qm 'Set up'
        cat > conf.toml <<'END'
        lr = 1e-3 # tried before
        started = 2024-05-01
        [model]
        depth = 4
        sizes = [1, 2]
        head = {dropout = 0.5, kind = "gelu"}
        [[model.stages]]
        width = 8
        END

        """

    @Test func `Runs and files have their parameters from TOML`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                git model run -q --params conf.toml --name a -- true
                sed -i 's/depth = 4/depth = 4.0/; s/0.5/0.25/' conf.toml && cp conf.toml params.toml
                git model run -q --name b -- true && git model params diff run:a run:b
                git add params.toml && git commit -qm 'Have parameters' && sed -i 's/1e-3/2e-3/' params.toml
                git model params show HEAD --json && git model params diff
                """
        ).expectSuccess()
        #expect(result.output.contains("model.head.dropout") && result.output.contains("0.25"))
        // A number is what it is, however it is written.
        #expect(!result.output.contains("model.depth  "))
        #expect(result.output.contains(#"{"name":"model.sizes","source":"params.toml","value":[1,2]}"#))
        #expect(result.output.contains(#"{"name":"started","source":"params.toml","value":"2024-05-01"}"#))
        #expect(result.output.contains(#"{"name":"model.stages.0.width","source":"params.toml","value":8}"#))
        #expect(result.output.contains("0.001") && result.output.contains("0.002"))
    }

    @Test func `A file that cannot be read stops a run that names it, and no other`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                printf 'a = 1\\nb = oops\\n' > conf.toml && cp conf.toml params.toml
                git model run --params conf.toml -- touch ran; echo "exit $?"
                [ ! -e ran ] && git model run -- touch ran && [ -e ran ]
                """,
            goesOn: true
        )
        #expect(result.output.contains("cannot read the parameters of conf.toml"))
        #expect(result.output.contains("oops is no value, in line 2") && result.output.contains("exit 125\n"))
        #expect(result.output.contains("warning: cannot read the parameters of params.toml") && result.exitCode == 0)
    }

    @Test func `Lock files are recorded, whatever they hold`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                printf 'version = 1\\n[[package]]\\nname = "numpy"\\n' > uv.lock
                printf '[metadata]\\nlock-version = "2.0"\\n' > poetry.lock && echo '= = =' > pixi.lock
                git model run -q --name a -- true && git model runs show --json a
                sha256sum uv.lock poetry.lock pixi.lock | cut -d' ' -f1
                """
        ).expectSuccess()
        let digests = result.output.split(separator: "\n").suffix(3)
        #expect(digests.count == 3)
        for (name, digest) in zip(["uv.lock", "poetry.lock", "pixi.lock"], digests) {
            #expect(result.output.contains(#""\#(name)":"sha256:\#(digest)""#))
        }
    }
}
