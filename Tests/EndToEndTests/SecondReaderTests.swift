import TestSupport
import Testing

/// What a reader that was written after docs/formats.md alone finds in stores: Tests/InteropTests/References has it.
@Suite struct SecondReaderTests {
    /// `read_back STORE POINTER FILE [OPTION…]` compares what the reader has of a pointer's object with a file, and
    /// notes in `~/met` what it met; `sample STEP` writes files of all kinds; `read_all STORE [OPTION]` reads back what
    /// was added of them.
    private static let functions = """
        export PYTHONDONTWRITEBYTECODE=1
        python='\(PackageFiles.root)/.build-venv/bin/python' references='\(PackageFiles.root)/Tests/InteropTests/References'
        oid() { sed -n 's/^oid sha256://p' "$1"; }
        read_back() {
            store=$1 pointer=$2 file=$3 && shift 3
            "$python" "$references/second_reader.py" "$store" $(oid "$pointer") "$@" > ~/out 2> ~/err || { cat ~/err; return 1; }
            cmp ~/out "$file" && cat ~/err >> ~/met
        }
        sample() { "$python" "$references/second_reader_sample.py" $1; }
        read_all() {
            for n in 0 1 2; do read_back $1 ~/v$n.mver ~/v$n $2 || return 1; done
            for file in many.safetensors broken.safetensors opaque.bin text.csv empty; do
                read_back $1 $file.mver $file $2 || return 1
            done
            read_back $1 tree.mver ~/files --files $2
        }

        """

    /// Three versions of weights, at `~/v0` to `~/v2` with their pointers, beside files that stay the same, and a tree,
    /// whose files follow each other in `~/files`.
    private static let versions = """
        git model init -q --name small --remote ~/models && git commit -qm 'Set up'
        mkdir -p tree/sub && seq 9 > tree/a && : > tree/b && : > empty && ln -s a tree/link && seq 90 > tree/sub/b
        for n in 0 1 2; do
            sample $n && cp weights.safetensors tree/sub/m.safetensors &&
                git model add -q *.safetensors opaque.bin text.csv empty tree && git commit -qm $n &&
                cp weights.safetensors ~/v$n && cp weights.safetensors.mver ~/v$n.mver || exit 1
        done
        { cat tree/a tree/b && printf a && cat tree/sub/b tree/sub/m.safetensors; } > ~/files

        """

    /// What has to be met on the way, so that nothing passes because it was never there.
    private static let everything = [
        "raw", "constant", "zstd", "planes", "delta-difference", "delta-xor", "planes-1", "planes-2", "planes-4",
        "planes-8", "plane-raw", "plane-constant", "plane-zstd", "depth-0", "depth-1", "depth-2", "pack-kind-1",
        "pack-kind-2", "several-data-packs", "index", "object-index", "no-manifest", "manifest-whole", "manifest-root",
        "manifest-part", "inline", "statistics", "no-tensor", "note", "no-note", "layout-opaque", "layout-safetensors",
        "dtype-2", "dtype-3", "dtype-10", "dtype-11", "dtype-12", "dtype-13",
    ]

    @Test func `A second reader gets every byte of a store, of its remote, and of both repacked, by either index`()
        async throws
    {
        let result = try await ScratchRepository().run(
            Self.functions + Self.versions + """
                met() { sort -u ~/met && rm ~/met; }
                read_all .git/model/store && read_all .git/model/store --object-index && met && echo ----
                git model push -q --all && read_all ~/models --object-index && met && echo ----
                git model repack -q --remote store > ~/log && read_all .git/model/store --object-index && met && echo ----
                read_all ~/models && met
                """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map { Set($0.split(separator: "\n").map(String.init)) }
        try #require(parts.count == 4, "\(result.output)")
        #expect(parts[0].isSuperset(of: Self.everything), "\(Set(Self.everything).subtracting(parts[0]))")
        for part in parts[1...] {
            #expect(part.isSuperset(of: ["raw", "constant", "zstd", "planes", "delta-difference"]), "\(part)")
        }
    }

    @Test func `It reads through alternates, and finds in comparisons what diff does`() async throws {
        let result = try await ScratchRepository().run(
            Self.functions + Self.versions + """
                git clone -q . ~/other && cd ~/other && git model store alternate "$HOME/sentiment/.git/model/store" > ~/log
                sample 3 && git model add -q weights.safetensors && git commit -qm 3
                read_back .git/model/store weights.safetensors.mver weights.safetensors && grep -x alternate ~/met
                grep -x several-data-packs ~/met
                "$python" "$references/second_reader.py" .git/model/store $(oid weights.safetensors.mver) --comparisons 2> ~/err
                git model diff HEAD~1 HEAD -- weights.safetensors | grep -o '[0-9]* changed, [0-9]* unchanged'
                """
        ).expectSuccess()
        let lines = result.output.split(separator: "\n")
        try #require(lines.count > 3, "\(result.output)")
        #expect(lines[..<2] == ["alternate", "several-data-packs"], "\(result.output)")
        #expect(lines[2].hasPrefix("since ") && lines[2].contains(" part 0 of 1 same "), "\(result.output)")
        let changes = lines[3...].dropLast()
        let same = lines[2].split(separator: " ").last ?? ""
        #expect(lines.last == "\(changes.count) changed, \(same) unchanged", "\(result.output)")
        #expect(changes.contains { $0.hasPrefix("changed bf16 was 11[120, 500] is 11[120, 500] how 0 ") })
    }

    @Test func `It notices a byte that is another, wherever that is`() async throws {
        let result = try await ScratchRepository().run(
            Self.functions + """
                flip() { "$python" -c 'if True:
                    import sys
                    content = bytearray(open(sys.argv[1], "rb").read())
                    content[int(sys.argv[2])] ^= 4
                    open(sys.argv[1], "wb").write(content)' "$1" $2; }
                git model init -q --name small && git commit -qm 'Set up' && sample 0 && git model add -q opaque.bin
                read_back .git/model/store opaque.bin.mver opaque.bin
                try() {
                    for part in $1; do
                        for place in $2; do
                            rm -rf ~/broken && cp -r .git/model/store ~/broken && chmod -R u+w ~/broken
                            flip "$HOME/broken/${part#.git/model/store/}" $place
                            ! read_back ~/broken opaque.bin.mver opaque.bin $3
                        done
                    done
                }
                try '.git/model/store/packs/*/*.pack' '20 36 60 110 -42 -20 -3' && echo ----
                try '.git/model/store/index/*.idx' '20 170 -14 -3' && echo ----
                try '.git/model/store/objects/*/*.idx' '50 170 -14 -3' --object-index
                """
        ).expectSuccess()
        let ofAPack = [
            "pack: digest", "record: CRC of the header", "record: CRC of the header", "record: CRC of the stored bytes",
            "pack: CRC of the table of contents", "pack: CRC of the table of contents", "pack: trailer",
        ]
        let ofAnIndex = ["index: CRC of the header", "index: CRC", "index: CRC", "index: trailer"]
        let expected = [ofAPack + ofAPack, ofAnIndex, ofAnIndex].map { messages in
            messages.map { "second_reader: damaged: \($0)\n" }.joined()
        }
        #expect(result.output == expected.joined(separator: "----\n"), "\(result.output)")
    }
}
