import TestSupport
import Testing

/// One tensor of a file, of which nothing else is fetched.
@Suite struct CatTensorTests {
    /// A repository with a model, as a file and in a directory, in a remote; each tensor's bytes in a file of its name;
    /// and a clone.
    private func clone() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        let model = SafetensorsBytes([("embedding", 150_000), ("layer.0", 12_000), ("bias", 40)], seed: 3)
        try scratch.write(model.bytes, to: "../v1")
        for tensor in model.tensors {
            let bytes = tensor.values.flatMap { value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            }
            try scratch.write(bytes, to: "../\(tensor.name)")
        }
        try await scratch.run(
            """
            git model init -q --name small --remote ~/models && mkdir t && cp ~/v1 m.safetensors && cp ~/v1 t/shard.safetensors
            head -c 500000 /dev/urandom > t/other && git model add -q m.safetensors t && git commit -qm One
            git model tag -q v0.1.0 && git model push -q --tags && git clone -q . ~/c
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `Its bytes come alone, as they are or for NumPy, from a file and from a directory`() async throws {
        let scratch = try await clone()
        let result = try await scratch.run(
            """
            cd ~/c && git model cat v0.1.0:m.safetensors --tensor layer.0 --format raw 2> ~/err > ~/out && cmp ~/out ~/layer.0
            grep 'unverified: ' ~/err
            stored() { find .git/model/store/packs -type f -exec cat {} + | wc -c; }
            test $(stored) -lt 70000 && before=$(stored)
            git model cat v0.1.0:t/shard.safetensors --tensor bias --format raw 2> ~/err | cmp - ~/bias
            git model cat m.safetensors --tensor layer.0 2> ~/err > ~/out && test $(stored) = $before
            head -c 6 ~/out | od -An -c | tr -d ' \\n' && echo && head -1 ~/out | tail -c +11
            tail -c 48000 ~/out | cmp - ~/layer.0 && test $(($(stat -c %s ~/out) % 64)) = 0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["223NUMPY", "{'descr': '<f4', 'fortran_order': False, 'shape': (12000,), }"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test(arguments: [20, 150_000])
    func `A tensor without elements is listed, printed and compared as any other`(count: Int) async throws {
        let scratch = try await ScratchRepository()
        let versions = [[("w", count)], [("w", count), ("past", 0)], [("past", 0), ("w", count)]]
        for (number, sizes) in versions.enumerated() {
            try scratch.write(SafetensorsBytes(sizes, seed: 3).bytes, to: "../\(number + 1)")
        }
        let result = try await scratch.run(
            """
            set -e
            git model init -q --name small
            for n in 1 2 3; do cp ~/$n m.safetensors && git model add -q m.safetensors && git commit -qm $n; done
            git model show --tensors | grep -F past
            git model cat m.safetensors --tensor past | head -1 | tail -c +11
            git model diff HEAD~2 HEAD~1 && git model diff HEAD~1 HEAD && git model diff --recompute HEAD~1 HEAD
            cp ~/2 m.safetensors && git model add -q m.safetensors && git model checkout -q --force && cmp m.safetensors ~/2
            git model fsck -q --deep
            """
        ).expectSuccess()
        for text in ["'shape': (0,), }", "tensors: 1 added, 1 unchanged", "tensors: 2 unchanged"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.contains("past  f32  [0]"), "\(result.output)")
    }

    @Test func `An array that lies column by column is printed as so many elements, and is no matrix of that shape`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            python='\(PackageFiles.root)/.build-venv/bin/python' && git model init -q --name small
            $python -c 'import numpy; w = numpy.arange(9.0).reshape(3, 3); numpy.save("w.npy", w); numpy.save("t.npy", w.T)'
            mv t.npy ~/t.npy && git model add -q w.npy && git commit -qm Matrix
            mv ~/t.npy w.npy && git model add -q w.npy && git commit -qm Transposed
            git model diff HEAD~1 HEAD && git model cat w.npy --tensor array > ~/cat.npy
            $python -c 'import numpy; print(numpy.load("../cat.npy").tolist() == list(range(9)))'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  reshaped  array  f64 [3, 3] → f64 [9]\n"), "\(result.output)")
        #expect(result.output.hasSuffix("True\n"), "\(result.output)")
    }

    @Test func `What is not there is said, and a file that was fetched is verified`() async throws {
        let scratch = try await clone()
        let result = try await scratch.run(
            """
            cd ~/c && code=0 && git model cat v0.1.0:m.safetensors --tensor none 2>&1 || code=$? && test $code = 5
            code=0 && git model cat --no-fetch v0.1.0:m.safetensors --tensor embedding 2>&1 || code=$? && test $code = 5
            code=0 && git model cat v0.1.0:t/other --tensor embedding 2>&1 || code=$? && test $code = 5
            git model fetch -q && git model cat --no-fetch m.safetensors --tensor embedding --format raw 2> ~/err | cmp - ~/embedding
            test ! -s ~/err && rm -rf .git/model/store
            for pack in $(find ~/models/packs -type f -size +600); do printf xxxx | dd of=$pack bs=1 seek=400000 conv=notrunc 2> ~/dd; done
            code=0 && git model cat m.safetensors --tensor embedding --format raw 2> ~/err > ~/out || code=$?
            cat ~/err && test $code = 4 && ! cmp -s ~/out ~/embedding
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["has no tensor none", "are not here", "has no tensor embedding", "is damaged: "] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }
}
