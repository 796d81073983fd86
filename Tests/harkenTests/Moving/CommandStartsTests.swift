import Conversations
import Foundation
import HarkenTesting
import Sessions
import Speech
import Store
import Testing

@testable import harken

/// Ways × starts of the command line: what becomes of each time that a command says, and of each date of a file. The ways of the API are in another
/// test.
@Suite(.hangLimit) struct `A recording that a command sends` {
    enum Way: String, CaseIterable {
        case importAt, liveAt
        /// The date of the file tells when the recording ended.
        case importByDate, keepByDate

        var isByDate: Bool { self == .importByDate || self == .keepByDate }

        /// What can be said in this way: a file's date is always a moment, and has one form.
        var starts: [Start] {
            isByDate ? [.absent, .dayBefore, .almostTenYears, .littleAhead, .anHourAhead, .elevenYears, .year1970] : Start.allCases
        }
    }

    /// What the command line, or the date of the file, says about the beginning.
    enum Start: String, CaseIterable {
        case absent, dayBefore, withOffset, seconds, milliseconds, almostTenYears, withoutOffset, littleAhead
        case anHourAhead, elevenYears, year1970, dayAlone, nonsense
    }

    private enum Expectation {
        case begins(UnixTime)
        /// The recording is filed by the time at which it comes.
        case comes
        case refused
    }

    private enum Outcome {
        case began(UnixTime)
        case refused(String)
    }

    private struct Cell {
        let way: Way
        let start: Start
        /// The time of this machine, in whole seconds.
        let now: UnixTime

        private static let day: Duration = .seconds(86_400)
        /// Length of a recording, as the engine hears it.
        static let length: Duration = .seconds(2)

        /// The moment that is meant; nil when none is.
        private var moment: UnixTime? {
            switch start {
            case .absent, .dayAlone, .nonsense: nil
            case .dayBefore, .withOffset, .seconds, .milliseconds: now + Self.day * -1
            case .almostTenYears: now + Self.day * -3_640
            case .withoutOffset: UnixTime(rfc3339: "2025-06-01T12:00:00Z")
            case .littleAhead: now + .seconds(60)
            case .anHourAhead: now + .seconds(3_600)
            case .elevenYears: now + Self.day * -4_020
            case .year1970: UnixTime(milliseconds: 0)
            }
        }

        /// The value of `--at`; nil: the command line has none.
        var text: String? {
            switch start {
            case .absent: nil
            case .dayAlone: "2025-06-01"
            case .withoutOffset: "2025-06-01T12:00:00"
            case .nonsense: "soon"
            case .withOffset: moment.map { ($0 + .seconds(19_800)).rfc3339.dropLast() + "+05:30" }
            case .seconds, .year1970: moment.map { "\($0.milliseconds / 1_000)" }
            case .milliseconds: moment.map { "\($0.milliseconds)" }
            case .dayBefore, .almostTenYears, .littleAhead, .anHourAhead, .elevenYears: moment?.rfc3339
            }
        }

        /// The date of the file; nil: the time at which it was written.
        var date: Date? {
            way.isByDate ? moment.map { Date(timeIntervalSince1970: Double($0.milliseconds) / 1_000) } : nil
        }

        var expectation: Expectation {
            switch start {
            case .absent, .littleAhead: return .comes
            // A file's date may be wrong without anybody's fault.
            case .anHourAhead, .elevenYears, .year1970: return way.isByDate ? .comes : .refused
            case .dayAlone, .nonsense: return .refused
            // The gateway knows the user's clocks; a live stream is given the moment.
            case .withoutOffset where way == .liveAt: return .refused
            case .dayBefore, .withOffset, .seconds, .milliseconds, .almostTenYears, .withoutOffset:
                return moment.map { .begins(way.isByDate ? $0 + (.zero - Self.length) : $0) } ?? .refused
            }
        }

        /// Distinguishes the audio of the cells.
        var number: Int { Start.allCases.firstIndex(of: start) ?? 0 }
    }

    private static let transcript = Transcript(
        rate: .speech, length: SampleCount(32_000), language: .english, model: "scripted-1",
        channels: [.init(words: [.at(0.5, "Hello.")], segments: [.init(range: SampleRange(.zero, SampleIndex(32_000)), words: 0..<1)])])

