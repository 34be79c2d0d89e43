// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6, says `any` where it means it, and imports only what it names.
let warningsAreErrors = Context.environment["KEYBRAKE_WARNINGS_AS_ERRORS"] == "1"

let house: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "keybrake",
    products: [
        .executable(name: "keybrake", targets: ["keybrake"]),
        .executable(name: "keybrake-audit", targets: ["keybrake-audit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // Vocabulary: what Stripe says, and the mathematics of evidence.
        .target(name: "KeybrakeStripe", swiftSettings: house),
        .target(name: "KeybrakeCrypto", dependencies: ["CLibCrypto"], swiftSettings: house),

        // Mechanisms: money, memory, an imitation of Stripe, the life of a request.
        .target(
            name: "KeybrakeLedger",
            dependencies: ["KeybrakeStripe", "KeybrakeCrypto", grdb, sqlite, logging],
            swiftSettings: house
        ),
        .target(name: "KeybrakeCassettes", dependencies: ["KeybrakeStripe", "KeybrakeCrypto"], swiftSettings: house),
        .target(name: "KeybrakeEmulator", dependencies: ["KeybrakeStripe", "KeybrakeCrypto"], swiftSettings: house),
        .target(
            name: "KeybrakeGateway",
            dependencies: [
                "KeybrakeStripe", "KeybrakeCrypto", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator",
                nioCore, nioHTTP1, logging, metrics,
            ],
            swiftSettings: house
        ),

        // Shells: sockets, the operator's hand, the second pair of eyes.
        .target(
            name: "KeybrakeServer",
            dependencies: [
                "KeybrakeGateway", "KeybrakeEmulator", nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS, lifecycle, logging,
                metrics,
            ],
            swiftSettings: house
        ),
        .target(
            name: "KeybrakeAdmin",
            dependencies: [
                "KeybrakeGateway", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator", "KeybrakeStripe",
                "KeybrakeCrypto", nioCore, nioHTTP1, logging,
            ],
            swiftSettings: house
        ),
        .target(
            name: "KeybrakeLedgerPostgres",
            dependencies: ["KeybrakeLedger", "KeybrakeStripe", "CLibPQ", logging],
            swiftSettings: house
        ),
        .target(
            name: "KeybrakeAudit",
            dependencies: ["KeybrakeLedger", "KeybrakeStripe", "KeybrakeCrypto", "CLibXML2"],
            swiftSettings: house
        ),

        // Doors: parse arguments, call one function, map the result to an exit code.
        .executableTarget(
            name: "keybrake",
            dependencies: [
                "KeybrakeServer", "KeybrakeAdmin", "KeybrakeGateway", "KeybrakeLedger", "KeybrakeLedgerPostgres",
                "KeybrakeCassettes", "KeybrakeEmulator", "KeybrakeStripe", "KeybrakeCrypto",
                arguments, configuration, yams, lifecycle, unixSignals, systemPackage, logging, nioCore, nioPosix,
                nioHTTP1,
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "keybrake-audit",
            dependencies: ["KeybrakeAudit", arguments],
            swiftSettings: house
        ),

        // Tests: one target for each library, doubles that several share, and the house rules.
        .target(
            name: "KeybrakeTestKit",
            dependencies: [
                "KeybrakeGateway", "KeybrakeLedger", "KeybrakeStripe", "KeybrakeCrypto", nioCore, nioEmbedded, nioHTTP1,
                logging,
            ],
            path: "Tests/KeybrakeTestKit",
            swiftSettings: house
        ),
        .target(
            name: "LedgerConformance",
            dependencies: ["KeybrakeLedger", "KeybrakeStripe"],
            path: "Tests/LedgerConformance",
            swiftSettings: house
        ),
        .testTarget(name: "KeybrakeStripeTests", dependencies: ["KeybrakeStripe"], swiftSettings: house),
        .testTarget(name: "KeybrakeCryptoTests", dependencies: ["KeybrakeCrypto"], swiftSettings: house),
        .testTarget(
            name: "KeybrakeLedgerTests",
            dependencies: [
                "LedgerConformance", "KeybrakeLedger", "KeybrakeStripe", "KeybrakeCrypto", sqlite, logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeLedgerPostgresTests",
            dependencies: ["LedgerConformance", "KeybrakeLedgerPostgres", "KeybrakeLedger", "KeybrakeStripe", logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeCassettesTests",
            dependencies: ["KeybrakeCassettes", "KeybrakeStripe", "KeybrakeCrypto"],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeEmulatorTests",
            dependencies: ["KeybrakeEmulator", "KeybrakeStripe", "KeybrakeCrypto"],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeGatewayTests",
            dependencies: [
                "KeybrakeTestKit", "KeybrakeGateway", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator",
                "KeybrakeStripe", "KeybrakeCrypto", nioCore, nioEmbedded, nioHTTP1, logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeServerTests",
            dependencies: [
                "KeybrakeServer", "KeybrakeGateway", "KeybrakeEmulator", "KeybrakeStripe", nioCore, nioEmbedded,
                nioPosix,
                nioHTTP1, nioSSL, logging, metrics,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeAdminTests",
            dependencies: [
                "KeybrakeTestKit", "KeybrakeAdmin", "KeybrakeGateway", "KeybrakeLedger", "KeybrakeCassettes",
                "KeybrakeEmulator", "KeybrakeStripe", "KeybrakeCrypto", nioCore, nioEmbedded, nioHTTP1, logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "KeybrakeAuditTests",
            dependencies: ["KeybrakeAudit", "KeybrakeLedger", "KeybrakeStripe", "KeybrakeCrypto", sqlite],
            swiftSettings: house
        ),
        .testTarget(name: "TidyTests", swiftSettings: house),

        // System libraries.
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    ]
)
