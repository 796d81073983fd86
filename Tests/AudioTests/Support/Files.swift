/// Bytes that are no audio, or none that is taken.
enum Files {
    static let bad: [(name: String, bytes: [UInt8])] = [
        ("empty.wav", []), ("header.wav", WAV(samples: .signed16([])).bytes),
        ("half-a-header.wav", Array(WAV(samples: .signed16([])).bytes.prefix(20))),
        ("text.wav", Array(repeating: Array("This is no audio at all.\n".utf8), count: 40).flatMap { $0 }),
        ("zeros.mp3", Array(repeating: 0, count: 9_000)),
        ("no-rate.wav", WAV(samples: .signed16([1, 2, 3, 4]), hertz: 0).bytes),
        ("no-channels.wav", WAV(samples: .signed16([1, 2, 3, 4]), channels: 0).bytes),
        ("too-fast.wav", WAV(samples: .signed16([1, 2, 3, 4]), hertz: 2_000_000_000).bytes),
        ("too-many.wav", WAV(samples: .signed16(Array(repeating: 1, count: 60_000)), channels: 6_000).bytes),
        ("nothing-behind-it.ogg", Array("OggS".utf8)), ("nothing-behind-it.webm", [0x1A, 0x45, 0xDF, 0xA3]),
    ]
}
