import TestSupport
import Testing

/// Trees whose files were moved about: every byte of them is in the store, and which file was where is not.
@Suite struct RearrangedTreeTests {
    /// Two versions of a data set, the second of which is checked out, and a branch without it.
    private static let setUp = """
        set -e
        git model init -q --name small && git commit -qm 'Set up' && git branch empty && mkdir -p data/cat data/dog
        for n in 1 2 3; do seq $n 3000 > data/cat/$n && seq $n 4000 > data/dog/$n; done
        git model add -q data && git commit -qm One && git model tag -q v1.0.0 && cp data/cat/2 ~/two
        seq 5000 > data/cat/2 && git model add -q data && git commit -qm Two && cp data/cat/1 ~/one

        """

    @Test(arguments: ["mv data/cat/1 data/dog/11", "cp data/cat/1 data/dog/11", "mv data/cat/1 data/dog/1"])
    func `What was moved in a tree is work that no checkout loses`(_ change: String) async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                \(change) && file=$(echo '\(change)' | sed 's/.* //') && cmp ~/one $file
                refused() { code=0 && "$@" > ~/out 2>&1 || code=$?; cat ~/out; test $code = 5 && cmp ~/one $file; }
                refused git model checkout v1.0.0
                refused git model checkout
                refused git model rm data
                git switch -q empty && cmp ~/one $file && git switch -q - && cmp ~/one $file
                git model status | grep 'modified *data' && git model add -q -u && git commit -qm Three
                git model checkout -q v1.0.0 && git model checkout -q main && cmp ~/one $file && echo kept
                """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("kept\n"), "\(result.output)")
        let refusals = result.output.split(separator: "\n").filter { $0.contains("changes that are in no store") }
        #expect(refusals.count >= 3, "\(result.output)")
    }

    @Test func `Who made a file of a tree executable has to say so, or by force take it back`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                chmod +x data/dog/1 && ! git model checkout v1.0.0 2> ~/out && test -x data/dog/1 && cat ~/out
                git model checkout -q --force v1.0.0 && test ! -x data/dog/1 && cmp data/cat/2 ~/two && echo back
                """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("back\n"), "\(result.output)")
        #expect(result.output.contains("data has changes that are in no store"), "\(result.output)")
    }

    @Test func `A mixture of versions, as a restore that was killed leaves it, is restored`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            Self.setUp + """
                cp -r data ~/data && cp ~/two data/cat/2 && rm data/dog/3
                git model checkout -q && diff -r data ~/data
                rm data/dog/3 && git model checkout -q v1.0.0 && cmp data/cat/2 ~/two && test -e data/dog/3
                """
        ).expectSuccess()
    }
}
