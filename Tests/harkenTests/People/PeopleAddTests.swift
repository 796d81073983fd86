import Conversations
import Foundation
import HarkenTesting
import LocalEngine
import Speech
import Store
import Testing

@testable import harken

private let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

/// `harken people add NAME FILE…` with recordings of two readers.
@Suite(
    .needs(BuiltProgram.isThere, "the program is not built beside the tests"),
    .needs(models.missing().isEmpty, "the models are not there: make setup"), .hangLimit)
struct `People who are added with recordings of their voice` {
    private let folder = TemporaryFolder()
    private let beckett = models.path + "/test-audio/beckett.wav"

    private func austen(_ number: String) -> String { models.path + "/test-audio/librivox/sense_and_sensibility_01_austen_64kb-\(number).wav" }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(
            words, environment: ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_MODELS": models.path])
    }

    private func voices() async throws -> [Voice] {
        try await SQLiteInstallation(in: DataDirectory(creating: folder.path(of: "data"))).conversations(now: { UnixTime(milliseconds: 0) }).voices(
            of: .local)
    }

    @Test func `are known by it in other recordings`() async throws {
        let added = try await run("people", "add", "Jane", austen("0870"))
        #expect(added.status == 0 && added.diagnostics.contains("was added") || added.output.contains("was added"), "\(added)")
        #expect(try await run("people", "add", "Sam", beckett).status == 0)
        #expect(try await voices().count == 2)
        let heard = try await run("transcribe", "--speakers", "--json", austen("0920"))
        #expect(heard.output.contains(#""person":"Jane""#) && !heard.output.contains("Sam"), "\(heard)")
    }

    @Test func `have one voice, however many recordings sound like it`() async throws {
        #expect(try await run("people", "add", "Jane", austen("0870")).status == 0)
        let first = try #require(try await voices().first)
        let again = try await run("people", "add", "jane", austen("0920"), "--json")
        #expect(again.status == 0)
        let voices = try await voices()
        try #require(voices.map(\.id) == [first.id])
        #expect(voices[0].evidence > first.evidence && voices[0].voiceprint != first.voiceprint)
        let list = try await run("people", "list", "--json").output
        #expect(list.contains(#""name":"Jane""#) && !list.contains(#""name":"jane""#))
    }

    @Test func `are learned by a gateway, which says which recording will not do`() async throws {
        let environment = ["HOME": folder.path, "HARKEN_MODELS": models.path]
        let process = try BuiltProgram.start(
            ["serve", "--listen", "127.0.0.1:0", "--data", folder.path(of: "data")], environment: environment)
        defer { process.signal(SIGTERM) }
        let url = try #require(try await process.line(beginning: "harken: ready on "))
        func add(_ words: String...) async throws -> ChildProcess.Outcome {
            try await BuiltProgram.run(["people", "add"] + words + ["--url", url], environment: environment)
        }
        let short = try await add("Jane", austen("0870"), austen("0880"))
        #expect(short.status == 1 && short.diagnostics.contains("0880.wav: there are only "), "\(short)")
        #expect(try await voices().isEmpty)
        let added = try await add("Jane", austen("0870"), beckett)
        #expect(added.status == 0 && (added.diagnostics + added.output).contains("was added"), "\(added)")
        // Two readers: two voices of one person.
        #expect(try await voices().count == 2)
        let again = try await add("jane", austen("0920"))
        #expect(again.status == 0 && (again.diagnostics + again.output).contains("existed already"), "\(again)")
        #expect(try await voices().count == 2)
        #expect(try await run("transcribe", "--speakers", "--json", austen("0920")).output.contains(#""person":"Jane""#))
    }

    @Test func `are not stored when one of the recordings will not do`() async throws {
        let short = try await run("people", "add", "Jane", austen("0870"), austen("0880"))
        #expect(short.status == 1 && short.diagnostics.contains("0880.wav: "), "\(short)")
        let missing = try await run("people", "add", "Jane", folder.path(of: "none.wav"))
        #expect(missing.status == 1 && missing.diagnostics.contains("none.wav"), "\(missing)")
        #expect(try await run("people", "list", "--json").output == "[]\n")
    }
}
