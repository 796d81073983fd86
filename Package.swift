// swift-tools-version: 6.2
import PackageDescription

// A target imports only what stands below it; docs/architecture.md draws the graph and a test compares it with this manifest.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// - Parameter folder: a folder of the target that has no Swift sources; nil: none.
func module(_ name: String, _ dependencies: [String] = [], without folder: String? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: folder.map { [$0] } ?? [], swiftSettings: strict,
        // libm: rounding, for code that imports neither Glibc nor Foundation.
        linkerSettings: [.linkedLibrary("m")])
}

/// Tests are not optimized, in the optimized build either: that would take longer than they take.
func tests(_ name: String, _ dependencies: [String]) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies.map { .init(stringLiteral: $0) },
        swiftSettings: strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

/// A Debian library: a module map and a header of declarations, no code of ours but `static inline` adapters for macros.
func library(_ name: String, debian packages: String...) -> Target {
    .systemLibrary(name: name, path: "Sources/C/" + name, providers: [.apt(packages)])
}

let package = Package(
    name: "harken",
    products: [
        .executable(name: "harken", targets: ["harken"]),
        .library(name: "HarkenKit", targets: ["HarkenKit"]),
    ],
    targets: [
        module("Speech"),
        module("Framing", ["CJansson", "CZlib"]),
        module("Audio", ["Speech", "CAVFormat", "CLC3", "COpus", "COpusEnc", "CSoxr"]),
        module("TextNormalization", ["Speech"]),
        module("Protocols", ["Speech", "Framing", "Conversations", "TextNormalization"]),
        module("Continuity", ["Speech", "CXXHash"]),
        module("Conversations", ["Speech"]),
        module("Speakers", ["Speech", "Conversations"]),
        module("RecordingAssembly", ["Speech", "Conversations", "Speakers"]),
        module("Store", ["Speech", "Framing", "Conversations", "CSQLite", "CPostgres", "CBits"]),
        module("Net", ["Speech", "Framing", "CSystem", "COpenSSL", "CCurl"]),
        module("Tracing", ["Speech", "Framing", "Net"]),
        module("Decoding", ["Speech", "Audio", "Net", "CSystem"]),
        module("LocalEngine", ["Speech", "Audio", "Conversations", "Speakers", "COrt", "CAligner", "CSystem"]),
        module("Vendors", ["Speech", "Framing", "Net", "Audio", "Protocols", "Continuity"]),
        module("Sessions", ["Speech", "Net", "Audio", "TextNormalization", "Protocols", "Continuity", "Vendors"]),
        module("VoiceTracking", ["Speech", "Net", "Audio", "Conversations", "Speakers"]),
        module("Recorder", ["Speech", "Framing", "Net", "CPortAudio"]),
        module(
            "HarkenKit",
            [
                "Speech", "Framing", "Audio", "Net", "Protocols", "Continuity", "Conversations", "Speakers", "Vendors", "Sessions", "VoiceTracking",
                "LocalEngine", "Recorder", "Tracing",
            ]),
        module("Settings", ["Speech", "Framing", "Net", "Protocols", "Continuity", "Tracing"]),
        module("Observability", ["Speech", "Framing", "Net", "Sessions", "Continuity", "Tracing"]),
        module("Engines", ["Speech", "Net", "Protocols", "Vendors", "Sessions"]),
        module("Usage", ["Speech", "Net", "Sessions", "Continuity", "Store", "Settings", "Observability"]),
        module("ObjectStorage", ["Speech", "Framing", "Net", "Store", "Observability"]),
        module("Journal", ["Speech", "Framing", "Net", "Continuity", "Sessions", "Store", "Observability"]),
        module(
            "Admission",
            [
                "Speech", "Framing", "Net", "Protocols", "Vendors", "Conversations", "RecordingAssembly", "Store", "Settings", "Observability",
                "Engines",
                "Usage", "CCJOSE",
            ]),
        module(
            "Live",
            [
                "Speech", "Framing", "Net", "TextNormalization", "Protocols", "Vendors", "Sessions", "Audio", "Continuity", "Conversations",
                "Speakers", "VoiceTracking", "Store", "Tracing", "Settings", "Observability", "Engines", "Usage", "Journal", "Admission",
            ]),
        module(
            "Recordings",
            [
                "Speech", "Framing", "Net", "TextNormalization", "Protocols", "Vendors", "Audio", "Conversations", "Speakers", "RecordingAssembly",
                "Store", "Tracing", "Settings", "Observability", "Engines", "Usage", "Admission", "Live",
            ]),
        module("Console", ["Framing", "Net", "CPage"], without: "Page"),
        module(
            "API",
            [
                "Speech", "Framing", "Net", "Audio", "Protocols", "Continuity", "Conversations", "Speakers", "Store", "Settings", "Observability",
                "Engines", "Usage", "Journal", "Admission", "Recordings", "Live",
            ]),
        module(
            "Gateway",
            [
                "Speech", "Framing", "Net", "Protocols", "Continuity", "Conversations", "RecordingAssembly", "Store", "ObjectStorage", "Tracing",
                "Settings", "Observability", "Engines", "Usage", "Journal", "Admission", "Recordings", "Live", "API", "Console",
            ]),
        module("Evaluation", ["Speech", "Framing"]),
        module("HarkenTesting", ["Speech", "Conversations", "Store"]),
        module("Simulation", ["Speech", "Continuity"]),
        .executableTarget(
            name: "harken",
            dependencies: [
                "Speech", "Framing", "Net", "Protocols", "Vendors", "Sessions", "Audio", "Conversations", "Speakers", "Store", "Tracing", "Settings",
                "Observability", "Engines", "Usage", "Journal", "Admission", "Recordings", "Live", "API", "Gateway", "LocalEngine",
                "ObjectStorage", "Recorder", "HarkenKit", "Decoding", "Evaluation", "CSetup",
            ],
            swiftSettings: strict),

        .executableTarget(name: "simulate", dependencies: ["Simulation", "Continuity"], swiftSettings: strict),

        .executableTarget(name: "crash-ledger", dependencies: ["Store", "Speech"], path: "Tests/Crash/ledger", swiftSettings: strict),

        .executableTarget(name: "crash-blobs", dependencies: ["Store"], path: "Tests/Crash/blobs", swiftSettings: strict),

        .executableTarget(
            name: "relay-bench", dependencies: ["Net", "Framing"], path: "Benchmarks/relay",
            exclude: ["run", "relay.py", "measuring.py", "plugin.py"], sources: ["Sources"],
            swiftSettings: strict),

        .executableTarget(
            name: "bench-listen", dependencies: ["Net", "Framing", "Audio", "LocalEngine", "Speech"], path: "Benchmarks/listen", exclude: ["run"],
            sources: ["Sources"], swiftSettings: strict),

        .executableTarget(
            name: "bench-gate", dependencies: ["Continuity", "Audio", "LocalEngine", "Speech"], path: "Benchmarks/gate/bench",
            swiftSettings: strict),

        .executableTarget(
            name: "bench-streaming", dependencies: ["LocalEngine", "Audio", "Speech"], path: "Benchmarks/streaming/bench",
            swiftSettings: strict),

        .executableTarget(
            name: "bench-local", dependencies: ["LocalEngine", "Audio", "Speech"], path: "Benchmarks/local/bench", swiftSettings: strict),

        .executableTarget(
            name: "bench-keyterms", dependencies: ["LocalEngine", "Audio", "Speech"], path: "Benchmarks/keyterms/bench", swiftSettings: strict),

        .executableTarget(
            name: "bench-search", dependencies: ["Store", "LocalEngine", "Conversations", "Speech"], path: "Benchmarks/search/bench",
            swiftSettings: strict),

        .executableTarget(name: "year-store", dependencies: ["Store", "HarkenTesting"], path: "Benchmarks/year", swiftSettings: strict),

        .executableTarget(
            name: "bench-modes", dependencies: ["Simulation", "Continuity"], path: "Benchmarks/modes/bench", swiftSettings: strict),

        .target(name: "CSystem", path: "Sources/C/CSystem"),
        .target(name: "COrt", path: "Sources/C/COrt"),
        .target(name: "CAligner", path: "Sources/C/CAligner"),
        .target(name: "CPostgres", path: "Sources/C/CPostgres"),
        .target(name: "CBits", path: "Sources/C/CBits"),
        .target(name: "CPage", path: "Sources/C/CPage"),
        .target(name: "CSetup", path: "Sources/C/CSetup"),
        library("COpenSSL", debian: "libssl-dev"),
        library("CCurl", debian: "libcurl4-openssl-dev"),
        library("CCJOSE", debian: "libcjose-dev"),
        library("CZlib", debian: "zlib1g-dev"),
        library("CJansson", debian: "libjansson-dev"),
        library("CXXHash", debian: "libxxhash-dev"),
        library("CSQLite", debian: "libsqlite3-dev"),
        library("COpus", debian: "libopus-dev"),
        library("COpusEnc", debian: "libopusenc-dev"),
        library("CLC3", debian: "liblc3-dev"),
        library("CSoxr", debian: "libsoxr-dev"),
        library("CAVFormat", debian: "libavformat-dev", "libavcodec-dev", "libavutil-dev"),
        library("CPortAudio", debian: "portaudio19-dev"),

        tests("Speech", ["Speech", "HarkenTesting"]),
        tests("Framing", ["Framing"]),
        tests("Audio", ["Audio", "HarkenTesting", "Speech", "COpus", "CLC3"]),
        tests("TextNormalization", ["TextNormalization", "HarkenTesting", "Speech"]),
        tests("Protocols", ["Protocols", "HarkenTesting", "Conversations", "Speech", "Framing"]),
        tests("Continuity", ["Continuity", "HarkenTesting", "Speech"]),
        tests("Simulation", ["Simulation", "Continuity", "Speech"]),
        tests("Conversations", ["Conversations", "HarkenTesting", "Speech"]),
        tests("Speakers", ["Speakers", "HarkenTesting", "Conversations", "Speech"]),
        tests("RecordingAssembly", ["RecordingAssembly", "HarkenTesting", "Conversations", "Speakers", "Speech"]),
        tests("Evaluation", ["Evaluation", "HarkenTesting", "Framing", "Speech"]),
        tests("Store", ["Store", "ObjectStorage", "Net", "HarkenTesting", "Conversations", "Speech"]),
        tests("ObjectStorage", ["ObjectStorage", "HarkenTesting", "Speech", "Net", "Store"]),
        tests("Recorder", ["Recorder", "HarkenTesting", "Net", "Speech"]),
        tests(
            "HarkenKit",
            [
                "HarkenKit", "HarkenTesting", "Recorder", "LocalEngine", "Conversations", "Speech", "Framing", "Net", "Protocols", "Continuity",
                "Vendors", "Sessions", "Tracing",
            ]),
        tests("Net", ["Net", "HarkenTesting", "Framing"]),
        tests("Decoding", ["Decoding", "HarkenTesting", "Audio", "Speech", "Net"]),
        tests("Tracing", ["Tracing", "HarkenTesting", "Speech", "Framing", "Net"]),
        tests("LocalEngine", ["LocalEngine", "HarkenTesting", "Audio", "Conversations", "Speakers", "Speech"]),
        tests("Vendors", ["Vendors", "HarkenTesting", "Protocols", "Speech", "Framing", "Net"]),
        tests("Sessions", ["Sessions", "HarkenTesting", "Speech", "Net", "Continuity", "Vendors"]),
        tests("Observability", ["Speech", "Net", "Observability", "HarkenTesting"]),
        tests("Engines", ["Speech", "Protocols", "Sessions", "Engines"]),
        tests("Journal", ["Speech", "Net", "Continuity", "Sessions", "Store", "Observability", "Journal", "HarkenTesting"]),
        tests("Console", ["Console", "Framing"]),
        tests("Admission", ["Speech", "Framing", "Net", "Protocols", "Store", "Settings", "Admission", "HarkenTesting"]),
        tests(
            "Live",
            [
                "Speech", "Framing", "Net", "Protocols", "Audio", "Continuity", "Conversations", "Speakers", "VoiceTracking", "Store",
                "Observability", "Journal", "Live", "LocalEngine", "HarkenTesting",
            ]),
        tests(
            "Recordings",
            [
                "Speech", "Framing", "Net", "Protocols", "Audio", "Conversations", "Speakers", "RecordingAssembly", "Store", "Observability",
                "Engines", "Usage", "Admission", "Live", "Recordings", "HarkenTesting",
            ]),
        tests(
            "Gateway",
            [
                "Speech", "Framing", "Net", "Protocols", "Vendors", "Sessions", "Audio", "Continuity", "Conversations", "RecordingAssembly", "Store",
                "Tracing", "Settings", "Observability", "Engines", "Usage", "Journal", "Admission", "Recordings", "Live", "API", "Gateway",
                "Decoding", "HarkenKit", "harken", "HarkenTesting", "CCJOSE",
            ]),
        tests(
            "harken",
            [
                "harken", "Speech", "Framing", "Net", "Protocols", "Sessions", "Audio", "Conversations", "Store", "Settings", "Observability",
                "Engines", "Journal", "Live", "Gateway", "LocalEngine", "Recorder", "HarkenKit", "Evaluation", "HarkenTesting",
            ]),
    ],
)

// Built with -sanitize=fuzzer only, which brings libFuzzer's `main`: scripts/fuzz sets the variable.
if Context.environment["HARKEN_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["Audio", "Conversations", "Framing", "Protocols", "Speech"], path: "Fuzz",
            exclude: ["seeds", "tokens.dict"],
            swiftSettings: strict))
}
