import Foundation
import HarkenTesting
@testable import Settings
import Testing

@testable import harken

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `harken config` {
    private let folder = TemporaryFolder()

    private func run(_ words: [String], environment: [String: String] = [:]) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(["config"] + words, environment: ["HOME": folder.path].merging(environment) { $1 })
    }

    @Test func `shows each setting, its origin, and no secret`() async throws {
        let file = try folder.write("export HARKEN_LISTEN=\"127.0.0.1:9000\"\nDEEPGRAM_API_KEY=hidden-key\n".utf8, as: "harken.conf")
        let outcome = try await run(["show", "--config", file], environment: ["HARKEN_MODE": "failover"])
        #expect(outcome.status == 0, "\(outcome.diagnostics)")
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true).map(String.init)
        }
        func row(_ name: String) -> [String]? { rows.first { $0.first == name }?.map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(row("HARKEN_LISTEN") == ["HARKEN_LISTEN", "127.0.0.1:9000", "\(file), line 1"])
        #expect(row("HARKEN_MODE") == ["HARKEN_MODE", "failover", "environment"])
        #expect(row("HARKEN_LOG") == ["HARKEN_LOG", "info", "default"])
        #expect(!outcome.output.contains("hidden-key"))
        let asJSON = try await run(["show", "--set", "--json", "--config", file])
        let objects = try #require(JSONSerialization.jsonObject(with: Data(asJSON.output.utf8)) as? [[String: Any]])
        #expect(objects.map { $0["name"] as? String } == ["HARKEN_LISTEN", "DEEPGRAM_API_KEY"])
        #expect(objects.last?["value"] is NSNull && objects.last?["is_set"] as? Bool == true)
    }

    @Test func `accepts the sample, with and without its comments`() async throws {
        let sample = try await run(["sample"]).output
        #expect(SettingTable.all.allSatisfy { sample.contains("\n#\($0.name)=") })
        let file = try folder.write(sample.utf8, as: "harken.conf")
        #expect(try await run(["check", file]).status == 0)
        // Each setting with its default, as an operator would have it who removes the marks of comments.
        let set = sample.replacing(/(?m)^#([A-Z])/) { "\($0.1)" }
        #expect(try await run(["check", folder.write(set.utf8, as: "set.conf")]).diagnostics == "the settings are valid\n")
    }

    @Test(arguments: [
        ("HARKEN_LOOG=info", "harken.conf, line 1: unknown setting HARKEN_LOOG; did you mean HARKEN_LOG?"),
        ("\nHARKEN_GATE=maybe", "harken.conf, line 2: HARKEN_GATE: \"maybe\" is not a valid mode: use on, off, shadow"),
        (
            "HARKEN_TIME_ZONE=Europe/Nowhere",
            "harken.conf, line 1: HARKEN_TIME_ZONE: \"Europe/Nowhere\" is not a time zone of this machine (package tzdata): use a name of the IANA "
                + "database, such as Europe/Berlin"
        ),
        (
            "HARKEN_TIME_ZONE=../x",
            "harken.conf, line 1: HARKEN_TIME_ZONE: \"../x\" is not a time zone: use a name of the IANA database, such as Europe/Berlin"
        ),
    ])
    func `says where a file is wrong`(text: String, message: String) async throws {
        let file = try folder.write(text.utf8, as: "harken.conf")
        for words in [["check", file], ["check", "--config", file]] {
            let outcome = try await run(words)
            #expect(outcome.status == 2)
            #expect(outcome.diagnostics.hasPrefix("harken config check: "))
            #expect(outcome.diagnostics.hasSuffix("/\(message)\n"))
        }
    }

    @Test(arguments: ["zq-9f3e71\nother", "zq-9f3e71\r\nX-Smuggled: 1", "   ", "zq-…"])
    func `says what doctor and the start say of a key that cannot be one, and shows nothing of it`(key: String) async throws {
        let environment = ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_LISTEN": "127.0.0.1:0"]
        for variable in ["DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ASSEMBLYAI_API_KEY"] {
            let values = environment.merging([variable: key]) { $1 }
            let check = try await run(["check"], environment: values)
            #expect(check.status == 2 && check.diagnostics.hasPrefix("harken config check: \(variable): "), "\(check)")
            let problem = String(check.diagnostics.dropFirst("harken config check: ".count))
            let start = try await BuiltProgram.run(["serve"], environment: values)
            #expect(start.status == 2 && start.diagnostics == "harken serve: " + problem, "\(start)")
            let doctor = try await BuiltProgram.run(["doctor"], environment: values)
            #expect(doctor.status == 1 && doctor.output.contains(problem), "\(doctor)")
            #expect(!"\(check) \(start) \(doctor)".contains("zq"))
        }
    }

    @Test func `names a misspelt variable of the environment`() async throws {
        let outcome = try await run(["check"], environment: ["HARKEN_LOOG": "debug"])
        #expect(outcome.status == 2)
        #expect(outcome.diagnostics == "harken config check: environment: unknown setting HARKEN_LOOG; did you mean HARKEN_LOG?\n")
    }

    @Test func `is described in docs/configuration.md as in the code`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/configuration.md").standardized
        #expect(
            try String(contentsOf: page, encoding: .utf8) == SettingsReference.markdown,
            "make it new: harken config reference > docs/configuration.md")
    }
}
