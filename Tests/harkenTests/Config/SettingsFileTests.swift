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
        ("HARKEN_DATA=\"\"", ""), ("HARKEN_DATA=/a # the data", "/a"), ("HARKEN_DATA=/a\t#the data", "/a"), ("HARKEN_DATA=#a", "#a"),
        ("HARKEN_DATA= # none", ""), ("HARKEN_DATA='/a # b'", "/a # b"), ("\u{A0}HARKEN_DATA=/a\u{200B}", "/a"),
    ])
    func `reads quotes and export as a shell does`(line: String, value: String) throws {
        #expect(try values(line) == ["HARKEN_DATA": value])
    }

    @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
    func `has one setting in each line, from every system`(end: String, mark: String) throws {
        let lines = ["DEEPGRAM_API_KEY=zq-9f3e71", "", "# comment", "HARKEN_LOG=debug", "HARKEN_DATA=\"/a b\"", ""]
        let file = try SettingsFile(parsing: mark + lines.joined(separator: end), named: "harken.conf")
        #expect(file.lines.map(\.name) == ["DEEPGRAM_API_KEY", "HARKEN_LOG", "HARKEN_DATA"])
        #expect(file.lines.map(\.value) == ["zq-9f3e71", "debug", "/a b"] && file.lines.map(\.number) == [1, 4, 5])
    }

    @Test func `shows nothing of a key whose second line is not a setting`() {
        for rest in ["zqOther==", "zqOther", "9ZQ=="] {
            let error = #expect(throws: ConfigurationError.self) { try values("DEEPGRAM_API_KEY=zq-9f3e71\n\(rest)") }
            #expect(error?.name == "harken.conf, line 2")
            #expect(error?.description.lowercased().contains("zq") == false)
        }
    }

    @Test func `is refused when it is UTF-16`() {
        let text = String(decoding: "\u{FEFF}HARKEN_LOG=debug\r\n".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }, as: UTF8.self)
        let error = #expect(throws: ConfigurationError.self) { try values(text) }
        #expect(error?.description == "harken.conf: is not a text in UTF-8: use a file that is saved as UTF-8")
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

    @Test func `are without the line ends and blanks of other systems around them`() throws {
        var settings = Settings()
        settings.merge(["HARKEN_LOG": "debug\n", "HARKEN_ENGINES": " deepgram,\tlocal \r\n", "HARKEN_DATABASE_URL": "postgres://h/n\n"])
        #expect(settings["HARKEN_LOG"] == "debug" && settings["HARKEN_DATABASE_URL"] == "postgres://h/n")
        #expect(settings.list("HARKEN_ENGINES") == ["deepgram", "local"])
        try settings.checkLines()
    }

    @Test(arguments: ["debug\nDEEPGRAM_API_KEY=zq-9f3e71", "debug\r\nzq-9f3e71", "  ", "\n"])
    func `are refused with more than one line, or with none, without being shown`(value: String) {
        var settings = Settings()
        settings.merge(["HARKEN_LOG": value])
        let error = #expect(throws: ConfigurationError.self) { try settings.checkLines() }
        #expect(error?.name == "HARKEN_LOG")
        #expect(error?.description.contains("zq") == false)
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
