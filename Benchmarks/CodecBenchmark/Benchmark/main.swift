import Glibc

// usage: codec-benchmark TYPE FILE [BASE]
// Measures the codec on a file of raw words of a type of docs/formats.md (f32, bf16, i8 …), against a base if given.
do {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 2 || arguments.count == 3, let first = arguments.first else {
        throw BenchmarkError("usage: codec-benchmark TYPE FILE [BASE]")
    }
    var benchmark = try Benchmark(typeName: first, paths: Array(arguments.dropFirst()))
    try benchmark.run()
} catch {
    print(error)
    exit(1)
}
