package import Conversations
package import Speech

/// A voice that a recording has enrolled.
package struct EnrolledVoice: Sendable {
    package var voiceprint: Voiceprint
    /// Samples of the recording to keep (16 kHz): its speech, without longer pauses.
    package var samples: [Float]

    package var duration: Duration { SampleCount(samples.count).duration(at: .speech) }

    /// Length of the pieces, in samples, that are compared to check that the recording has one voice only.
    private static let piece = 48_000
    /// Audio before speech that is heard too, because voice activity detects speech late.
    private static let lead = SampleCount(8_000)

    /// Computes the voice of a recording, and checks that the recording has one voice only.
    ///
    /// - Parameter samples: the recording at 16 kHz.
    package init(
        of samples: [Float], detector: any VoiceDetector, window: SampleCount, voices: any Voiceprinting
    ) async throws(EnrolledVoiceError) {
        let speech = try Self.speech(in: samples, detector, window)
        var kept: [Float] = []
        var end = SampleIndex.zero
        for run in Enrollment.trimmed(speech, length: SampleCount(samples.count)) {
            let start = max(end, run.start - Self.lead)
            end = max(start, run.end)
            kept += samples[Int(start.samples)..<Int(end.samples)]
        }
        // The form is checked first: without enough speech there are no voiceprints to compute.
        do throws(EnrollmentError) { try Enrollment.check(samples, speech: speech, pieces: []) } catch { throw .rejected(error) }
        do {
            var pieces: [Voiceprint] = []
            for start in stride(from: 0, to: kept.count - Self.piece + 1, by: Self.piece) {
                if let piece = try await voices.voiceprint(of: Array(kept[start..<start + Self.piece])) { pieces.append(piece) }
            }
            do throws(EnrollmentError) {
                try Enrollment.check(samples, speech: speech, pieces: pieces)
            } catch {
                throw EnrolledVoiceError.rejected(error)
            }
            guard let voiceprint = try await voices.keptVoiceprint(of: kept) else { throw EnrolledVoiceError.rejected(.noSpeech) }
            self.voiceprint = voiceprint
            self.samples = kept
        } catch {
            throw (error as? EnrolledVoiceError) ?? .unavailable("\(error)")
        }
    }

    private static func speech(in samples: [Float], _ detector: any VoiceDetector, _ window: SampleCount) throws(EnrolledVoiceError) -> [SampleRange]
    {
        var detector = detector
        var position = SampleIndex.zero
        var speech: [SampleRange] = []
        do {
            try detector.append(samples.span) { probability, _ in
                let next = position + window
                defer { position = next }
                guard probability >= 0.5 else { return }
                if let last = speech.last, last.end == position {
                    speech[speech.count - 1].end = next
                } else {
                    speech.append(SampleRange(position, next))
                }
            }
        } catch {
            throw .unavailable("\(error)")
        }
        return speech
    }
}

/// The reason why a recording gives no voice.
package enum EnrolledVoiceError: Error, Sendable, Equatable {
    case rejected(EnrollmentError)
    /// The recording could not be read, or the voice model could not run.
    case unavailable(String)
}

extension EnrolledVoiceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rejected(let error): "\(error)"
        case .unavailable(let reason): reason
        }
    }
}
