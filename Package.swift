// swift-tools-version: 6.2
import PackageDescription

// Every target of the product is compiled under the same strict settings; tests leave out MemberImportVisibility,
// where it is only noise. Warnings are errors in CI (`.ci/run` sets the variable, so a newer compiler's new warning
// never stops a newcomer's first build).
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let relaxed: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let warnings: [SwiftSetting] =
    Context.environment["BUREAU_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : []

// Debug builds, which the tests run, are optimized too: the simulation's thousand hours take half as long. For a debugger
// that shows every variable, build with BUREAU_UNOPTIMIZED=1.
let optimized: [SwiftSetting] =
    Context.environment["BUREAU_UNOPTIMIZED"] == "1" ? [] : [.unsafeFlags(["-O"], .when(configuration: .debug))]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")

func ring(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict + warnings + optimized)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: relaxed + warnings)
}

let package = Package(
    name: "bureau",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "bureau", targets: ["bureau"]),
        // Loaded by tests into the processes they start.
        .library(name: "WrongClock", type: .dynamic, targets: ["WrongClock"]),
        .library(name: "KillAtCommit", type: .dynamic, targets: ["KillAtCommit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        ring("BureauDomain", []),
        ring(
            "BureauStorage",
            [
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
                "CSQLite",
                crypto,
            ],
            resources: [.embedInCode("Migrations")]),
        ring(
            "BureauVendors",
            [
                .product(name: "AsyncHTTPClient", package: "async-http-client"), crypto, nio, log,
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ]),
        // What of the C library Swift cannot call by itself.
        .target(name: "CProcess"),
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
        ring(
            "BureauEngine",
            [
                "BureauDomain", "BureauStorage", "BureauVendors", "CProcess", crypto, log, lifecycle,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        ring(
            "BureauWeb",
            [
                "BureauDomain", "BureauEngine", hummingbird, hummingbirdCore, httpTypes, nio, log, lifecycle, crypto,
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            resources: [.embedInCode("Views"), .embedInCode("Assets")]),
        ring(
            "BureauSandbox",
            [
                hummingbird, hummingbirdCore, httpTypes, nio, crypto, log, lifecycle,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]),
        .executableTarget(
            name: "bureau",
            dependencies: [
                "BureauDomain", "BureauStorage", "BureauVendors", "BureauEngine", "BureauWeb", "BureauSandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), log, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"), crypto, nio,
            ],
            swiftSettings: strict + warnings),
        tests(
            "DomainTests", ["BureauDomain", "RunModel", .product(name: "Subprocess", package: "swift-subprocess")],
            exclude: ["Fixtures"]),
        tests("StorageTests", ["BureauStorage"]),
        tests(
            "VendorsTests",
            [
                "BureauVendors", nio, log, httpTypes, hummingbird,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ], exclude: ["Fixtures"]),
        tests("EngineTests", ["BureauEngine", "BureauSandbox", "ProductHarness", log, hummingbird]),
        tests(
            "WebTests",
            [
                "BureauWeb", "BureauSandbox", "ProductHarness", hummingbird,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        tests(
            "SandboxTests",
            [
                "BureauSandbox", hummingbird, .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"), crypto, lifecycle,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ], exclude: ["Support/hold_against_specs.py"]),
        tests(
            "CommandTests",
            [
                "bureau", "BureauVendors", "BureauSandbox", hummingbird, log,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        // What the two suites below share: the built binary on stage with a sandbox, and what people see there.
        .target(
            name: "ProductHarness",
            dependencies: [
                "BureauSandbox", "BureauStorage", "RunModel", nio, crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ], path: "Tests/ProductHarness", swiftSettings: relaxed + warnings + optimized),
        // The engine and the stand-ins in one process, under simulated time on one thread, from a seed. Its C part answers
        // the C library's questions for time and randomness.
        .target(name: "SimulationWorld", path: "Tests/SimulationWorld"),
        .target(name: "WrongClock", path: "Tests/WrongClock"),
        .target(name: "KillAtCommit", path: "Tests/KillAtCommit"),
        .target(
            name: "RunModel", dependencies: ["BureauDomain"], path: "Tests/RunModel",
            swiftSettings: relaxed + warnings + optimized),
        .executableTarget(
            name: "bureau-simulate",
            dependencies: [
                "BureauDomain", "BureauStorage", "BureauVendors", "BureauEngine", "BureauSandbox", "ProductHarness",
                "RunModel", "SimulationWorld", hummingbird, httpTypes, nio, log, crypto, lifecycle,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], path: "Tests/Simulation", swiftSettings: relaxed + warnings + optimized),
        tests("SimulationTests", ["bureau-simulate", .product(name: "Subprocess", package: "swift-subprocess")]),
        tests(
            "JourneyTests",
            [
                "ProductHarness", "BureauSandbox", "BureauDomain", "bureau",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        tests("FaultTests", ["ProductHarness", "BureauSandbox", "BureauDomain", "bureau", nio]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
