import Audio
import Speech
import Testing

/// Everything that a decoder makes of `bytes`, pushed in pieces.
struct Decoded {
    var pcm: [UInt8] = []
    var channels: Int?
    var end: StreamDecoderEvent?
    var notices: [RecordingNotice] = []
    var maxBuffered = 0

    init(_ bytes: [UInt8], as format: AudioFormat, channels treatment: ChannelTreatment = .mixed, by sizes: [Int] = [4_096]) async throws {
        let (wakes, ready) = AsyncStream.makeStream(of: Void.self)
        let decoder = try StreamDecoder(format, channels: treatment) { ready.yield() }
        channels = decoder.channelCount
        var start = 0, turn = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + sizes[turn % sizes.count], bytes.count)])
            decoder.push(piece.span.bytes) { span in span.withUnsafeBytes { pcm.append(contentsOf: $0) } }
            maxBuffered = max(maxBuffered, decoder.bufferedBytes)
            start += piece.count
            turn += 1
        }
        decoder.finish()
        var iterator = wakes.makeAsyncIterator()
        while end == nil {
            guard let event = decoder.next() else {
                await iterator.next()
                continue
            }
            switch event {
            case .opened(let count): channels = count
            case .pcm(let bytes): pcm += bytes
            case .notice(let notice): notices.append(notice)
            case .ended, .failed: end = event
            }
        }
        #expect(decoder.next() == nil)
    }
}