    @Test(arguments: Way.allCases) func `begins when the command or the date of the file says, or is refused with the reason`(way: Way) async throws {
        // To encode audio takes more than all the rest.
        let gateway = try await TestGateway(
            ScriptedEngine(name: .local, transcript: .success(Self.transcript)), settings: ["HARKEN_AUDIO_DAYS": "0"])
        // A live session that begins while another one of its user ends may go on in that one's conversation.
        if way == .liveAt {
            for start in way.starts { try await check(start, by: way, gateway) }
            return
        }
        // The commands wait for the gateway at the same time.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in way.starts { group.addTask { try await check(start, by: way, gateway) } }
            try await group.waitForAll()
        }
    }

    private func check(_ start: Start, by way: Way, _ gateway: TestGateway) async throws {
        let before = UnixTime.now, cell = Cell(way: way, start: start, now: UnixTime(milliseconds: before.milliseconds / 1_000 * 1_000))
        let outcome = try await send(cell, to: gateway), after = UnixTime.now
        let name = "\(way) \(start) \(cell.text ?? "")"
        switch (outcome, cell.expectation) {
        case (.began(let started), .begins(let time)):
            // A live conversation begins with its first word.
            #expect(started >= time && started <= (way == .liveAt ? time + .seconds(3) : time), "\(name): \(started.rfc3339)")
        case (.began(let started), .comes):
            let lengths: Duration = way == .liveAt ? .zero : Cell.length
            // The clock of a file system's dates goes in steps of some milliseconds.
            #expect(started >= before + (.milliseconds(-100) - lengths) && started <= after, "\(name): \(started.rfc3339)")
        case (.refused(let reason), .refused):
            #expect(["--at cannot be", "started_at is "].contains { reason.contains($0) }, "\(name): \(reason)")
        case (.began, .refused), (.refused, _): Issue.record("\(name): \(outcome), not \(cell.expectation)")
        }
    }

    private func send(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        let folder = TemporaryFolder(), at = cell.way.isByDate ? [] : cell.text.map { ["--at", $0] } ?? []
        let seconds = cell.way == .liveAt ? 3 : 1 + cell.number
        let path = try folder.write(WaveFile.silence(seconds: seconds), as: "\(cell.start).wav"), place = ["--url", gateway.url]
        if let date = cell.date { try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path) }
        let said: String? =
            switch cell.way {
            case .importAt, .importByDate: try await run(Import.self, [path] + at + place, in: folder)
            case .keepByDate:
                try await run(
                    Transcribe.self, [path, "--keep", "--engine", "deepgram", "--language", "en"] + place, in: folder,
                    environment: ["DEEPGRAM_API_KEY": "any", "DEEPGRAM_BASE_URL": gateway.url])
            case .liveAt:
                try await run(
                    Live.self, [path, "--protocol", "listen", "--speed", "20", "--title", "\(cell.start)"] + at + place, in: folder)
            }
        if let said { return .refused(said) }
        let store = try Installation(in: DataDirectory(creating: gateway.folder.path)).conversations(now: { .now })
        // A recording that is kept is heard when the command has ended.
        let conversation = try await untilSome {
            try await store.list(ConversationQuery(limit: 50), of: .local).conversations.first {
                $0.title == "\(cell.start)" && ![Conversation.Status.inProgress, .processing].contains($0.status)
            }
        }
        return .began(conversation.started)
    }

    /// Runs a command, and returns what it says when it fails or refuses its options; nil: it has done its work.
    private func run<Chosen: Command>(
        _ command: Chosen.Type, _ words: [String], in folder: TemporaryFolder, environment more: [String: String] = [:]
    ) async throws -> String? {
        let environment = more.merging(["HOME": folder.path]) { first, _ in first }
        let chosen: Chosen
        do throws(UsageError) {
            chosen = try Chosen(Arguments(words, for: Chosen.description, environment: environment))
        } catch {
            return error.description
        }
        let written = try WrittenContext(in: folder, environment: environment)
        return try await chosen.run(written.context) == .done ? nil : written.diagnostics()
    }
}
