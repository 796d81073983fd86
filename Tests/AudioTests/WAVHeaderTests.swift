@testable import Audio
import Speech
import Testing

@Suite struct `The head of a WAV stream` {
    @Test func `is read at whatever place it is cut, and asks for what is missing`() {
        let bytes = WAV(samples: .signed16([1, 2, 3]), hertz: 8_000, channels: 3).bytes
        let expected = WAVHeader(encoding: .linear16, hertz: 8_000, channels: 3, byteCount: 44, dataByteCount: 6)
        for count in 0...bytes.count {
            let reading = WAVHeader.read(Array(bytes.prefix(count)))
            if count >= 44 {
                #expect(reading == .found(expected))
            } else if case .needs(let more) = reading {
                #expect(more > count && more <= 44)
            } else {
                Issue.record("\(reading) after \(count) bytes")
            }
        }
    }

    @Test(arguments: [(0, nil), (UInt32.max, nil), (6, 6), (7_000_000, 7_000_000)] as [(UInt32, Int?)])
    func `knows a length that was not known`(claimed: UInt32, length: Int?) {
        let bytes = WAV(samples: .signed16([1, 2, 3]), claimedSize: claimed).bytes
        #expect(WAVHeader.read(bytes) == .found(WAVHeader(encoding: .linear16, hertz: 16_000, channels: 1, byteCount: 44, dataByteCount: length)))
    }

    @Test func `passes over chunks and pads odd ones`() {
        var bytes = WAV(samples: .float([0.5])).bytes
        bytes.insert(contentsOf: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0], at: 12)
        #expect(WAVHeader.read(bytes) == .found(WAVHeader(encoding: .float32, hertz: 16_000, channels: 1, byteCount: 56, dataByteCount: 4)))
    }

    @Test(arguments: AudioEncoding.allCases) func `is read as it is written`(encoding: AudioEncoding) {
        let known: Set<AudioEncoding> = [.unsigned8, .linear16, .signed24, .linear32, .float32, .float64, .alaw, .mulaw]
        let bytes = WAVHeader.bytes(encoding, SampleRate(hertz: 8_000), channels: 2, dataByteCount: 960)
        #expect((bytes != nil) == known.contains(encoding))
        guard let bytes else { return }
        #expect(WAVHeader.read(bytes) == .found(WAVHeader(encoding: encoding, hertz: 8_000, channels: 2, byteCount: 44, dataByteCount: 960)))
    }

    @Test func `is written byte for byte`() {
        let header: [UInt8] =
            Array("RIFF".utf8) + [42, 0, 0, 0] + Array("WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0]
        let end: [UInt8] = [2, 0, 16, 0] + Array("data".utf8) + [6, 0, 0, 0]
        #expect(WAVHeader.bytes(.linear16, SampleRate(hertz: 16_000), channels: 1, dataByteCount: 6) == header + end)
    }

    @Test func `leaves everything else to libav`() {
        #expect(WAVHeader.read(Array("OggS and more of it".utf8)) == .other)
        #expect(WAVHeader.read(WAV(samples: .signed16([1]), hertz: 0).bytes) == .other)
        #expect(WAVHeader.read(WAV(samples: .signed16([1]), channels: 0).bytes) == .other)
        #expect(WAVHeader.read(Array("RIFF....WAVEdata".utf8) + [1, 0, 0, 0, 0]) == .other)
        #expect(WAVHeader.read(Array("RIFF....WAVEJUNK".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0]) == .other)
    }
}
