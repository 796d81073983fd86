import Foundation
import Testing

/// The gate fails for faults only, however slow its machine is: its tests wait for facts, and judge nothing by the time that something took.
///
/// A line that must have real time says why: `// real time: REASON`, in Python `# real time: REASON`.
@Suite struct `The rules of the gate` {
    private enum Rule: String, CaseIterable {
        case sleep = "a sleep; wait for a fact with until { }, or hold the clock with HeldClock"
        case elapsed = "a judgement on elapsed time, below a minute"
        case date = "the date of this machine; give the time to what is tested"
        case limit = "a time limit of its own; .hangLimit is the one for all"

        func isBroken(by line: Substring) -> Bool {
            switch self {
            case .sleep: Self.has(line, "Task.sleep(", "Thread.sleep(", "usleep(", "nanosleep(", "asyncAfter(")
            case .elapsed:
                Self.has(line, ".now", "elapsed", "took")
                    && line.matches(of: /[<>]=? \.(\w*seconds)\(([\d_.]+)\)/).contains { `The rules of the gate`.seconds($0.2, $0.1) < 60 }
            case .date: Self.has(line, "Date()", "Date.now", "timeIntervalSinceNow")
            case .limit: Self.has(line, ".timeLimit(")
            }
        }

        private static func has(_ line: Substring, _ parts: String...) -> Bool { parts.contains { line.contains($0) } }
    }

    private static let root = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }

    private static func seconds(_ count: Substring, _ unit: Substring) -> Double {
        let scale = ["seconds": 1.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9]
        return (Double(count.replacing("_", with: "")) ?? .infinity) * (scale[String(unit)] ?? 1)
    }

    private static func problems(inSwift text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line -> [String] in
            let broken = Rule.allCases.filter { $0.isBroken(by: line) }
            return broken.isEmpty || line.contains(/\/\/ real time: \w/) ? [] : broken.map { "\(number + 1): \($0.rawValue)" }
        }
    }

    /// A short sleep between two looks is a wait for a fact.
    private static func problems(inPython text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
            guard let time = line.firstMatch(of: /sleep\(([\d_.]+)\)/), seconds(time.1, "seconds") >= 0.5, !line.contains(/# real time: \w/) else {
                return nil
            }
            return "\(number + 1): a sleep of half a second or more; look more often"
        }
    }

    @Test func `hold in all tests`() throws {
        let files = try #require(FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" && $0.lastPathComponent != "GateRulesTests.swift" }
        #expect(files.count > 400)
        for file in files {
            let problems = Self.problems(inSwift: try String(contentsOf: file, encoding: .utf8))
            #expect(problems == [], "\(file.path.dropFirst(Self.root.path.count + 1))")
        }
    }

    @Test func `hold in the gate's programs`() throws {
        let names = ["wire", "kill", "takeover", "local_recording", "counting_vendor", "gateway", "powercut/run", "powercut/load"]
        let cases = ["common", "run", "page"] + (try Self.casesOfGate())
        #expect(cases.contains("realtime_turn_update") && cases.contains("language_names") && !cases.contains("flux_turns"))
        let pages = try FileManager.default.contentsOfDirectory(atPath: Self.root.path + "/browser").filter { $0.hasSuffix(".py") }
        for name in names.map({ "conformance/\($0).py" }) + cases.map({ "conformance/cases/\($0).py" }) + pages.map({ "browser/" + $0 }) {
            let text = try String(contentsOf: Self.root.appending(path: name), encoding: .utf8)
            #expect(Self.problems(inPython: text) == [], "\(name)")
        }
    }

    private static func listOfCases() throws -> String {
        try String(contentsOf: root.appending(path: "conformance/cases/run.py"), encoding: .utf8)
    }

    /// Returns the names of the cases that the gate runs, whole or in their short form.
    private static func casesOfGate() throws -> [String] {
        try listOfCases().components(separatedBy: "    Case(").dropFirst().compactMap { entry in
            guard entry.contains("in_gate=True") || entry.contains("has_short=True") else { return nil }
            return entry.firstMatch(of: /"(\w+)"/).map { String($0.1) }
        }
    }

    @Test func `have tests in place of the cases that take too long`() throws {
        let files = try #require(FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil))
        let tests = Set(files.compactMap { ($0 as? URL)?.lastPathComponent })
        let named = Set(try Self.listOfCases().matches(of: /[A-Z]\w+Tests\b/).map { String($0.output) })
        #expect(named.count > 20)
        for name in named { #expect(tests.contains(name + ".swift"), "\(name)") }
    }

    @Test(arguments: [
        ("try await Task.sleep(for: .milliseconds(5))", 1), ("usleep(50_000)", 1), ("queue.asyncAfter(deadline: .now() + 1) {", 1),
        ("#expect(Instant.now - start < .milliseconds(250))", 1), ("#expect(start.duration(to: .now) >= .seconds(59.9))", 1),
        ("#expect(took < .seconds(10))", 1), ("let today = Date()", 1), ("@Suite(.timeLimit(.minutes(5))) struct X {", 1),
        ("#expect(Instant.now - start < .seconds(60))", 0), ("#expect(range.start < .seconds(5))", 0), ("@Suite(.hangLimit) struct X {", 0),
        ("usleep(50_000)  // real time: the kill may come at any moment", 0), ("usleep(50_000)  // real time:", 1),
        ("try await clock.sleep(for: .seconds(5))", 0),
    ])
    func `find what breaks them in Swift`(line: String, count: Int) {
        #expect(Self.problems(inSwift: line).count == count)
    }

    @Test(arguments: [
        ("time.sleep(2)", 1), ("await asyncio.sleep(0.5)", 1), ("time.sleep(0.1)", 0), ("time.sleep(pause)", 0),
        ("time.sleep(1)  # real time: the vendor's own pause", 0),
    ])
    func `find what breaks them in Python`(line: String, count: Int) {
        #expect(Self.problems(inPython: line).count == count)
    }
}
