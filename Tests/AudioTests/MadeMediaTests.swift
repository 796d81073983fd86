import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

/// One way to write two seconds of a tone.
private struct Making: Sendable, CustomTestStringConvertible {
    var name: String
    var arguments: [String]
    var format = AudioFormat.container
    /// Seconds that the encoder may add at the edges.
    var padding = 0.05
    /// What is left of the tone in the mean of all channels: ffmpeg puts one channel into two with 3 dB less, and into eight in the middle one.
    var level: Float = 1
    /// Whether it can be decoded while it streams.
    var streams = true

    init(_ name: String, _ arguments: String, _ format: AudioFormat = .container, padding: Double = 0.05, level: Float = 1, streams: Bool = true) {
        self.name = name
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.format = format
        self.padding = padding
        self.level = level
        self.streams = streams
    }

    var testDescription: String { name }
    static let all = [
        Making("tone.flac", "-c:a flac"), Making("tone24.flac", "-c:a flac -sample_fmt s32 -ar 48000"),
        Making("tone.oga", "-c:a libvorbis -ar 44100"),
        Making("tone.opus", "-c:a libopus"), Making("stereo.opus", "-c:a libopus -ac 2", level: 0.7071), Making("tone.spx", "-c:a libspeex"),
        Making("tone.webm", "-c:a libopus"), Making("tone.m4a", "-c:a aac -movflags +faststart"), Making("late.m4a", "-c:a aac", streams: false),
        Making("lossless.m4a", "-c:a alac -movflags +faststart"), Making("tone.aac", "-c:a aac -f adts", padding: 0.15),
        Making("tone.mp3", "-c:a libmp3lame -ar 44100 -id3v2_version 3 -metadata title=Tone"),
        Making("plain.mp3", "-c:a libmp3lame -write_xing 0 -id3v2_version 0", padding: 0.12),
        Making("tone.wma", "-c:a wmav2", padding: 0.2), Making("tone.ac3", "-c:a ac3 -ar 48000", padding: 0.15), Making("tone.aiff", "-ar 22050"),
        Making("tone.au", "-ar 8000"), Making("tone.caf", ""), Making("tone24.wav", "-c:a pcm_s24le -ar 44100 -ac 2", level: 0.7071),
        Making("tone64.wav", "-c:a pcm_f64le"),
        Making("adpcm.wav", "-c:a adpcm_ms", padding: 0.15), Making("gsm.wav", "-c:a libgsm_ms -ar 8000", padding: 0.15), Making("tone.w64", ""),
        Making("seven.wav", "-ac 8 -ar 96000", level: 0.125), Making("tone.ts", "-c:a aac -f mpegts", padding: 0.15),
        Making("tone.flv", "-c:a aac", padding: 0.15),
    ]

    /// Writes the file; nil when this ffmpeg cannot.
    func make(video: String? = nil) throws -> TemporaryFile? {
        let file = try TemporaryFile(named: name)
        let inputs = (video.map { ["-f", "lavfi", "-i", $0] } ?? []) + ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"]
        do { try MadeMedia.make(inputs + ["-ar", "16000"] + arguments, to: file.path) } catch is MadeMedia.Unmade { return nil }
        return file
    }
}

/// ffmpeg's tone has an eighth of the full scale.
private func isTone(_ samples: [Float], level: Float = 1) -> Bool {
    let middle = Array(samples[8_000..<24_000])
    // Passes through zero 880 times a second.
    let crossings = zip(middle, middle.dropFirst()).count { ($0 < 0) != ($1 < 0) }
    return abs(rootMeanSquare(middle) / (level * 0.0884) - 1) < 0.15 && abs(crossings - 880) < 12
}

@Suite(.needs(MadeMedia.isPossible, "ffmpeg is not installed")) struct `Media made by ffmpeg` {
    @Test(arguments: Making.all)
    fileprivate func `are read, whole and as a stream`(making: Making) async throws {
        guard let file = try making.make() else { return }
        let media = try MediaFile(Recording(path: file.path))
        let samples = try allSamples(of: media)[0]
        #expect(abs(Double(samples.count) / 16_000 - 2) <= making.padding, "\(samples.count)")
        #expect(isTone(samples, level: making.level))
        #expect(media.skippedPackets == 0)
        let length = try #require(media.length)
        #expect(abs(length.seconds(at: .speech) - 2) < 0.3)

        for format in Set([making.format, .container]) {
            let input = [UInt8](try Data(contentsOf: URL(filePath: file.path)))
            let decoded = try await Decoded(input, as: format, by: [1_000, 17])
            guard making.streams else {
                #expect(decoded.pcm.isEmpty)
                continue
            }
            #expect(decoded.end == .ended)
            let floats = numbers(decoded.pcm).map { Float($0) / 32_768 }
            #expect(abs(Double(floats.count) / 16_000 - 2) <= making.padding + 0.05, "\(floats.count)")
            #expect(isTone(floats, level: making.level))
        }
    }

    @Test(arguments: ["film.mp4", "film.mkv", "film.avi", "film.mov", "film.mpg"])
    func `films give their sound`(name: String) throws {
        let making = Making(name, "-shortest -c:v mpeg4 -c:a \(name.hasSuffix("avi") ? "pcm_s16le" : name.hasSuffix("mpg") ? "mp2" : "aac")")
        guard let file = try making.make(video: "testsrc=duration=2:size=320x240:rate=10") else { return }
        let samples = try allSamples(of: MediaFile(Recording(path: file.path)))[0]
        #expect(abs(Double(samples.count) / 16_000 - 2) < 0.15)
        #expect(isTone(samples))
    }

    @Test func `films without sound are rejected`() throws {
        let making = Making("silent.mp4", "-an -c:v mpeg4")
        guard let file = try making.make(video: "testsrc=duration=1:size=320x240:rate=10") else { return }
        #expect(throws: MediaError.undecodable("the file has no audio track that can be decoded")) { try MediaFile(Recording(path: file.path)) }
    }
}
