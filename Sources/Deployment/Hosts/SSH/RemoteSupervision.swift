import ModelCore
import SystemPackage

/// Scripts that run a command of a release on another host, so that nothing of it is left there when the connection
/// ends.
struct RemoteSupervision {
    /// The directory of the release.
    let directory: FilePath
    /// The words of the command; `{dir}`, `{out}`, `{socket}` and, of a batch, `{in}` in them are the script's to
    /// replace.
    let words: [String]
    /// What the command has in its environment beside what the host gives.
    let variables: [String: String]

    /// What the words may have, and the variables of the script that stand for it.
    private var places = ["{dir}": "_dir", "{out}": "_out", "{socket}": "_socket"]

    /// Creates the scripts of a command.
    init(directory: FilePath, words: [String], variables: [String: String]) {
        self.directory = directory
        self.words = words
        self.variables = variables
    }

    /// A server: what it says goes to the standard output, and `mark` in a line of its own once it listens at the port.
    func server(port: Int, socket: FilePath?, mark: String) -> String {
        let place = socket.map { ShellWord.quoted($0.string) }
        let isTaken =
            "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "
            + "': [0-9A-F]*:\(RemoteSupervision.hexadecimal(port)) [0-9A-F]*:0000 0A '"
        // Where the kernel tells nobody, the connection has to.
        let listens = place.map { "[ -S \($0) ]" } ?? "[ ! -r /proc/net/tcp ] || \(isTaken)"
        // Somebody else's server would answer in place of the release's.
        let refusal = "if \(isTaken); then echo 'port \(port): address already in use'; exit 1; fi"
        let holder = socket.map { ShellWord.quoted($0.removingLastComponent().string) }
        return """
            \(socket == nil ? refusal : ":")
            \(beginning)
            \(holder.map { "mkdir -m 700 \($0) || exit 1; _socket=\(place ?? "")" } ?? "")
            \(running(input: "/dev/null", output: "2>&1"))
            ( while kill -s 0 "$_child" && ! { \(listens); }; do sleep 0.1 || sleep 1; done; kill -s 0 "$_child" && printf '\\n%s\\n' \(mark) >&4 ) 4>&1 >/dev/null 2>&1 3<&- &
            _look=$!
            wait "$_child"
            _code=$?
            kill "$_look" 2>/dev/null
            \(holder.map { "rm -rf \($0)" } ?? ":")
            \(ending)
            """
    }

    /// A command that reads so many bytes of the standard input, and gives its own output, or the only file at `{out}`.
    func command(inputByteCount count: Int) -> String {
        let hasFile = words.contains { $0.contains("{out}") }
        let noOutput = RemoteSupervision.noOutputCode
        let given =
            hasFile
            ? "set -- \"$_place/files\"/*; if [ $# = 1 ] && [ -f \"$1\" ]; then cat \"$1\" || _code=1; else _code=\(noOutput); fi"
            : "cat \"$_place/output\" || _code=1"
        return """
            _place=$(mktemp -d) || exit 1
            trap 'rm -rf "$_place"' EXIT
            head -c \(count) >"$_place/input" && mkdir "$_place/files" || exit 1
            _out=$_place/files/out
            \(beginning)
            \(running(input: "\"$_place/input\"", output: hasFile ? ">&2" : ">\"$_place/output\""))
            wait "$_child"
            _code=$?
            if [ "$_code" = 0 ]; then \(given); else \(RemoteSupervision.failing); fi
            \(ending)
            """
    }

