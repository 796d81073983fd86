import Continuity
import Foundation
import Gateway
@testable import Journal
@testable import Observability
import HarkenTesting
import Speech

/// A data directory as a gateway leaves it that was killed.
struct EarlierRun {
    let directory = FileManager.default.temporaryDirectory.appending(path: "harken-earlier-\(UUID().uuidString)").path
    let log: JournalLog

    init(loop: Int = 0, limits: JournalLimits = JournalLimits()) throws {
        let quiet = Log(level: .error, write: { _ in })
        let journal = directory + "/journal"
        let writer = try JournalWriter(directory: journal, log: quiet)
        log = try JournalLog(directory: journal, loop: loop, limits: limits, startedAt: 1_000, writer: writer, log: quiet)
        writer.run.release()
    }

    /// A session with a word for each of the first seconds.
    ///
    /// - Parameters:
    ///   - audio: returns the PCM of the second with this number; nil: silence.
    ///   - word: returns the word of that second.
    func session(
        _ record: SessionRecord, seconds: Int, committed: Int, channels: Int = 1, audio: ((Int) -> [UInt8])? = nil,
        word: (Int) -> String = { "said\($0)" }
    ) -> JournalCursor {
        var cursor = log.cursor(rate: .speech, channels: channels)
        log.open(record, cursor: &cursor)
        for second in 0..<seconds {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let pcm = audio?(second) ?? [UInt8](repeating: 0, count: 32_000 * channels)
            pcm.withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            guard second < committed else { continue }
            for channel in 0..<channels {
                let commit = Commit(
                    channel: ChannelIndex(channel), range: range,
                    words: [Word(word(second), SampleRange(range.start, count: SampleCount(8_000)), confidence: 0.5)],
                    reason: second % 2 == 1 ? .endOfTurn : .pause, engine: EngineName("scripted"))
                log.append(commit: CommitRecord.encode(commit, turn: second / 2), at: range.start, cursor: &cursor)
            }
        }
        return cursor
    }

    /// Waits until no gateway of this process has the run's part of the journal any more.
    func untilFree() async throws {
        try await untilSome { try JournalRun.claim(0, in: directory + "/journal") }.release()
    }

    /// The files of its journal, with what they hold.
    var files: [String: Data] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/journal")) ?? []
        return Dictionary(uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: directory + "/journal/" + $0) ?? Data()) })
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
