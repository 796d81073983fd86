import Audio
import Foundation
import Speech
import Testing

@Suite struct `Media files` {
    static let ramp: [Double] = (0..<1_000).map { Double($0 - 500) / 512 }

    static let encodings: [(name: String, samples: WAV.Samples, step: Float)] = [
        ("8-bit", .unsigned8(ramp.map { UInt8($0 * 128 + 128) }), 1 / 128), ("16-bit", .signed16(ramp.map { Int16($0 * 32_768) }), 1 / 32_768),
        ("24-bit", .signed24(ramp.map { Int32($0 * 8_388_608) }), 1e-6), ("32-bit", .signed32(ramp.map { Int32($0 * 2_147_483_648) }), 1e-6),
        ("float", .float(ramp.map { Float($0) }), 1e-6), ("double", .double(ramp), 1e-6),
    ]

    @Test(arguments: encodings.indices)
    func `give the same samples however they are written`(index: Int) throws {
        let encoding = Self.encodings[index]
        let file = try TemporaryFile(WAV(samples: encoding.samples).bytes)
        let samples = try allSamples(of: MediaFile(Recording(path: file.path)))
        #expect(samples[0].count == 1_000)
        #expect(zip(samples[0], Self.ramp).allSatisfy { abs($0 - Float($1)) <= encoding.step })
    }

    @Test func `keep channels apart or mix them`() throws {
        // The channels move together, so that none is turned around.
        let frames: [Int16] = (0..<3_000).flatMap { _ in [16_384, 8_192, 0] }
        let file = try TemporaryFile(WAV(samples: .signed16(frames), channels: 3).bytes)
        let separate = try allSamples(of: MediaFile(Recording(path: file.path), channels: .separate), by: 700)
        #expect(separate.map(\.count) == [3_000, 3_000, 3_000])
        #expect(separate.map { $0[2_999] } == [0.5, 0.25, 0])
        let mixed = try allSamples(of: MediaFile(Recording(path: file.path)))
        #expect(mixed.count == 1)
        #expect(abs(mixed[0][1_500] - 0.75 / 3) < 1e-6)
    }

    @Test(arguments: [0, UInt32.max])
    func `with a header written before the length was known give what is there`(size: UInt32) throws {
        let file = try TemporaryFile(WAV(samples: .signed16(Array(repeating: 99, count: 5_000)), claimedSize: size).bytes)
        let media = try MediaFile(Recording(path: file.path))
        #expect(try allSamples(of: media)[0].count == 5_000)
        #expect(media.notices == [])
    }

    @Test func `that were cut give what they hold, and their length is that of what is there`() throws {
        let whole = WAV(samples: .signed16(Array(repeating: 99, count: 16_000)))
        let file = try TemporaryFile(Array(whole.bytes.prefix(44 + 16_001)))
        let media = try MediaFile(Recording(path: file.path))
        let length = try #require(media.length)
        #expect(abs(length.samples - 8_000) < 100)
        #expect(try allSamples(of: media)[0].count == 8_000)
    }

