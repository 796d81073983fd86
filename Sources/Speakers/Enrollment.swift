package import Conversations
package import Speech

/// The checks by which a recording is accepted as the profile of one voice.
package enum Enrollment {
    package static let lengths = Duration.seconds(5)...Duration.seconds(180)
    package static let minSpeech = Duration.seconds(3)
    /// Minimum mean power of the speech, −55 dBFS.
    private static let minPower: Float = 3e-6
    /// Maximum share of samples at full scale.
    private static let maxClipped = 0.01
    /// Maximum mean distance between pieces of one voice.
    private static let farthestPiece: Float = 0.60
    /// Minimum share of the pieces that counts as a second voice. A smaller share may be noise.
    private static let secondVoice = 0.2
    /// Distance of the means from which on two groups of several pieces are two voices. The means of two recordings of one reader are at most 0.49
    /// apart (76 pairs); of two readers, 0.3 % are nearer than this (1,305 pairs).
    private static let otherMean: Float = 0.55

    /// Checks a recording's form, before its audio is analysed.
    package static func check(rate: SampleRate, channels: Int, length: Duration) throws(EnrollmentError) {
        guard rate == .speech else { throw .wrongRate(rate) }
        guard channels == 1 else { throw .severalChannels(channels) }
        guard length >= lengths.lowerBound else { throw .tooShort(length) }
        guard length <= lengths.upperBound else { throw .tooLong(length) }
    }

    /// Returns the speech of a recording, at 16 kHz. Stretches less than 1 s apart are joined, and up to 1 s after each is kept.
    package static func trimmed(_ speech: [SampleRange], length: SampleCount) -> [SampleRange] {
        let second = SampleCount(16_000)
        var runs: [SampleRange] = []
        for run in speech {
            if let last = runs.last, (run.start - last.end) < second {
                runs[runs.count - 1].end = max(last.end, run.end)
            } else {
                runs.append(run)
            }
        }
        return runs.map { SampleRange($0.start, min($0.end + second, .zero + length)) }
    }

    /// Checks the results of the analysis.
    ///
    /// - Parameters:
    ///   - speech: intervals in `samples` in which voice activity detected speech.
    ///   - pieces: voiceprints of the speech, in pieces of some seconds.
    package static func check(_ samples: [Float], speech: [SampleRange], pieces: [Voiceprint]) throws(EnrollmentError) {
        var (power, clipped, count): (Float, Int, Int) = (0, 0, 0)
        for range in speech {
            let (start, end) = (max(0, Int(range.start.samples)), min(samples.count, Int(range.end.samples)))
            guard start < end else { continue }
            for sample in samples[start..<end] {
                power += sample * sample
                if abs(sample) > 0.999 { clipped += 1 }
            }
            count += end - start
        }
        guard count > 0 else { throw .noSpeech }
        let length = SampleCount(count).duration(at: .speech)
        guard length >= minSpeech else { throw .tooLittleSpeech(length) }
        guard power / Float(count) >= minPower else { throw .tooQuiet }
        guard Double(clipped) <= Double(count) * maxClipped else { throw .clipped }
        let groups = VoiceClusters(pieces, distance: farthestPiece).groups.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
        guard groups.count > 1, Double(groups[1].count) >= Double(pieces.count) * secondVoice else { return }
        let first = mean(of: groups[0].map { pieces[$0] }), second = mean(of: groups[1].map { pieces[$0] })
        guard groups[1].count > 1, let first, let second, first.distance(to: second) < otherMean else { throw .severalVoices }
    }

    private static func mean(of pieces: [Voiceprint]) -> Voiceprint? {
        guard var mean = pieces.first.map({ VoiceEvidence($0, .seconds(1)) }) else { return nil }
        for piece in pieces.dropFirst() { mean.add(VoiceEvidence(piece, .seconds(1))) }
        return mean.voiceprint
    }
}

/// The reason why a recording is rejected.
package enum EnrollmentError: Error, Sendable, Equatable, CustomStringConvertible {
    case wrongRate(SampleRate)
    case severalChannels(Int)
    case tooShort(Duration)
    case tooLong(Duration)
    case noSpeech
    case tooLittleSpeech(Duration)
    case tooQuiet
    case clipped
    case severalVoices

    package var description: String {
        switch self {
        case .wrongRate(let rate): "the recording has \(rate.hertz) samples a second; record it with 16,000"
        case .severalChannels(let count): "the recording has \(count) channels; record it with one"
        case .tooShort: "the recording is shorter than 5 seconds; speak for longer"
        case .tooLong: "the recording is longer than 180 seconds; shorten it"
        case .noSpeech: "there is no speech in the recording; speak nearer to the microphone"
        case .tooLittleSpeech(let speech): "there are only \(speech / .seconds(1)) seconds of speech in the recording; at least 3 are needed"
        case .tooQuiet: "the recording is too quiet; speak nearer to the microphone"
        case .clipped: "the recording is overdriven; lower the microphone's level"
        case .severalVoices: "there is more than one voice in the recording; record yourself alone"
        }
    }
}
