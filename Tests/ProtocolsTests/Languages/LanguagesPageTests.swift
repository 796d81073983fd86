import Foundation
import Protocols
import Speech
import Testing

/// The table of docs/languages.md, made from the code. `scripts/play options --write` writes it too.
@Suite struct `The page of languages` {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/languages.md").standardized.path
    private static let mark = "The table is made from the code; `scripts/play options --write` writes it.\n\n"
    private static let end = "\n\n- "

    private static func place(_ parameter: LanguageParameter) -> String {
        switch parameter {
        case .openAIRecorded: "OpenAI, recordings"
        case .openAIRealtime: "OpenAI, realtime"
        case .deepgramRecorded: "Deepgram, recordings"
        case .deepgramLive: "Deepgram, live"
        case .deepgramFlux: "Deepgram, `flux-general-multi`"
        case .assemblyAIRecorded: "AssemblyAI, recordings"
        case .assemblyAILive: "AssemblyAI, live"
        case .soniox: "Soniox, live"
        case .sonioxRecorded: "Soniox, recordings"
        case .speechmatics: "Speechmatics, live"
        case .listen: "`/v4/listen` and its like"
        case .managed: "`/ws/transcribe`"
        case .chunk: "`background-transcribe`"
        case .chunkedRecording: "`background-conversation/start`"
        case .deviceFiles: "`/v2/sync-local-files`"
        case .importedRecording: "`POST /api/v1/jobs`"
        case .settings: "`PATCH /api/v1/users/me/settings`"
        case .transcribe: "`harken transcribe`"
        case .captions: "`harken live`"
        case .recorder: "`harken record`"
        case .importCommand: "`harken import`"
        case .modelsTest: "`harken models test`"
        }
    }

    /// Returns the meaning of `multi`; `auto` is detection everywhere.
    private static func several(_ parameter: LanguageParameter) -> String {
        switch parameter {
        case .assemblyAIRecorded, .chunk, .chunkedRecording, .deviceFiles, .importedRecording, .settings, .recorder, .importCommand,
            .modelsTest:
            "detected"
        case .openAIRecorded, .openAIRealtime, .deepgramRecorded, .deepgramLive, .deepgramFlux, .assemblyAILive, .soniox, .sonioxRecorded,
            .speechmatics, .listen,
            .managed, .transcribe, .captions:
            "several, else detected"
        }
    }

    /// Returns the form in which a name is refused that no language has.
    private static func refusal(_ parameter: LanguageParameter) -> String {
        switch parameter {
        case .openAIRecorded: "400, `param`: `language`"
        case .openAIRealtime: "`error` with `param`"
        case .deepgramRecorded: "400"
        case .deepgramLive, .deepgramFlux: "400 at the upgrade"
        case .assemblyAIRecorded: "400"
        case .assemblyAILive: "`Error`, close 3006"
        case .soniox: "400 in the socket"
        case .sonioxRecorded: "400, `validation_errors`"
        case .speechmatics: "`Error` `invalid_config`"
        case .listen: "close 1008"
        case .managed: "`error` `bad_config`, close 4400"
        case .chunk, .chunkedRecording, .deviceFiles: "422 `unsupported_language`"
        case .importedRecording, .settings: "400"
        case .transcribe, .captions, .recorder, .importCommand, .modelsTest: "exit status 2"
        }
    }

    private static var table: String {
        let rows = LanguageParameter.allCases.map { parameter in
            "| \(place(parameter)) | `\(parameter.name)` | \(parameter.absence.rawValue) | detected | \(several(parameter)) | \(refusal(parameter)) |"
        }
        let head = ["| where | parameter | absent, `null`, empty | `auto`, `detect` | `multi` | no such language |", "|---|---|---|---|---|---|"]
        return (head + rows).joined(separator: "\n")
    }

    @Test func `has no empty cell`() {
        for row in Self.table.split(separator: "\n") {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
            #expect(cells.count == 6 && cells.allSatisfy { $0.contains { $0 != " " } }, "\(row)")
        }
    }

    @Test func `says what each name means at each way in`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let start = try #require(page.range(of: Self.mark)).upperBound
        let end = try #require(page.range(of: Self.end, range: start..<page.endIndex)).lowerBound
        let written = page[..<start] + Self.table + page[end...]
        if ProcessInfo.processInfo.environment["HARKEN_WRITE_OPTIONS"] != nil {
            try String(written).write(toFile: Self.path, atomically: true, encoding: .utf8)
        } else {
            #expect(page == written, "docs/languages.md is not what the code does: run scripts/play options --write")
        }
    }
}
