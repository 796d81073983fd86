// swift-tools-version: 6.2
import PackageDescription

// A program as someone else would write it: it knows Harken by its library alone.
let package = Package(
    name: "caption",
    dependencies: [.package(name: "harken", path: "../..")],
    targets: [
        .executableTarget(
            name: "caption", dependencies: [.product(name: "HarkenKit", package: "harken")], swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "pipe", dependencies: [.product(name: "HarkenKit", package: "harken")], swiftSettings: [.swiftLanguageMode(.v6)]),
        .testTarget(
            name: "CaptionTests", dependencies: [.product(name: "HarkenKit", package: "harken")], swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