    @Test func `without a container are read as their format says`() throws {
        let values: [Int16] = (0..<800).map { Int16($0 * 40) }
        let linear16 = try TemporaryFile(bytes(values), named: "a.pcm")
        let format = AudioFormat.raw(.linear16, .telephone, channels: 2)
        let samples = try allSamples(of: MediaFile(Recording(path: linear16.path, format: format), rate: .telephone, channels: .separate))
        #expect(samples.map(\.count) == [400, 400])
        #expect(samples[1][0] == Float(40) / 32_768)
        let linear32 = try TemporaryFile(values.flatMap { [0, 0] + bytes([$0]) }, named: "b.pcm")
        #expect(
            try allSamples(of: MediaFile(Recording(path: linear32.path, format: .raw(.linear32, .speech, channels: 1))))[0][1] == Float(40) / 32_768)
        for (encoding, code) in [(AudioEncoding.mulaw, UInt8(0x80)), (.alaw, 0xAA)] {
            let file = try TemporaryFile(Array(repeating: code, count: 8_000), named: "c.raw")
            let samples = try allSamples(of: MediaFile(Recording(path: file.path, format: .raw(encoding, .telephone, channels: 1))))[0]
            #expect(samples.count == 16_000)
            #expect(abs(samples[8_000] - (encoding == .mulaw ? 32_124 : 32_256) / 32_768) < 0.001)
        }
    }

    @Test func `of a rate that changes nothing in the samples come at any rate that is wanted`() throws {
        let values = tone(440, seconds: 0.5, hertz: 44_100)
        let file = try TemporaryFile(WAV(samples: .float(values), hertz: 44_100).bytes)
        let samples = try allSamples(of: MediaFile(Recording(path: file.path)), by: 160)[0]
        #expect(samples.count == 8_000)
        let expected = tone(440, seconds: 0.5, hertz: 16_000)
        #expect((1_000..<7_000).allSatisfy { abs(samples[$0] - expected[$0]) < 0.001 })
    }
}

@Suite struct `Files that are no media` {
    @Test(arguments: Files.bad.indices)
    func `are rejected with a reason`(index: Int) throws {
        let (name, bytes) = Files.bad[index]
        let file = try TemporaryFile(bytes, named: name)
        let error = #expect(throws: MediaError.self, "\(name)") { try MediaFile(Recording(path: file.path)) }
        guard case .undecodable(let reason)? = error else {
            Issue.record("\(name): \(String(describing: error))")
            return
        }
        #expect(reason.count > 10)
        #expect(!reason.contains(file.path))
    }

    @Test func `or have a header only are told apart`() throws {
        let file = try TemporaryFile(WAV(samples: .signed16([])).bytes, named: "header.wav")
        #expect(throws: MediaError.noSound) { try MediaFile(Recording(path: file.path)) }
    }

    @Test(arguments: ["/nowhere/at/all.wav", "/"])
    func `or cannot be read are told apart`(path: String) {
        let error = #expect(throws: MediaError.self) { try MediaFile(Recording(path: path)) }
        guard case .unreadable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [(SampleRate(hertz: 0), 1), (SampleRate(hertz: 10_000_000), 1), (.speech, 0), (.speech, 1_000)])
    func `are not made by an absurd format`(rate: SampleRate, channels: Int) throws {
        let file = try TemporaryFile(Array(repeating: 1, count: 1_000))
        #expect(throws: MediaError.self) { try MediaFile(Recording(path: file.path, format: .raw(.linear16, rate, channels: channels))) }
    }

    /// Each names a good recording beside it, and must not get it.
    @Test(arguments: ["m3u8", "ffconcat", "sdp", "mpd", "url"])
    func `cannot make others be read`(kind: String) throws {
        let good = try TemporaryFile(WAV(samples: .signed16(Array(repeating: 99, count: 50_000))).bytes)
        let text =
            switch kind {
            case "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(good.path)\n#EXT-X-ENDLIST\n"
            case "ffconcat": "ffconcat version 1.0\nfile '\(good.path)'\n"
            case "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
            case "mpd": "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period><BaseURL>\(good.path)</BaseURL></Period></MPD>\n"
            default: "file:\(good.path)\n"
            }
        let list = try TemporaryFile(Array(text.utf8), named: "list.\(kind)")
        #expect(throws: MediaError.self) { try MediaFile(Recording(path: list.path)) }
    }

    @Test func `stop when their reader's task is cancelled`() async throws {
        let file = try TemporaryFile(WAV(samples: .signed16(Array(repeating: 99, count: 500_000))).bytes)
        let path = file.path
        let task = Task { () throws -> Int in
            while !Task.isCancelled { await Task.yield() }
            return try allSamples(of: MediaFile(Recording(path: path)))[0].count
        }
        task.cancel()
        await #expect(throws: MediaError.cancelled) { try await task.value }
    }
}
