@testable import Settings
import Testing

@Suite struct `A file of settings` {
    private func values(_ text: String) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try SettingsFile(parsing: text, named: "harken.conf").lines.map { ($0.name, $0.value) })
    }

    @Test func `has names and values, comments and blank lines`() throws {
        let text = """
            # comment
            HARKEN_LOG = debug

            HARKEN_DATA="/var/lib/my harken"\r
            """
        #expect(try values(text) == ["HARKEN_LOG": "debug", "HARKEN_DATA": "/var/lib/my harken"])
        #expect(try SettingsFile(parsing: text, named: "harken.conf").lines.map(\.number) == [2, 4])
    }

    @Test(arguments: [
        ("export HARKEN_DATA=/a", "/a"), ("export  HARKEN_DATA=\"/a b\"", "/a b"), ("HARKEN_DATA='/a \"b\" \\n'", "/a \"b\" \\n"),
        (#"HARKEN_DATA="/a \"b\" \\ \$x \n""#, #"/a "b" \ $x \n"#), ("HARKEN_DATA=\"/a\" # the data", "/a"), ("HARKEN_DATA=/a#b", "/a#b"),
        ("HARKEN_DATA=\"\"", ""),
    ])
    func `reads quotes and export as a shell does`(line: String, value: String) throws {
        #expect(try values(line) == ["HARKEN_DATA": value])
    }

    @Test(arguments: [
        ("just words", "harken.conf, line 2: is not NAME=value: use NAME=value, a blank line, or # and a comment"),
        ("HARKEN_LOOG=info", "harken.conf, line 2: unknown setting HARKEN_LOOG; did you mean HARKEN_LOG?"),
        ("FROBNICATE=1", "harken.conf, line 2: unknown setting FROBNICATE; harken config show lists the settings"),
        ("HARKEN_DATA=\"/a", "harken.conf, line 2: has no closing quote: use the same quote at the end of the value"),
        ("HARKEN_DATA=\"/a\"b", "harken.conf, line 2: has text after the closing quote: use one value, such as \"a b\""),
    ])
    func `names the line that is wrong, and what is meant`(line: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try values("\n" + line) }
        #expect(error?.description == message)
    }
}

@Suite struct `Named settings` {
    @Test func `remember where each value comes from`() throws {
        var settings = Settings()
        settings.merge(try SettingsFile(parsing: "HARKEN_LOG=debug\nHARKEN_MODE=hedged\nHARKEN_GATE=off", named: "/etc/harken.conf"))
        settings.merge(["HARKEN_MODE": "shadow", "HARKEN_GATE": "", "PATH": "/bin"])
        settings.set("HARKEN_LISTEN", "127.0.0.1:0", from: .option("--listen"))
        #expect(settings["HARKEN_MODE"] == "shadow")
        #expect(settings.origin(of: "HARKEN_LOG")?.description == "/etc/harken.conf, line 1")
        #expect(settings.origin(of: "HARKEN_MODE") == .environment)
        #expect(settings.origin(of: "HARKEN_GATE") == .file(path: "/etc/harken.conf", line: 3))
        #expect(settings.origin(of: "HARKEN_LISTEN")?.description == "--listen")
        #expect(settings.origin(of: "PATH") == nil && settings.origin(of: "HARKEN_DATA") == nil)
    }

    @Test(arguments: [
        (["HARKEN_LOOG"], ["HARKEN_LOG"]), (["DEEPGRAM_API_KYE"], ["DEEPGRAM_API_KEY"]),
        (["HARKEN_URL", "HARKEN_KEY", "HARKEN_CA", "HARKEN_LOG"], []),
        (["HARKEN_FUZZ", "HARKEN_BENCH_ONLY", "HARKEN_JUDGES", "OTEL_METRICS_EXPORTER", "OPENAI_ORG_ID", "HOME"], []),
    ])
    func `recognize misspelt names in the environment`(names: [String], meant: [String]) {
        #expect(Settings.misspelt(in: Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })).map(\.meant) == meant)
    }

    @Test func `are described once, without a mark of Markdown in the plain text`() {
        #expect(Set(SettingTable.all.map(\.name)).count == SettingTable.all.count)
        for setting in SettingTable.all {
            #expect(setting.meaning.hasSuffix("."))
            #expect(!setting.plainMeaning.contains("`") && !setting.plainMeaning.contains("]("))
        }
    }
}
