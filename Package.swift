// swift-tools-version:6.2
import PackageDescription

// scripts/fuzz: our modules tell libFuzzer which way a run took, and address faults end it.
let isFuzzing = Context.environment["WATCHKEEPER_FUZZ"] != nil
let instrumentation: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []

let strict: [SwiftSetting] =
  [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
  ] + instrumentation

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let trees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let web: [Target.Dependency] = [
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "Mustache", package: "swift-mustache"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

let package = Package(
  name: "watchkeeper",
  products: [
    // For Benchmarks/store-driver.
    .library(name: "TimeSeriesStore", targets: ["TimeSeriesStore", "Interchange", "Telemetry"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
    // libssl: a certificate is read from the connection that libcurl made.
    .target(name: "CCurl", dependencies: ["CLibcurl"], linkerSettings: [.linkedLibrary("ssl")]),
    .target(name: "CLinux"),
    .target(name: "CTLS", dependencies: ["COpenSSL"], linkerSettings: [.linkedLibrary("ssl")]),
    .target(name: "CPackagedFiles"),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CResources", exclude: ["Files"]),

    module("Telemetry", ["CRE2"]),
    module("Records", ["Telemetry", "COpenSSL"]),
    module("Wording"),
    module("ServiceTime", ["Telemetry"]),
    module("Interchange", ["CSnappy", "Telemetry"]),
    module("PromQL", ["Telemetry"]),
    module("Alerting", ["PromQL", "Records", "Telemetry"]),
    module("Inventory", ["Records", "Telemetry", trees]),
    module("Incidents", ["Inventory", "Records", "Telemetry", trees]),
    module("Planner", ["Records", "ServiceTime", "Telemetry", trees]),
    module("Transfers", ["CCurl", "Records", "Telemetry"]),
    module("Notifiers", ["COpenSSL", "Records", "Telemetry", "Transfers"]),
    module("SNMP", ["COpenSSL"]),
    module(
      "Probes",
      [heap, "CLinux", "CTLS", "Interchange", "Records", "SNMP", "ServiceTime", "Telemetry", "Transfers"]),
    module("TimeSeriesStore", ["Telemetry", "CSnappy", grdb]),
    module("Journal", ["Records", "Telemetry", grdb]),
    module("WebInterface", ["CResources", "Interchange", "Records", "Telemetry", "Wording"] + web),
    module(
      "WatchkeeperApp",
      [
        "Alerting", "CLinux", "COpenSSL", "CPackagedFiles", "Incidents", "Interchange", "Inventory", "Journal",
        "Notifiers",
        "Planner", "Probes", "PromQL", "Records", "ServiceTime", "Telemetry", "TimeSeriesStore", "Transfers",
        "WebInterface",
        "Wording",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        yams,
      ]),
    .executableTarget(name: "watchkeeper", dependencies: ["WatchkeeperApp"], swiftSettings: strict),

    // Test support.
    .target(name: "LoopbackServers", path: "Tests/LoopbackServers", swiftSettings: strict),

    tests("AlertingTests", ["Alerting", "PromQL", "Records", "Telemetry", "Wording", yams]),
    tests("ArchitectureTests"),
    tests("EndToEndTests"),
    tests("IncidentsTests", ["Incidents", "Inventory", "Records", "Telemetry", trees]),
    tests("InterchangeTests", ["Interchange", "Telemetry", yams]),
    tests("InventoryTests", ["Inventory", "Records", "Telemetry"]),
    tests("JournalTests", ["Journal", "Records", "Telemetry", grdb]),
    tests("NotifiersTests", ["Notifiers", "Records", "Telemetry", "Transfers", "Wording"]),
    tests("PlannerTests", ["Planner", "Records", "ServiceTime", "Telemetry", "Wording"]),
    tests(
      "ProbesTests",
      [
        "CLinux", "Interchange", "LoopbackServers", "Probes", "Records", "ServiceTime", "SNMP", "Telemetry",
        "Transfers", "Wording", yams,
      ]),
    tests("PromQLTests", ["PromQL", "Telemetry"]),
    tests("RecordsTests", ["Records", "Telemetry"]),
    tests("ServiceTimeTests", ["ServiceTime", "Telemetry", "Wording"]),
    tests("SNMPTests", ["CLinux", "LoopbackServers", "SNMP"]),
    tests("TelemetryTests", ["Telemetry"]),
    tests("TimeSeriesStoreTests", ["TimeSeriesStore", "Telemetry", grdb]),
    tests("TransfersTests", ["LoopbackServers", "Records", "Telemetry", "Transfers"]),
    tests(
      "WatchkeeperAppTests",
      [
        "Alerting", "CLinux", "Incidents", "Interchange", "Inventory", "Journal", "LoopbackServers", "Notifiers",
        "Planner", "Probes", "PromQL", "Records", "ServiceTime", "Telemetry", "TimeSeriesStore", "Transfers",
        "WatchkeeperApp", "WebInterface", "Wording", yams,
      ]),
    tests("WebInterfaceTests", ["Interchange", "Records", "Telemetry", "WebInterface", "Wording"] + web),
    tests("WordingTests", ["Wording"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

if isFuzzing {
  package.targets.append(
    .executableTarget(
      name: "watchkeeper-fuzz",
      dependencies: ["Interchange", "Probes", "PromQL", "Records", "SNMP", "Telemetry", "TimeSeriesStore", yams],
      path: "Tests/FuzzTargets", swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer,address"])]))
}
