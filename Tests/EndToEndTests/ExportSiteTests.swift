import TestSupport
import Testing

/// The registry as pages: what they show, and that they show nothing else.
@Suite struct ExportSiteTests {
    /// Two versions of a model of three tensors, of which runs are kept, one in a stage; names that are HTML and shell.
    private static let setUp = """
        git model init -q --name nlp/bert --remote ~/store && printf 'lr: 0.1\\n' > params.yaml
        model() {
            printf '\\000\\001\\000\\000\\000\\000\\000\\000%-256s' '{"embedding":{"dtype":"F32","shape":[400,250],"data_offsets":[0,400000]},"layers.0.w":{"dtype":"F32","shape":[50000],"data_offsets":[400000,600000]},"layers.1.w":{"dtype":"F32","shape":[50000],"data_offsets":[600000,800000]}}'
            seq $1 999999 | head -c 400000 && seq $2 999999 | head -c 200000 && seq $3 999999 | head -c 200000
        }
        cat > train.sh <<'EOF'
        for s in 1 2 3; do echo "{\\"step\\": $s, \\"accuracy\\": 0.$s$1, \\"<b>loss\\": 0.5}" >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"; done
        EOF
        git model describe --base 'javascript:alert(1)' --license mit --meta 'home=https://example.org/?a=1&b="' > ~/log
        git add -A && git commit -qm 'Set up' && model 1 1 1 > w.safetensors
        git model run -q --name '<script>alert(1)</script>' -o w.safetensors -- sh train.sh 8 > ~/log 2>&1 && git commit -qm 'Train'
        git model tag -q v1.0.0 -m '<img src=x onerror=alert(1)>' && git model promote -q v1.0.0 production --local
        printf 'lr: 0.01\\n' > params.yaml && git commit -qam 'Smaller steps' && model 1 1 3 > w.safetensors
        git model run -q --name longer -o w.safetensors -- sh train.sh 9 > ~/log 2>&1 && git commit -qm 'Train longer'
        git model tag -q v1.1.0 && git model promote -q v1.1.0 production --local
        git model run -q --name secret -- sh train.sh 1 > ~/log 2>&1

        """

