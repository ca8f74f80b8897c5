import TestSupport
import Testing

/// The gate `safe-pickle`: what runs code when it is loaded gets into no stage, whatever it is called and wherever its
/// bytes are.
@Suite struct SafePickleTests {
    /// A gate, a program that writes archives as `torch.save` does, and a function that asks whether one may be merged.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store && git config -f .mver/config gate.production.require safe-pickle
        git add -A && git commit -qm 'Set up' && git push -q -u origin main
        cat > ~/save.py <<'END'
        import collections, os, pickle, sys, zipfile
        class Program:
            def __reduce__(self):
                return os.system, ('touch ~/was-run',)
        def save(value, size=0, name='m/data.pkl', compression=zipfile.ZIP_STORED, more={}):
            with zipfile.ZipFile(sys.argv[1], 'w') as archive:
                archive.writestr(name, pickle.dumps(value, 2), compression)
                for name, data in {'m/data/0': bytes(size), 'm/version': b'3', **more}.items():
                    archive.writestr(name, data)
        weights, large = collections.OrderedDict(a=1), 300000
        eval(sys.argv[2])
        END
        judge() {
            git model add -q "$1" && git commit -qm "Add $1" && git model push -q
            git model check HEAD~1..HEAD --stage production > ~/said || echo "refused $?" >> ~/said
            sed -n "s#.*safe to unpickle *#$1: #p; /^refused/p" ~/said
        }
        try() { python3 ~/save.py "$1" "$2" && judge "$1"; }
        trial() { try "$@" && git model rm -q "$1"; }

