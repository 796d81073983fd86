import HarkenTesting
import Protocols
import Speech
import Testing

@testable import Vendors

@Suite struct `Audio for engines behind a socket` {
    /// What goes when pieces of these lengths come, and then the end.
    private func messages(_ pieces: [Int], _ audio: AudioMessages, shortest: Duration) -> (lengths: [Int], last: Int, isWhole: Bool) {
        var parting = AudioFramer(audio, StreamOptions(rate: .speech, shortestPiece: shortest))
        var came: [UInt8] = [], went: [UInt8] = [], lengths: [Int] = []
        func note(_ message: RawSpan) {
            lengths.append(message.byteCount)
            message.withUnsafeBytes { went += $0 }
        }
        for (number, length) in pieces.enumerated() {
            let piece = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
            came += piece
            parting.take(piece.span.bytes) { note($0) }
        }
        let before = lengths.count
        parting.rest { note($0) }
        return (Array(lengths[..<before]), lengths.count > before ? lengths[before] : 0, went == came)
    }

    @Test(arguments: [[Int](repeating: 320, count: 101), [Int](repeating: 2, count: 2_000), [640, 960, 958, 2, 40_000, 6]])
    func `comes in pieces of at least 30 ms where a session wants that, the rest at the end, and every byte`(pieces: [Int]) {
        let sent = messages(pieces, .any, shortest: .milliseconds(30))
        #expect(sent.isWhole)
        #expect(sent.lengths.allSatisfy { $0 >= 960 })
        #expect(sent.last < 960)
        #expect(sent.lengths.reduce(0, +) + sent.last == pieces.reduce(0, +))
    }

    @Test func `goes as it comes where nobody wants otherwise`() {
        let sent = messages([320, 2, 640], .any, shortest: .zero)
        #expect(sent.lengths == [320, 2, 640] && sent.last == 0)
    }

    @Test func `waits for more, though it is asked for, where its vendor takes no less`() {
        var parting = AudioFramer(AudioMessages(), StreamOptions(rate: .speech, shortestPiece: .milliseconds(100)))
        var sent: [Int] = []
        for length in [640, 960] {
            let piece = [UInt8](repeating: 0, count: length)
            parting.take(piece.span.bytes) { sent.append($0.byteCount) }
            parting.flush { sent.append($0.byteCount) }
        }
        #expect(sent == [1_600])
    }

    @Test func `is parted as its vendor wants it, whatever comes`() {
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<200 {
            let pieces = (0..<Int.random(in: 1...20, using: &generator)).map { _ in 2 * Int.random(in: 0...40_000, using: &generator) }
            let sent = messages(pieces, AudioMessages(), shortest: .milliseconds(30))
            #expect(sent.isWhole && sent.lengths.allSatisfy { (1_600...32_000).contains($0) } && sent.last < 1_600)
        }
    }
}
