// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let webClient: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
/// What a web server is made of; its requests go on by the client.
let webServer: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A library target with the settings every module shares.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], embeds resources: [String] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        resources: resources.map { .embedInCode($0) },
        swiftSettings: settings
    )
}

/// A test target with the settings every module shares.
func tests(_ name: String, _ dependencies: [Target.Dependency], excluding files: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: files, swiftSettings: settings)
}

// Arrows only downwards: docs/architecture.md has the same table and scripts/lint enforces it.
let package = Package(
    name: "git-model",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "git-model", targets: ["git-model"]),
        .executable(name: "git-model-gateway", targets: ["git-model-gateway"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CIntrinsics"),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        module("ModelCore"),
        module("SystemIO", ["ModelCore", "CIntrinsics", systemPackage]),
        module("Codec", ["ModelCore", "CIntrinsics", "COpenSSL", "CZstd"]),
        module("TensorFormats", ["ModelCore"]),
        module("Documents", ["ModelCore", "CLibYAML"]),
        module("Migration", ["Documents", "ModelCore"]),
        module("Store", ["TensorFormats", "Codec", "SystemIO", "ModelCore", systemPackage]),
        module("Transport", ["SystemIO", "ModelCore", systemPackage] + webClient),
        module("Remotes", ["Transport", "Store", "Codec", "SystemIO", "ModelCore", systemPackage]),
        module("Git", ["SystemIO", "ModelCore", "CLibgit2", systemPackage, subprocess]),
        module("Runs", ["Documents", "SystemIO", "ModelCore", systemPackage]),
        module("Plots", ["Documents", "Runs", "ModelCore"]),
        module("Deployment", ["Runs", "Transport", "Codec", "SystemIO", "ModelCore", systemPackage]),
        module("OCI", ["Codec", "Transport", "SystemIO", "ModelCore", systemPackage]),
        module("Monitoring", ["Runs", "Transport", "SystemIO", "ModelCore", systemPackage]),
        module("Kubernetes", ["Deployment", "OCI", "Documents", "Codec", "ModelCore"]),
        module(
            "Gateway",
            ["Monitoring", "Deployment", "SystemIO", "ModelCore", systemPackage] + webServer + webClient
        ),
        module("Registry", ["Documents", "Git", "Codec", "SystemIO", "ModelCore", systemPackage]),
        module(
            "Operations",
            [
                "Registry", "Deployment", "OCI", "Monitoring", "Kubernetes", "Plots", "Runs", "Remotes", "Transport",
                "Git", "Store", "TensorFormats", "Migration", "Documents", "Codec", "ModelCore", systemPackage,
            ],
            // Links to hooks/ and .mver-template/: what `init` lays into a repository is in the binary.
            embeds: ["Hooks", "Template", "Questions"]
        ),
        module(
            "CommandLineInterface",
            [
                "Operations", "Registry", "Deployment", "OCI", "Monitoring", "Kubernetes", "Plots", "Runs", "Remotes",
                "Transport", "Git", "Store", "Codec", "SystemIO", "ModelCore", systemPackage, argumentParser,
            ]
        ),
        .executableTarget(name: "git-model", dependencies: ["CommandLineInterface"], swiftSettings: settings),
        .executableTarget(
            name: "git-model-gateway",
            dependencies: ["Gateway"],
            swiftSettings: settings
        ),
        tests("ModelCoreTests", ["ModelCore", "TestSupport"], excluding: ["Golden"]),
        tests("SystemIOTests", ["SystemIO", "ModelCore", systemPackage]),
        tests("CodecTests", ["Codec", "ModelCore", "TestSupport"]),
        tests("MigrationTests", ["Migration", "ModelCore"]),
        tests("RunsTests", ["Runs", "SystemIO", "ModelCore", systemPackage, "TestSupport"]),
        tests("PlotsTests", ["Plots", "Runs", "ModelCore"]),
        tests("TensorFormatsTests", ["TensorFormats", "ModelCore", "TestSupport", "FuzzTargets"]),
        tests(
            "StoreTests",
            ["Store", "Codec", "SystemIO", "ModelCore", systemPackage, "TestSupport"],
            excluding: ["Golden"]
        ),
        tests(
            "RemotesTests",
            [
                "Operations", "Remotes", "Git", "Transport", "Store", "Codec", "SystemIO", "ModelCore", systemPackage,
                "TestSupport",
            ]
        ),
        tests("DeploymentTests", ["Deployment", "Codec", "SystemIO", "ModelCore", systemPackage, "TestSupport"]),
        tests("OCITests", ["OCI", "Transport", "Codec", "SystemIO", "ModelCore", systemPackage, "TestSupport"]),
        tests("MonitoringTests", ["Monitoring", "Transport", "SystemIO", "ModelCore", systemPackage, "TestSupport"]),
        tests(
            "KubernetesTests",
            ["Kubernetes", "Deployment", "OCI", "ModelCore", "TestSupport"],
            excluding: ["Golden"]
        ),
        tests(
            "GatewayTests",
            [
                "Gateway", "Deployment", "SystemIO", "ModelCore", systemPackage, "TestSupport",
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        tests("GitTests", ["Git", "SystemIO", "ModelCore", systemPackage]),
        tests("RegistryTests", ["Registry", "Git", "SystemIO", "ModelCore", systemPackage]),
        .target(
            name: "TestSupport",
            dependencies: [systemPackage, subprocess],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Store", "TensorFormats", "Documents", "Migration", "Runs", "Plots", "Monitoring", "Codec", "SystemIO",
                "ModelCore", systemPackage, "TestSupport",
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: settings
        ),
        tests("FuzzTests", ["FuzzTargets", "TestSupport"]),
        tests(
            "OperationsTests",
            ["Operations", "Deployment", "Runs", "Store", "SystemIO", "ModelCore", systemPackage, "TestSupport"]
        ),
        tests(
            "CommandTests",
            [
                "CommandLineInterface", "Operations", "SystemIO", "ModelCore", systemPackage, argumentParser,
                "TestSupport",
            ]
        ),
        tests(
            "InteropTests",
            ["TensorFormats", "Documents", "ModelCore", "TestSupport", systemPackage],
            excluding: ["References"]
        ),
        tests(
            "EndToEndTests",
            ["git-model", "git-model-gateway", "Store", "ModelCore", "TestSupport", systemPackage],
            excluding: ["References"]
        ),
        // Uses a store beside others until a test kills it.
        .executableTarget(
            name: "store-worker",
            dependencies: ["Store", "Codec", "SystemIO", "ModelCore", systemPackage, "TestSupport"],
            path: "Tests/StoreWorker",
            swiftSettings: settings
        ),
        .testTarget(
            name: "FaultTests",
            dependencies: ["git-model", "store-worker", "ModelCore", "TestSupport", systemPackage],
            // Compiled by the tests: it is preloaded into git-model and linked into nothing.
            exclude: ["Shim"],
            swiftSettings: settings
        ),
    ]
)

// Links only with the flags of scripts/fuzz, which sets this.
if Context.environment["GIT_MODEL_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz", swiftSettings: settings)
    )
}
