import Testing

/// Which plots a report of a range of commits shows.
@Suite struct ReportPlotTests {
    private static func session(_ script: String) async throws -> Session {
        let session = try await Session(script + "\nseq 3 > w.bin")
        try await session.succeed("add", "-q", "w.bin")
        try await session.shell(
            "git add -A && git commit -qm One && echo a > notes && git add notes && git commit -qm Two"
        )
        return session
    }

    @Test(arguments: ["HEAD..HEAD", "HEAD~1..HEAD"]) func `What is no number twice has not changed`(range: String)
        async throws
    {
        let session = try await Self.session(
            """
            mkdir -p dvclive/plots/metrics
            printf 'step\\tloss\\n0\\tnan\\n1\\t0.5\\n' > dvclive/plots/metrics/loss.tsv
            """
        )
        for form in ["--md", "--html", "--json"] {
            let answer = await session.run("report", range, form)
            #expect(answer.exitCode == 0, "\(answer)")
            #expect(!answer.output.contains("loss") && !answer.output.contains("Plots"), "\(answer)")
        }
        try await session.shell("sed -i 's/0.5/0.25/' dvclive/plots/metrics/loss.tsv && git commit -qam Three")
        let answer = await session.run("report", "HEAD~1..HEAD")
        #expect(answer.output.contains("Plots") && answer.output.contains("loss"), "\(answer)")
    }

    @Test func `However many plots there are, all that differ are there, or counted`() async throws {
        let session = try await Self.session(
            """
            mkdir -p dvclive/plots/metrics
            for number in $(seq 60); do
                printf 'step\\tm%s\\n0\\t0\\n1\\t1\\n' $number > dvclive/plots/metrics/m$number.tsv
            done
            """
        )
        try await session.shell(
            "for file in dvclive/plots/metrics/*; do printf '2\\t5\\n' >> $file; done; git commit -qam Three"
        )
        let markdown = await session.run("report", "HEAD~1..HEAD", "--md")
        #expect(markdown.output.contains("\n… and 35 more.\n"), "\(markdown)")
        let page = await session.run("report", "HEAD~1..HEAD", "--html")
        #expect(page.output.ranges(of: "<div class=\"plot\">").count == 60, "\(page)")
        let document = await session.run("report", "HEAD~1..HEAD", "--json")
        #expect(document.output.ranges(of: "\"revisions\":").count == 60, "\(document)")
    }

    @Test(arguments: ["HEAD..HEAD", "HEAD~1..HEAD"])
    func `Plots that share a name within a commit are compared with those of the other commit`(range: String)
        async throws
    {
        let session = try await Self.session(
            """
            mkdir a b
            for place in a b; do
                printf 'plots:\\n- Loss:\\n    x: step\\n    y: {log.csv: loss}\\n' > $place/dvc.yaml
                printf 'step,loss\\n0,1\\n1,0.%s\\n' $(test $place = a && echo 3 || echo 4) > $place/log.csv
            done
            """
        )
        for form in ["--md", "--html"] {
            let answer = await session.run("report", range, form)
            #expect(answer.exitCode == 0 && !answer.output.contains("Plots"), "\(answer)")
        }
        try await session.shell("sed -i 's/0.4/0.5/' b/log.csv && git commit -qam Three")
        #expect(await session.run("report", "HEAD~1..HEAD").output.contains("Plots"))
    }
}
