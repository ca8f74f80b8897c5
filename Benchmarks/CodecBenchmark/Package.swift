// swift-tools-version: 6.2
import PackageDescription

// A package of its own, over the same sources, so that no build or test of git-model builds it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "codec-benchmark",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CIntrinsics"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(name: "ModelCore", swiftSettings: settings),
        .target(
            name: "Codec",
            dependencies: ["ModelCore", "CIntrinsics", "COpenSSL", "CZstd"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "codec-benchmark",
            dependencies: ["Codec", "ModelCore"],
            path: "Benchmark",
            swiftSettings: settings
        ),
    ]
)