    /// A command that turns `{in}`, so many bytes of the standard input, into `{out}`, which is the standard output
    /// then.
    ///
    /// What it prints goes to the standard error. The names are those of the files, without directories.
    func batch(inputByteCount count: Int64, input: String, output: String) -> String {
        var batch = self
        batch.places["{in}"] = "_in"
        return """
            _place=$(mktemp -d) || exit 1
            trap 'rm -rf "$_place"' EXIT
            mkdir "$_place/in" "$_place/out" || exit 1
            _in=$_place/in/\(ShellWord.quoted(input))
            _out=$_place/out/\(ShellWord.quoted(output))
            head -c \(count) >"$_in" && [ "$(wc -c <"$_in")" -eq \(count) ] || exit \(RemoteSupervision.noInputCode)
            \(beginning)
            export GIT_MODEL_IN="$_in" GIT_MODEL_OUT="$_out"
            \(batch.running(input: "/dev/null", output: ">&2"))
            wait "$_child"
            _code=$?
            if [ "$_code" = 0 ]; then
                if [ -f "$_out" ] && [ ! -L "$_out" ]; then cat "$_out" || _code=1; else _code=\(RemoteSupervision.noOutputCode); fi
            else
                \(RemoteSupervision.failing)
            fi
            \(ending)
            """
    }

    /// The exit code of a script whose command failed; the command's own is the output then, so that it is no code of
    /// the script's.
    static let failedCode: Int32 = 95

    /// The exit code of a host where the directory of the release cannot be entered.
    static let noDirectoryCode: Int32 = 96

    /// The exit code of a host that could not keep the whole input of a command.
    static let noInputCode: Int32 = 98

    /// The exit code of a command that did not write the one file that it was to write.
    static let noOutputCode: Int32 = 97

    /// The exit code of the command, as a script says it that ends with `failedCode`; `nil` where it says something
    /// else.
    static func commandCode(in output: [UInt8]) -> Int32? { Int32(String(decoding: output, as: UTF8.self)) }

    private static let failing = "printf %s \"$_code\"; _code=\(failedCode)"

    private var beginning: String {
        let names = variables.keys.sorted().filter(RemoteSupervision.isName)
        let exports = names.map { "export \($0)=\(ShellWord.quoted(variables[$0] ?? ""))" }
        return """
            cd \(RemoteScript.word(directory)) || exit \(RemoteSupervision.noDirectoryCode)
            _dir=$(pwd -P)
            export GIT_MODEL_DIR="$_dir"
            \(exports.joined(separator: "\n"))
            # Python would write beside the programs of the release, which never changes.
            export PYTHONDONTWRITEBYTECODE=1
            exec 3<&0
            if command -v setsid >/dev/null 2>&1; then _own=setsid; else _own=; fi
            """
    }

    /// Starts the command in a process group of its own, which a watch ends at the end of the standard input.
    private func running(input: String, output: String) -> String {
        """
        ( exec $_own \(words.map(word).joined(separator: " ")) <\(input) 3<&- \(output) ) &
        _child=$!
        ( cat <&3
        kill -s TERM -- "-$_child" || kill -s TERM "$_child"
        _n=0
        while kill -s 0 -- "-$_child" && [ $_n -lt 10 ]; do sleep 1; _n=$((_n + 1)); done
        kill -s KILL -- "-$_child" || kill -s KILL "$_child" ) >/dev/null 2>&1 &
        _watch=$!
        """
    }

    private var ending: String {
        """
        kill "$_watch" 2>/dev/null
        kill -s KILL -- "-$_child" 2>/dev/null
        exit "$_code"
        """
    }

    /// A word as a shell reads it back, with what its places stand for.
    private func word(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let brace = rest.firstIndex(of: "{") {
            let place = places.first { rest[brace...].hasPrefix($0.key) }
            let end = place.map { rest.index(brace, offsetBy: $0.key.count) } ?? rest.index(after: brace)
            let before = place == nil ? rest[..<end] : rest[..<brace]
            if !before.isEmpty { result += ShellWord.quoted(String(before)) }
            if let place { result += "\"$\(place.value)\"" }
            rest = rest[end...]
        }
        if !rest.isEmpty || result.isEmpty { result += ShellWord.quoted(String(rest)) }
        return result
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
        }
    }

    /// A port as the kernel lists it.
    private static func hexadecimal(_ port: Int) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