        """

    private static let warning = "is a pickle: its pickle imports \"posix.system\", and loading it may run that"

    @Test func `An archive that runs code is refused, whatever its name and its other oddities`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                trial pytorch_model.bin 'save(Program())'
                trial model.bin 'save(Program(), large, more={"m/byteorder": b"big"})'
                trial weights 'save(Program(), large)'
                trial a.npz 'save(Program())'
                trial b.bin 'save(Program(), more={"x.weights.h5": b""})'
                trial c.bin 'save(Program(), name="m/Data.PKL")'
                trial d.bin 'save(Program(), large, more={"n/data.pkl": b"N."})'
                trial e.bin 'save(Program(), large, compression=zipfile.ZIP_DEFLATED)'
                test ! -e ~/was-run
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for name in ["pytorch_model.bin", "model.bin", "weights", "a.npz", "b.bin", "c.bin"] {
            let said = "\(name): \(name) \(Self.warning)\nrefused 1\n"
            #expect(result.output.contains(said), "\(said): \(result.output)")
        }
        for said in [
            "d.bin: d.bin is a zip archive that is not understood: it has several members data.pkl\nrefused 1\n",
            "e.bin: e.bin is a zip archive that is not understood: its data.pkl is compressed or longer",
        ] { #expect(result.output.contains(said), "\(said): \(result.output)") }
    }

    @Test func `A harmless archive passes whatever its size, and so does what is no pickle`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                try a.pt 'save(weights)'
                try b.pt 'save(weights, large)'
                try c.bin 'save(weights, large, more={"m/byteorder": b"big"})'
                python3 -c 'import zipfile; zipfile.ZipFile("d.zip", "w").writestr("readme", "x")' && judge d.zip
                printf 'PK are letters, too' > e.txt && judge e.txt
                python3 -c 'import zipfile; zipfile.ZipFile("f.pt", "w").writestr("readme", "x")' && judge f.pt
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for name in ["a.pt", "b.pt", "c.bin", "d.zip", "e.txt"] {
            let said = "\(name): nothing of it imports what is no part of PyTorch\n"
            #expect(result.output.contains(said), "\(said): \(result.output)")
        }
        let said = "f.pt: f.pt is none of PyTorch's archives, and is not looked into\nrefused 1\n"
        #expect(result.output.hasSuffix(said) && result.output.ranges(of: "refused").count == 1, "\(result.output)")
    }

    @Test func `Arrays of objects are refused wherever they are, and arrays of numbers pass`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                cat > ~/array.py <<'END'
                import struct, sys, zipfile
                def array(kind, data=b'\\0' * 8):
                    header = ("{'descr': %s, 'fortran_order': False, 'shape': (1,), }" % kind).encode()
                    return b'\\x93NUMPY\\1\\0' + struct.pack('<H', len(header)) + header + data
                def pack(compression=zipfile.ZIP_STORED, **members):
                    with zipfile.ZipFile(sys.argv[1], 'w', compression) as archive:
                        for name, data in members.items(): archive.writestr(name.replace('_', '.'), data)
                def write(data): open(sys.argv[1], 'wb').write(data)
                eval(sys.argv[2])
                END
                array() { python3 ~/array.py "$1" "$2" && judge "$1" && git model rm -q "$1"; }
                array a.npy 'write(array("\\"<f8\\""))'
                array b.npz 'pack(a_npy=array("\\"<f8\\""), b=b"x")'
                array c.npy 'write(array("\\"<f8\\"")[1:])'
                array d.npy 'write(array("\\"|O\\""))'
                array e.bin 'write(array("[(\\"x\\", \\"object\\")]"))'
                array f.npz 'pack(a=array("\\"|O\\""))'
                array g.npz 'pack(zipfile.ZIP_DEFLATED, a_npy=array("\\"|O\\""))'
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let objection = "may have pickled Python objects: "
        for said in [
            "a.npy: nothing of it imports what is no part of PyTorch\n",
            "b.npz: nothing of it imports what is no part of PyTorch\n",
            "c.npy: c.npy is none of NumPy's files, and is not looked into\nrefused 1\n",
            "d.npy: d.npy \(objection)the header names a type of objects\nrefused 1\n",
            "e.bin: e.bin \(objection)the header names a type of objects\nrefused 1\n",
            "f.npz: f.npz \(objection)of its member \"a\" the header names a type of objects\nrefused 1\n",
            "g.npz: g.npz \(objection)its member \"a.npy\" is compressed\nrefused 1\n",
        ] { #expect(result.output.contains(said), "\(said): \(result.output)") }
    }

    @Test func `What would run is told by add and show, of files in directories and of small ones, too`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                mkdir net && for file in large.pt net/large.pt; do python3 ~/save.py $file 'save(Program(), large)'; done
                for file in small.pt net/small.pt; do python3 ~/save.py $file 'save(Program())'; done && echo x > net/notes
                git model -v add large.pt small.pt net > ~/added 2>&1 && git commit -qm Add && git model show > ~/shown
                for file in large.pt small.pt net/large.pt net/small.pt; do
                    grep -c "^ *$file: .*posix.system" ~/added && grep -c "^$file[: ].*pytorch, .*posix.system" ~/shown
                done
                ! grep notes ~/shown && git model show --json | grep -o '"path": *"small.pt"'
                """
        )
        let ones = String(repeating: "1\n", count: 8)
        #expect(result.exitCode == 0 && result.output.contains(ones), "\(result.output)")
        #expect(result.output.ranges(of: #""small.pt""#).count == 2, "\(result.output)")
    }

    @Test func `A tag on what is judged leaves nothing out of it`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                try a.pt 'save(weights)'
                sed -n 's/^oid /Artifact: a.pt file /p' a.pt.mver > ~/line && size=$(sed -n 's/^size //p' a.pt.mver)
                try b.pt 'save(Program())'
                printf 'One\\n\\nModel: bert\\nVersion: v9.0.0\\n%s %s\\n' "$(cat ~/line)" "$size" | git tag -a v9.0.0 -F -
                git model check HEAD~2..HEAD --stage production || echo "refused $?"
                """
        )
        #expect(result.output.hasSuffix("b.pt \(Self.warning)\nmay not be merged\nrefused 1\n"), "\(result.output)")
    }

    @Test func `What is not here is fetched and looked into, for a manifest is no proof`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp + """
                mkdir net && (cd net && seq 100000 > words.txt && python3 ~/save.py small.pt 'save(weights)')
                git model add -q net && (try large.pt 'save(weights, large)') && git push -q origin main
                python3 ~/save.py net/other.bin 'save(Program())' && judge net && git push -q origin main
                job() { rm -rf ~/job && git clone -q ~/origin.git ~/job && git -C ~/job checkout -q --detach $1; }
                ask() { git -C ~/job model check HEAD~1..HEAD --stage production || echo "refused $?"; }
                job HEAD~1 && ask
                job HEAD && ask
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for said in [
            "large.pt: nothing of it imports what is no part of PyTorch\n",
            "net: net/other.bin \(Self.warning)\nrefused 1\n",
            "pass  safe to unpickle  nothing of it imports what is no part of PyTorch\nmay be merged\n",
            "FAIL  safe to unpickle  net/other.bin \(Self.warning)\nmay not be merged\nrefused 1\n",
        ] { #expect(result.output.contains(said), "\(said): \(result.output)") }
    }
}
