import TestSupport
import Testing

/// What becomes of the map of imports where two branches imported.
@Suite struct ImportMapMergeTests {
    /// A repository whose branches have maps of one name in common, which means `object` on main.
    private static func setUp(object: Int = 1) -> String {
        """
        set -e
        git model init -q --remote ~/models && git commit -qm 'Set up'
        m() { printf '"%032d": {"kind": "file", "oid": "sha256:%064d", "size": 7}' $1 $2; }
        map() { mkdir -p .mver/imports && printf '{"format": 1, "md5": {%s}}' "$1" > .mver/imports/dvc.json; }
        git switch -q -c side && map "$(m 1 1), $(m 2 2)" && git add .mver && git commit -qm side
        git switch -q main && map "$(m 1 \(object)), $(m 3 3)" && git add .mver && git commit -qm main

        """
    }

    /// The member of a name, with a comma behind all but the last.
    private static func member(_ name: Int, isLast: Bool = false) -> String {
        let digits = String(repeating: "0", count: 31) + "\(name)"
        return """
                "\(digits)": {
                  "kind": "file",
                  "oid": "sha256:\(String(repeating: "0", count: 32))\(digits)",
                  "size": 7
                }\(isLast ? "" : ",")

            """
    }

    private static let joined =
        "{\n  \"format\": 1,\n  \"md5\": {\n" + member(1) + member(2) + member(3, isLast: true) + "  }\n}\n"

    @Test func `Maps of two branches are joined by themselves`() async throws {
        let scratch = try await ScratchRepository()
        let merged = try await scratch.run(
            Self.setUp() + "git merge -q -m merged side > ~/log && git status --porcelain && cat .mver/imports/dvc.json"
        ).expectSuccess()
        #expect(merged.output == Self.joined)
    }

    @Test func `Only a name that means two objects is in conflict, and is told`() async throws {
        let scratch = try await ScratchRepository()
        let conflict = try await scratch.run(
            Self.setUp(object: 9) + """
                ! git merge -q side && cat .mver/imports/dvc.json && ! git model gc
                git add . && ! git commit -qm marked
                sed -i '/^<<<<<<< /,/^=======$/d;/^>>>>>>> /d' .mver/imports/dvc.json
                git add . && git commit -qm merged && cp .mver/imports/dvc.json ~/map
                """
        ).expectSuccess()
        let zeros = String(repeating: "0", count: 31)
        let oid = "      \"oid\": \"sha256:\(zeros)0\(zeros)"
        let way = "keep the members of both sides in it, each name once, then: `git add .mver/imports/dvc.json`\n"
        for text in [
            "<<<<<<< ours\n\(oid)9\",\n=======\n\(oid)1\",\n>>>>>>> theirs\n",
            "warning: the sides have other objects for md5 \(zeros)1 in .mver/imports/dvc.json\nhint: \(way)",
            "error: .mver/imports/dvc.json has a merge conflict\n", "hint: or \(way)",
            "error: .mver/imports/dvc.json: it has a merge conflict\n",
        ] { #expect(conflict.output.contains(text), "\(text): \(conflict.output)") }
        #expect(try await scratch.run("cat ~/map").output == Self.joined)
    }

    @Test func `Where Git merged without the driver, the command that is named joins both sides`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp() + """
                echo '*.mver diff=git-model merge=git-model text eol=lf' > .gitattributes && git commit -qam old
                ! git merge -q side && grep -c '^<<<<<<< ' .mver/imports/dvc.json && ! git model gc 2> ~/said
                sed -n 's/^hint: join both sides: //p' ~/said | sed 's/`//g;s/, then / \\&\\& /;s/ and / \\&\\& /' > ~/way && cat ~/way
                sh -e ~/way && git commit -qm merged && cp .mver/imports/dvc.json ~/map
                """
        ).expectSuccess()
        let way = [
            "git model init", "git checkout -m -- .mver/imports/dvc.json", "git add .mver/imports/dvc.json",
        ].joined(separator: " && ")
        #expect(result.output.contains("1\n\(way)\n"), "\(result.output)")
        #expect(try await scratch.run("cat ~/map").output == Self.joined)
    }
}
