import Audio
@testable import Decoding
import HarkenTesting
import Speech
import Testing

@Suite struct `A decoder's messages` {
    private static let answers: [(DecodeAnswer, Int?)] = [
        (.ready(isConfined: true), nil), (.ready(isConfined: false), nil), (.opened(channels: 2, length: SampleCount(48_000), isGuessed: false), nil),
        (.opened(channels: 1, length: nil, isGuessed: true), nil),
        (.opened(channels: 1, length: nil, isGuessed: false, recorded: UnixTime(milliseconds: 1_741_064_767_123)), nil),
        (.block([[0, 0.5, -1], [1, 0, 0.25]], skippedPackets: 7), 2),
        (.ended(skippedPackets: 3), 1), (.failed("the file is empty"), nil), (.forbidden(call: 41), nil),
    ]

    private func read(_ bytes: [UInt8], channels: Int? = nil) -> DecodeAnswer? {
        bytes.withUnsafeBytes { DecodeAnswer($0, channels: channels) }
    }

    private func written(_ answer: DecodeAnswer) -> [UInt8] {
        var bytes: [UInt8] = []
        answer.write(to: &bytes)
        return bytes
    }

    @Test(arguments: answers.indices)
    func `are read as they were written`(index: Int) {
        let (answer, channels) = Self.answers[index]
        #expect(read(written(answer), channels: channels) == answer)
    }

    @Test(arguments: answers.indices)
    func `are rejected when they are cut or too long`(index: Int) {
        let (answer, channels) = Self.answers[index]
        let bytes = written(answer)
        if case .failed = answer { return }
        for count in bytes.indices { #expect(read(Array(bytes[..<count]), channels: channels) == nil) }
        #expect(read(bytes + [0], channels: channels) == nil)
    }

    @Test func `are rejected when a count or a kind is impossible`() {
        var bytes = written(.block([[0, 1]], skippedPackets: 0))
        #expect(read(bytes, channels: 1) != nil)
        // Before the recording is open, and for other channels than it has.
        #expect(read(bytes) == nil)
        #expect(read(bytes, channels: 2) == nil)
        bytes[4] = 0xFF
        bytes[7] = 0xFF
        #expect(read(bytes, channels: 1) == nil)
        for kind in [0, 7, 255] as [UInt8] { #expect(read([kind] + Array(repeating: 0, count: 15)) == nil) }
        for channels in [0, 33, 1 << 15, 1 << 17, 1 << 18 | 1, 1 << 31] {
            #expect(read(written(.opened(channels: channels, length: nil, isGuessed: false))) == nil)
        }
        #expect(read(written(.opened(channels: 1, length: SampleCount(-2), isGuessed: false))) == nil)
        #expect(read(written(.failed(String(repeating: "x", count: 500))) + [0x78]) == nil)
        #expect(read(written(.forbidden(call: -1))) == nil)
    }

    private static let notices: [RecordingNotice] = [
        .otherTracks(heard: 2, total: 3, names: ["Mic", "", "Desktop \u{E9}"]), .otherTracks(heard: 1, total: 2, names: []), .silentTrack(1),
        .holes(count: 2, total: .milliseconds(1_250), first: .seconds(7)), .cut(at: .seconds(3), of: .seconds(9)), .cut(at: .zero, of: nil),
        .damaged(packets: 17),
    ]

    @Test func `carry all notices`() {
        #expect(read(written(.ended(skippedPackets: 1, notices: Self.notices)), channels: 1) == .ended(skippedPackets: 1, notices: Self.notices))
        let opened = DecodeAnswer.opened(
            channels: 1, length: nil, isGuessed: true, isPlain: false, recorded: UnixTime(milliseconds: -1), notices: Self.notices)
        #expect(read(written(opened)) == opened)
        // A worker that a file has taken over may send anything.
        for line in ["cut", "cut\t-1\t-", "cut\t1\tx", "holes\t1\t2", "silent_track\t99999999999999999999", "other_tracks\t1", "no\t1"] {
            var bytes = written(.ended(skippedPackets: 0))
            bytes += Array(line.utf8)
            #expect(read(bytes, channels: 1) == nil, "\(line)")
        }
        let name = RecordingNotice(line: "other_tracks\t1\t2\ta\u{1B}[31m\u{202E}\t" + String(repeating: "x", count: 400))
        #expect(name == .otherTracks(heard: 1, total: 2, names: ["a[31m", String(repeating: "x", count: 60)]))
    }

    @Test func `turn samples that are not numbers into silence`() {
        #expect(
            read(written(.block([[.nan, .infinity, -.infinity, .signalingNaN, 0.5]], skippedPackets: 0)), channels: 1)
                == .block([[0, 0, 0, 0, 0.5]], skippedPackets: 0))
    }

    @Test func `keep control characters out of the reason`() {
        #expect(read(written(.failed("a\r\n\u{1B}[31mb"))) == .failed("a[31mb"))
    }

    @Test func `never trap on random bytes`() {
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = read([UInt8.random(in: 0...7, using: &generator)] + bytes, channels: Int.random(in: 1...32, using: &generator))
        }
    }

    @Test(arguments: [
        DecodeOrder(.container, rate: .speech, treatment: .mixed),
        DecodeOrder(.raw(.flac, .telephone, channels: 2), rate: .opus, treatment: .separate),
        DecodeOrder(.container, rate: .speech, treatment: .separate, tracks: .all),
        DecodeOrder(.container, rate: .speech, treatment: .mixed, tracks: .number(12)),
    ])
    func `ask for a recording as it was ordered`(order: DecodeOrder) {
        #expect(DecodeOrder(order.bytes[...]) == order)
        for count in 0..<order.bytes.count { #expect(DecodeOrder(order.bytes[..<count]) != order) }
    }

    @Test func `of the factory are read as they were written, and nothing else is`() {
        for order in [FactoryOrder.start, .end(4_711)] {
            #expect(FactoryOrder(order.bytes[...]) == order)
            #expect(FactoryOrder(order.bytes.dropLast()) == nil)
            #expect(FactoryOrder((order.bytes + [0])[...]) == nil)
        }
        for answer in [FactoryAnswer.started(1), .ended(status: 11), .failed(code: 12)] { #expect(FactoryAnswer(answer.bytes[...]) == answer) }
        // No process has such a number, and `kill` would take them for groups of processes.
        #expect(FactoryOrder(FactoryOrder.end(0).bytes[...]) == nil)
        #expect(FactoryOrder(FactoryOrder.end(-1).bytes[...]) == nil)
        #expect(FactoryAnswer(FactoryAnswer.started(-1).bytes[...]) == nil)
    }
}
