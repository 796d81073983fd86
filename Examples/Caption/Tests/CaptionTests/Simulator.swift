import Foundation
import FoundationNetworking
import Testing

/// A vendor that is played by a process of `conformance/vendors`, strict about what it receives.
final class Simulator: Sendable {
    static let key = "simulated-vendor-key-0123456789"
    private static let environment = ProcessInfo.processInfo.environment

    /// What `scripts/kit` has prepared; without it there is nothing to test against.
    static var isThere: Bool { environment["HARKEN_KIT_PYTHON"] != nil }

    /// The words of the recording, in lower case.
    static var expected: [String] { bare((try? String(contentsOfFile: environment["HARKEN_KIT_TEXT"] ?? "", encoding: .utf8)) ?? "") }

    /// The recording as a file.
    static var file: String { environment["HARKEN_KIT_FILE"] ?? "" }

    /// 16 kHz mono PCM.
    static var audio: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(filePath: environment["HARKEN_KIT_AUDIO"] ?? ""))) }
    }

    let url: String
    private let process: Process

    init(_ vendor: String, faults: [String] = [], count: Int = 1) throws {
        process = Process()
        process.executableURL = URL(filePath: Self.environment["HARKEN_KIT_PYTHON"] ?? "")
        process.arguments =
            [Self.environment["HARKEN_KIT_VENDORS"].map { "\($0)/sim_\(vendor).py" } ?? "", "--oracle", Self.environment["HARKEN_KIT_ORACLE"] ?? ""]
            + ["--key", Self.key, "--until-input-ends"] + faults.map { "--fault=\($0)" } + (faults.isEmpty ? [] : ["--fault-count=\(count)"])
        let output = Pipe()
        process.standardOutput = output
        // Held for as long as this process lives, and with it the simulator.
        process.standardInput = Pipe()
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
        url = String(decoding: line, as: UTF8.self).replacing("ready http", with: "ws")
    }

    // Not waited for: that would need this thread's run loop, and a test has none.
    deinit { process.terminate() }

    /// What it was sent against its rules.
    var violations: String {
        get async throws {
            let address = url.replacing("ws://", with: "http://") + "/_violations"
            let (body, _) = try await URLSession.shared.data(from: try #require(URL(string: address)))
            return String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    static func bare(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
    }

    /// Words of `expected` that must be changed, left out or put in, as a share of them.
    static func errorRate(_ said: [String]) -> Double {
        let expected = expected
        var row = Array(0...said.count)
        for (i, word) in expected.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in said.enumerated() {
                let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (word == other ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return Double(row[said.count]) / Double(max(1, expected.count))
    }
}
