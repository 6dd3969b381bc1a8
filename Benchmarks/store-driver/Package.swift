// swift-tools-version:6.2
// The store's own figures need a driver in the store's process. A package of its own, so that the product does not have it.
import PackageDescription

let package = Package(
  name: "store-driver",
  dependencies: [.package(name: "watchkeeper", path: "../..")],
  targets: [
    .executableTarget(
      name: "StoreBench", dependencies: [.product(name: "TimeSeriesStore", package: "watchkeeper")])
  ],
  swiftLanguageModes: [.v6]
)
