import Audio
import Foundation
import Speech
import Testing

@Suite(.enabled(if: Corpus.isThere, "the development recordings (../shared/audio) are not here"))
struct `Media files of the corpus` {
    /// Lossy encoders pad, with up to a frame at the end; most containers say so and are trimmed. The manifest gives some lengths with padding.
    @Test(arguments: Corpus.whole)
    func `have the right length and loudness in every format`(entry: Corpus.Entry) throws {
        let samples = try allSamples(of: MediaFile(entry.recording))[0]
        let seconds = Double(samples.count) / 16_000
        let listed = try #require(entry.duration_s)
        guard let original = Corpus.original(of: entry) else {
            #expect(abs(seconds - listed) < 0.01)
            return
        }
        let clean = try allSamples(of: MediaFile(original.recording))[0]
        let lengths = (Double(clean.count) / 16_000 - 0.001)...(max(listed, Double(clean.count) / 16_000) + 0.035)
        #expect(lengths.contains(seconds), "\(seconds) s is not within \(lengths)")
        // One silent channel halves the mean; the encoder that made the stereo file wrote 3 dB less into each channel.
        let scale: Float = entry.file.contains("leftonly") ? 0.5 : entry.file.contains("stereo48k") ? 0.7071 : 1
        #expect(abs(rootMeanSquare(samples) / (rootMeanSquare(clean) * scale) - 1) < 0.06)
    }

    @Test(arguments: Corpus.formats.filter { $0.expect != nil && $0.expect != "decode" })
    func `that are damaged give what they hold or a reason`(entry: Corpus.Entry) throws {
        guard let listed = entry.duration_s else {
            let error = #expect(throws: MediaError.self) { try MediaFile(entry.recording) }
            guard case .undecodable? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            return
        }
        let samples = try allSamples(of: MediaFile(entry.recording))[0]
        let seconds = Double(samples.count) / 16_000
        // The cut MP3 is listed with the length of the whole.
        #expect(entry.file.contains("truncated.mp3") ? abs(seconds - listed / 2) < 0.1 : abs(seconds - listed) < 0.05)
    }
}
