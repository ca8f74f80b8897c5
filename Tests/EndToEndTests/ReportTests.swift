import TestSupport
import Testing

/// What a reviewer sees of a range of commits: as Markdown for a comment, and as a page.
@Suite struct ReportTests {
    /// A model of three tensors, a version of it that is `main`, and a branch that trains one of them on.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name sentiment --remote ~/store && printf 'lr: 0.1\\n' > params.yaml
        model() {
            printf '\\000\\001\\000\\000\\000\\000\\000\\000%-256s' '{"embedding":{"dtype":"F32","shape":[400,250],"data_offsets":[0,400000]},"layers.0.w":{"dtype":"F32","shape":[50000],"data_offsets":[400000,600000]},"layers.1.w":{"dtype":"F32","shape":[50000],"data_offsets":[600000,800000]}}'
            seq $1 999999 | head -c 400000 && seq $2 999999 | head -c 200000 && seq $3 999999 | head -c 200000
        }
        cat > train.sh <<'EOF'
        echo "{\\"accuracy\\": $1, \\"<b>loss|\\": 0.5}" >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"
        EOF
        git add -A && git commit -qm 'Set up' && model 1 1 1 > w.safetensors
        git model run -q -o w.safetensors -- sh train.sh 0.8 > /dev/null 2>&1 && git commit -qm 'Train'
        git model push -q && git push -q -u origin main && git checkout -q -b longer
        printf 'lr: 0.01\\n' > params.yaml && git commit -qam 'Smaller steps' && model 1 1 3 > w.safetensors
        git model run -q -o w.safetensors -- sh train.sh 0.9 > /dev/null 2>&1
        git commit -qm 'Train longer <script>alert(1)</script> @everybody' && git model push -q && git push -q origin longer

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `Markdown has the verdict, metrics, parameters and what changed inside the model`() async throws {
        let result = try await run("git model report main..longer")
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "## ✅ The model may be merged\n",
            "Train longer &lt;script&gt;alert\\(1\\)&lt;/script&gt; @&#8203;everybody",
            "| accuracy | 0.8 | 0.9 | +0.1 🟢 |", "| `lr` | `0.1` | `0.01` |",
            "| modified | `w.safetensors` | 800 kB | 800 kB |",
            "1 changed, 2 unchanged", "#### Inside `w.safetensors`", "| `layers.1` | 1 |", "git model checkout ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("<script>"))
    }

    @Test func `Where more has to be sent than the artifacts have, it is said why`() async throws {
        let result = try await run(
            """
            git checkout -q -b small main && echo 1 > s.bin && git model run -q -o s.bin -- sh train.sh 0.9 > /dev/null 2>&1
            git commit -qm Small && git model push -q && git model report main..small
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "What differs has 2 B; a store with the earlier commit gets ",
            ", files of runs and what packs add included.\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What a store with the earlier commit gets is said only where its objects are here`() async throws {
        let result = try await run(
            """
            git checkout -q -b plain main && model 1 1 4 > w.safetensors && git model add -q w.safetensors
            git commit -qm 'Train by hand' && git model push -q && git push -q origin plain
            git model report main..plain 2> ~/log | grep '^What differs'
            git clone -q -b plain ~/origin.git ~/half && cd ~/half && git model pull -q
            git model report origin/main..HEAD 2> ~/log | grep '^What differs'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix("What differs has 800 kB; a store with the earlier commit gets "),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix("\nWhat differs has 800 kB.\n"), "\(result.output)")
    }

    @Test func `What is to be typed compares the commits that were compared, in any clone`() async throws {
        let result = try await run(
            """
            parted=$(git rev-parse main) && git checkout -q main && echo more > notes && git add notes
            git commit -qm More && git checkout -q longer
            diff() { git model report $1 2> ~/log | sed -n 's/^git model diff //p'; }
            short() { git rev-parse $1 $2 | cut -c 1-12 | tr '\\n' ' ' && echo; }
            diff main...longer && short $parted longer && diff main..longer && short main longer
            diff main && short main HEAD && diff ..main && short HEAD main
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
        try #require(lines.count == 8, "\(result.output)")
        for position in stride(from: 0, to: 8, by: 2) {
            #expect(lines[position] == lines[position + 1], "\(result.output)")
        }
    }

    @Test func `A reviewer needs a clone and no weights`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/review && cd ~/review && git model report origin/main...origin/longer > ~/report.md
            grep -c 'layers.1' ~/report.md && du -sk .git/model/store | cut -f1
            mv ~/store ~/away && git model report origin/main...origin/longer > ~/offline.md || echo code $?
            grep -c unchanged ~/offline.md
            """
        )
        let lines = result.output.split(separator: "\n")
        #expect(lines.first == "1", "\(result.output)")
        let stored = try #require(lines.dropFirst().first.flatMap { Int($0) })
        #expect(stored < 500, "\(result.output)")
    }

