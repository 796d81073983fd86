import Continuity
import Speech
import Testing

@Suite struct `A journal` {
    private func block(
        _ kind: JournalBlock.Kind, at position: Int, payload: Int, previous: JournalLocation = .none
    ) -> JournalBlock {
        JournalBlock(
            kind: kind, session: 7, position: SampleIndex(position), previous: previous, rate: .speech,
            channels: 1, payloadLength: payload)
    }

    private func log(_ count: Int) -> [UInt8] {
        var log: [UInt8] = []
        for index in 0..<count {
            let payload = [UInt8](repeating: UInt8(index), count: 10 + index)
            payload.withUnsafeBytes {
                block(.audio, at: index * 100, payload: $0.count).append(payload: $0, to: &log)
            }
        }
        return log
    }

    @Test func `gives back the blocks that were written`() {
        let log = log(5)
        let (entries, length) = log.withUnsafeBytes { JournalScan.blocks(of: $0) }
        #expect(length == log.count)
        #expect(entries.map(\.block.position.samples) == [0, 100, 200, 300, 400])
        #expect(entries[3].block == block(.audio, at: 300, payload: 13))
    }

    @Test func `ends at the last whole block wherever it was cut`() {
        let log = log(4)
        let whole = log.withUnsafeBytes {
            JournalScan.blocks(of: $0).entries.map { $0.offset + $0.block.length }
        }
        for cut in 0...log.count {
            let (entries, length) = log[..<cut].withUnsafeBytes { JournalScan.blocks(of: $0) }
            #expect(entries.count == whole.count { $0 <= cut })
            #expect(length == (whole.last { $0 <= cut } ?? 0))
        }
    }

    @Test func `ends before a block in which any bit is wrong`() {
        let log = log(2)
        let first = 48 + 10
        for index in first..<log.count {
            var damaged = log
            damaged[index] ^= 0x10
            #expect(
                damaged.withUnsafeBytes { JournalScan.blocks(of: $0).entries.count } == 1, "byte \(index)")
        }
    }

    @Test func `finds audio through a bounded number of notes`() {
        var index = JournalIndex(maxNotes: 8)
        var ends: [(SampleIndex, JournalLocation)] = []
        for number in 0..<5_000 {
            let location = JournalLocation(segment: 0, offset: UInt32(number))
            let end = SampleIndex((number + 1) * 800)
            index.wroteAudio(through: end, at: location)
            ends.append((end, location))
        }
        for probe in stride(from: 1, to: 5_000 * 800, by: 70_003) {
            let location = index.start(forAudioThrough: SampleIndex(probe))
            #expect(ends[Int(location.offset)].0 >= SampleIndex(probe))
        }
        #expect(index.start(forAudioThrough: SampleIndex(5_000 * 800)) == index.last)
    }

    @Test(arguments: [FinalReason.endOfTurn, .pause, .length, .flush, .endOfAudio])
    func `keeps a commit as it was`(reason: FinalReason) throws {
        let words = [
            Word(
                "Günther’s", SampleRange(SampleIndex(10), SampleIndex(20)), confidence: 0.5,
                speaker: SpeakerLabel(3)),
            Word("—", SampleRange(SampleIndex(20), SampleIndex(25)), confidence: 0.25),
        ]
        let commit = Commit(
            channel: ChannelIndex(1), range: SampleRange(SampleIndex(5), SampleIndex(30)), words: words,
            reason: reason, engine: .local)
        let bytes = CommitRecord.encode(commit, turn: 12)
        let back = try #require(CommitRecord.decode(bytes[...], start: SampleIndex(5)))
        #expect(back.commit == commit && back.turn == 12)
        for cut in 0..<bytes.count {
            #expect(CommitRecord.decode(bytes[..<cut], start: .zero) == nil)
        }
    }

    @Test func `keeps the blanks that an engine's own text decides`() throws {
        let range = SampleRange(.zero, SampleIndex(9))
        var words = WrittenWord.timed("วันนี้ อากาศดี 我的iPhone", in: range)
        words[1].language = LanguageTag("th")
        let commit = Commit(channel: .first, range: range, words: words, reason: .pause, engine: .local)
        #expect(words.contains { $0.blankBefore == true } && words.contains { $0.blankBefore == false })
        let bytes = CommitRecord.encode(commit, turn: 0)
        #expect(CommitRecord.decode(bytes[...], start: .zero)?.commit == commit)
    }

    @Test(arguments: [(65_533, 65_535), (65_534, 65_534), (65_535, 65_535)])
    func `cuts a text that is too long between two characters`(letters: Int, kept: Int) throws {
        let text = String(repeating: "a", count: letters) + "é"
        let range = SampleRange(.zero, SampleIndex(9))
        let words = [Word(text, range, confidence: 1), Word("next", range, confidence: 1)]
        let commit = Commit(channel: .first, range: range, words: words, reason: .pause, engine: .local)
        let bytes = CommitRecord.encode(commit, turn: 0)
        let back = try #require(CommitRecord.decode(bytes[...], start: .zero))
        #expect(back.commit.words.map(\.text.utf8.count) == [kept, 4])
        #expect(text.hasPrefix(back.commit.words[0].text))
    }
}
