import Framing
import Speech
import Testing

@testable import harken

/// A command that takes a language.
private enum Naming: String, CaseIterable, CustomTestStringConvertible {
    case transcribe, importing, live, record, modelsTest

    var testDescription: String { rawValue }

    private var description: CommandDescription {
        switch self {
        case .transcribe: Transcribe.description
        case .importing: Import.description
        case .live: Live.description
        case .record: Record.description
        case .modelsTest: ModelsTest.description
        }
    }

    private var operands: [String] { self == .record ? [] : ["a.wav"] }

    func run(_ language: String) throws(UsageError) {
        let arguments = try Arguments(operands + ["--language", language], for: description, environment: ["HOME": "/nowhere"])
        switch self {
        case .transcribe: _ = try Transcribe(arguments)
        case .importing: _ = try Import(arguments)
        case .live: _ = try Live(arguments)
        case .record: _ = try Record(arguments)
        case .modelsTest: _ = try ModelsTest(arguments)
        }
    }
}

@Suite struct `The option --language` {
    @Test(arguments: Naming.allCases) fileprivate func `takes every name that a language has, and leaves it to the engine`(command: Naming) throws {
        for name in ["pt", "PT", "pt-BR", "pt_br", "por", "portuguese", "Portuguese", "cmn", "auto", "multi", "detect", ""] {
            #expect(throws: Never.self, "\(name)") { try command.run(name) }
        }
    }

    @Test(arguments: Naming.allCases) fileprivate func `refuses what no language is called`(command: Naming) {
        for name in ["xx", "Language.PT", "x", "banana", " ", "../etc"] {
            do throws(UsageError) {
                try command.run(name)
                Issue.record("\(name) was taken")
            } catch {
                #expect("\(error)".hasPrefix("--language cannot be \"\(name)\": it takes a language's code"), "\(error)")
            }
        }
    }

    @Test(
        arguments: [
            ("pt_br", "pt_br"), ("Portuguese", "pt"), ("auto", "auto"), ("multi", "auto"), ("", nil),
        ] as [(String, String?)])
    func `goes to the gateway with a recording`(name: String, sent: String?) throws {
        let arguments = try Arguments(["a.wav", "--language", name], for: Import.description, environment: ["HOME": "/nowhere"])
        #expect(try RecordingChoices(arguments).query(name: "a.wav", modified: nil).first("language") == sent)
    }
}