    @Test func `The page stands alone, and a browser shows it light and dark, wide and narrow`() async throws {
        let result = try await run(
            """
            git model report main..longer --html > ~/report.html
            grep -c 'src=\\|href=\\|<script' ~/report.html || echo alone
            ! grep '<p>[^/]*<div' ~/report.html
            browse() { chromium --headless --no-sandbox --disable-gpu --user-data-dir="$HOME/profile" "$@" 2> ~/log; }
            browse --dump-dom "file://$HOME/report.html" > ~/dom && grep -o 'class="h9"' ~/dom && grep -c 'alert(1)' ~/dom
            browse --window-size=1200,1600 --screenshot="$HOME/wide.png" "file://$HOME/report.html"
            browse --window-size=390,1600 --force-dark-mode --screenshot="$HOME/narrow.png" "file://$HOME/report.html"
            head -c 8 ~/wide.png | od -An -c | grep -c 'P   N   G' && test $(wc -c < ~/narrow.png) -gt 10000 && echo seen
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["0\nalone\n", "class=\"h9\"", "seen\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A report that refuses, and one as JSON`() async throws {
        let result = try await run(
            """
            git rm -q --cached .mver/config && git commit -qm x && git model report HEAD..main || echo no $?
            git model report main..longer --json | grep -o '"outcome":"[a-z]*"\\|"relativeDistance":[0-9.]*' | sort -u
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["## ❌ The model may not be merged\n", "no policy yet", "no 1\n", "\"relativeDistance\":1."] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A comment stays short, and has what is worse and the commands, however much there is`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --name large --remote ~/store
            model() {
                printf '\\000\\000\\004\\000\\000\\000\\000\\000%-262144s' "$(awk 'BEGIN { for (i = 0; i < 2000; i++) printf "%s\\"layers.%d.w\\":{\\"dtype\\":\\"F32\\",\\"shape\\":[32],\\"data_offsets\\":[%d,%d]}", i ? "," : "{", i, 128 * i, 128 * i + 128; print "}" }')"
                seq $1 999999 | head -c 256000
            }
            metrics() { awk -v value=$1 -v last=$2 'BEGIN { printf "{"; for (i = 0; i < 299; i++) printf "\\"m%d/accuracy\\": %s, ", i, value; print "\\"zz/accuracy\\": " last "}" }' > metrics.json; }
            parameters() { awk -v value=$1 'BEGIN { for (i = 0; i < 40; i++) { printf "p%d: \\"%s", i, value; for (j = 0; j < 600; j++) printf "𝄞"; print "\\"" } }' > params.yaml; }
            commit() { git model add -q w.safetensors && git add -A && git commit -qm "$1" && git model push -q; }
            model 1 > w.safetensors && metrics 0.5 0.5 && parameters a && commit First
            model 2 > w.safetensors && metrics 0.6 0.4 && parameters b && commit Second
            git model report HEAD~1..HEAD > ~/report.md && wc -c < ~/report.md
            grep -o '| zz/accuracy | 0.5 | 0.4 |\\|… and 275 more\\|2000 layers changed.*\\|… and 1975 more\\|… the rest did not fit' ~/report.md
            tail -n 3 ~/report.md | sed 's/ [0-9a-f]\\{12\\}/ ID/g'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "| zz/accuracy | 0.5 | 0.4 |\n… and 275 more\n",
            "2000 layers changed, by relative L2 distance, by author, neighbours as one block\n… and 1975 more\n… the rest did not fit\n",
            "git model diff ID ID\n```\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let size = try #require(result.output.split(separator: "\n").first.flatMap { Int($0) })
        #expect(size < 65_510, "\(result.output)")
    }
}