    private func run(_ script: String, goesOn: Bool = false) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script, goesOn: goesOn)
    }

    @Test func `Pages show models, versions, stages over time, runs and what differs, and only what is kept`()
        async throws
    {
        let result = try await run(
            """
            git model export site ~/site --title 'Our <models>' && cd ~/site && find . -type f | sort | sed 's/[0-9a-f]\\{32\\}/RUN/'
            cat models/nlp/bert/index.html | tr '>' '\\n' | grep -c '^promotion'
            cat models/nlp/bert/v1.1.0.html
            grep -l 'name="referrer"' index.html runs.html && grep -rl secret . || echo kept only
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Wrote 1 model, 2 versions, 2 runs to ", ": 7 pages, ",
            "./.git-model-site\n./index.html\n./models/nlp/bert/index.html\n./models/nlp/bert/v1.0.0.html\n"
                + "./models/nlp/bert/v1.1.0.html\n./runs.html\n./runs/RUN.html\n./runs/RUN.html\n2\n",
            "<title>nlp/bert v1.1.0 · Our &lt;models&gt;</title>", "What differs from v1.0.0", "1 changed, 2 unchanged",
            "<code>layers.1</code>", "<td>lr</td><td>0.1</td><td>0.01</td>", "<svg", "<dd>javascript:alert(1)</dd>",
            "href=\"https://example.org/?a=1&amp;b=&quot;\"", "../../../runs/", "index.html\nruns.html\nkept only\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        // The tag's own words, which say nothing here.
        #expect(!result.output.contains("<pre class=\"words\">nlp/bert v1.1.0"))
    }

    @Test func `A tag that tells of other artifacts than its commit has is told`() async throws {
        let result = try await run(
            """
            git cat-file tag nlp/bert@v1.1.0 > ~/tag 2> ~/log || git cat-file tag v1.1.0 > ~/tag
            sed -n '/^$/,$p' ~/tag | sed '1d; s/v1\\.1\\.0/v1.2.0/; s/\\(Artifact: .*sha256:\\)[0-9a-f]\\{8\\}/\\100000000/' > ~/words
            git tag -a nlp/bert@v1.2.0 -F ~/words && git model export site ~/site -q
            grep -c 'the tag tells of another w.safetensors than the commit has' ~/site/models/nlp/bert/v1.2.0.html
            grep -c 'sha256:00000000' ~/site/models/nlp/bert/v1.2.0.html
            grep -c 'the tag tells of another' ~/site/models/nlp/bert/v1.1.0.html
            """,
            goesOn: true
        )
        #expect(result.output.hasSuffix("1\n0\n0\n"), "\(result.output)")
    }

    @Test func `The same registry makes the same bytes, in the place of an earlier site and of nothing else`()
        async throws
    {
        let result = try await run(
            """
            git model export site ~/site -q && cp -r ~/site ~/first && echo x > ~/site/runs/old.html && git model export site ~/site -q
            diff -r ~/first ~/site && echo same
            mkdir ~/mine && echo mine > ~/mine/file && git model export site ~/mine || echo refused $?
            cat ~/mine/file && git model export site ~/mine -q --force && diff -r ~/first ~/mine && echo forced
            git init -q ~/site && echo example.org > ~/site/CNAME && echo x > ~/site/runs/old.html
            stat -c %i ~/site/.git-model-site > ~/marker
            git model export site ~/site -q --force && stat -c %i ~/site/.git-model-site | cmp - ~/marker && cat ~/site/CNAME && test -f ~/site/.git/HEAD && test ! -e ~/site/runs/old.html
            rm -r ~/site/.git ~/site/CNAME && diff -r ~/first ~/site && echo beside
            git init -q ~/other && git model export site ~/other --force || echo other $?
            cp ~/site/.git-model-site ~ && git model export site ~ --force || echo home $?; rm ~/.git-model-site
            git model export site . --force || echo repository $?
            git model export site .. --force || echo above $?
            ln -s ~/mine ~/link && git model export site ~/link || echo link $?
            ls -A ~ | grep -c git-model || echo nothing beside
            git clone -q . ~/clone && cd ~/clone && git model export site ~/cloned -q && grep -c v1.1.0 ~/cloned/index.html
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "same\n", "refused 5\nmine\n", "forced\n", "example.org\nbeside\n", "other 2\n", "home 2\n",
            "repository 2\n", "above 2\n", "link 5\n", "nothing beside\n1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Drawings for which a page has no room are counted`() async throws {
        let result = try await run(
            """
            cat > many.sh <<'EOF'
            for s in 1 2; do awk -v s=$s 'BEGIN { printf "{\\"step\\": %d", s; for (i = 0; i < 30; i++) printf ", \\"m%d\\": %d", i, s * i; print "}" }'; done >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"
            seq 9 > x.bin
            EOF
            git add -A && git commit -qm 'Many metrics' && git model run -q -o x.bin -- sh many.sh > ~/log 2>&1 && git commit -qm Many
            git model export site ~/site -q && cd ~/site && grep -l 'and 6 more plots[.]' runs/*.html | wc -l
            grep -c 'and [0-9]* more plots[.]' runs.html models/nlp/bert/index.html || echo few
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasSuffix("1\nruns.html:1\nmodels/nlp/bert/index.html:0\n"), "\(result.output)")
    }

    @Test func `A store and a target beside its pages keep no site from being made anew, those below them do`()
        async throws
    {
        let result = try await run(
            """
            git model export site ~/www -q && git model remote add web ~/www/store && mkdir -p ~/www/store
            git config git-model.deploy.edge.kind directory && git config git-model.deploy.edge.path ~/www/edge
            echo x > ~/www/runs/old.html && echo mine > ~/www/store/file && git model export site ~/www -q
            cat ~/www/store/file && test ! -e ~/www/runs/old.html && echo beside
            git config git-model.deploy.edge.path ~/www/runs/edge && git model export site ~/www || echo below $?
            git config git-model.deploy.edge.path ~/www && git model export site ~/www || echo itself $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["mine\nbeside\n", " has more in it than an export\n", "below 2\n", "itself 2\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A browser sorts and searches the runs, runs nothing that people wrote, and fetches nothing`()
        async throws
    {
        let result = try await run(
            """
            git model export site ~/site -q && cd ~/site
            grep -rhoE '(src|href|action|data|srcset)="[^"]*"|url\\([^)]*\\)|@import' . | grep -v '"\\(\\.\\./\\)*[a-z0-9/.-]*\\.html"\\|url(#' | sort -u
            browse() { chromium --headless --no-sandbox --disable-gpu --user-data-dir="$HOME/profile" "$@" 2> ~/log; }
            names() { browse --dump-dom "file://$HOME/site/runs.html#$1" | sed -n '1,/<.table>/p' | grep -o '>longer<\\|>&lt;script&gt;' | tr '\\n' ' ' && echo "$1"; }
            names sort=accuracy && names sort=-accuracy
            browse --dump-dom "file://$HOME/site/runs.html#search=accuracy%3E0.385" > ~/dom && grep -o '<output>[^<]*' ~/dom
            for page in index.html runs.html models/nlp/bert/index.html models/nlp/bert/v1.0.0.html; do
                browse --dump-dom "file://$HOME/site/$page" > ~/dom && grep -c '<script>alert\\|<img src=x' ~/dom || echo clean
            done
            browse --window-size=1200,1600 --screenshot="$HOME/wide.png" "file://$HOME/site/models/nlp/bert/v1.1.0.html"
            browse --window-size=390,1600 --force-dark-mode --screenshot="$HOME/narrow.png" "file://$HOME/site/runs.html"
            test $(wc -c < ~/wide.png) -gt 20000 && test $(wc -c < ~/narrow.png) -gt 10000 && echo seen
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "href=\"https://example.org/?a=1&amp;b=&quot;\"\n>", ">&lt;script&gt; >longer< sort=accuracy\n",
            ">longer< >&lt;script&gt; sort=-accuracy\n", "<output>1 of 2\n", "0\nclean\n0\nclean\n0\nclean\n0\nclean\n",
            "seen\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A difference by names of frames alone says which tensors changed, and not how far`() async throws {
        let result = try await run(
            """
            git model diff v1.0.0 v1.1.0 --stat && git model diff v1.0.0 v1.1.0 --stat --json > ~/stat
            grep -o '"source":"manifests"' ~/stat && grep -c relativeDistance ~/stat || echo no distance
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["1 changed, 2 unchanged", "\"source\":\"manifests\"\n0\nno distance\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A clone that lacks versions, curves or manifests says so, and what helps`() async throws {
        let result = try await run(
            """
            git model runs keep -q secret && git model push -q --all && here=$PWD && git model export site ~/site && echo ----
            git clone -q . ~/fresh && cd ~/fresh && git model export site ~/one && echo ----
            git model fetch -q --tags && git model export site ~/two && echo ----
            git model fetch -q --all && git model export site ~/three && echo ----
            git clone -q --depth 1 "file://$here" ~/shallow && cd ~/shallow && git model export site ~/four
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let missing =
            "warning: not shown, for what they need is not here: curves of 3 runs, 1 difference of artifacts\n"
        let parts = result.output.split(separator: "----\n", omittingEmptySubsequences: false)
        try #require(parts.count == 5, "\(result.output)")
        #expect(parts[1].contains(missing) && parts[1].contains("`git model fetch --tags`; "), "\(result.output)")
        #expect(parts[2].contains(": curves of 1 run\n") && parts[2].contains("fetch --all`\n"), "\(result.output)")
        for part in [parts[0], parts[3]] {
            #expect(!part.contains("not shown") && !part.contains("shallow"), "\(result.output)")
        }
        #expect(parts[4].contains("warning: this clone is shallow, and may lack versions"), "\(result.output)")
    }

    @Test func `A column whose name has blanks is asked for in quotes`() async throws {
        let result = try await run(
            """
            echo 'echo "{\\"val acc\\": 0.9}" >> "$GIT_MODEL_RUN_DIR/metrics.jsonl" && seq 9 > x.bin' > val.sh
            git add -A && git commit -qm Validate && git model run -q -o x.bin -- sh val.sh > ~/log 2>&1 && git commit -qm Valid
            git model export site ~/site -q
            for words in '%22val%20acc%22%3E0.8' '%22val%20acc%22%3E0.95' 'status%3Dfinished%20%22val%20acc%22%3C1' 'longer'; do
                chromium --headless --no-sandbox --disable-gpu --user-data-dir="$HOME/profile" --dump-dom "file://$HOME/site/runs.html#search=$words" > ~/dom 2> ~/log
                grep -o '<output>[^<]*' ~/dom
            done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix("<output>1 of 3\n<output>0 of 3\n<output>1 of 3\n<output>1 of 3\n"),
            "\(result.output)"
        )
    }
}
