package import Conversations
internal import Speech

/// Who speaks in one clip of live speech, where no engine says: nearly always one voice, and two where they follow each other without a pause.
package enum ClipVoices {
    package struct Heard: Sendable, Equatable {
        /// nil: it is too short to tell anything.
        package var voiceprint: Voiceprint?
        /// Of speech.
        package var duration: Duration
    }

    /// A clip's voices, in order of appearance, and who speaks when: a turn's label is the index of its voice. Positions are in the clip, at 16 kHz.
    package struct Result: Sendable, Equatable {
        package var voices: [Heard]
        package var turns: [SpeakerTurn]
    }

    /// In shorter ones nobody is looked for besides the one.
    private static let shortestShared = SampleCount(48_000)
    /// The beginning and the end of a clip that are nearer than this are one voice's. Windows of one voice lie farther apart than whole clips do: what
    /// lies beyond is looked at closely, and costs some more.
    private static let surelyOne: Float = 0.6
    /// Parts of a clip are two voices' only when they are farther apart than this: on the development recordings stretches of 1.5 to 4 s of one voice
    /// lay up to 0.66 from each other, and those of different voices 0.73 and more.
    private static let surelyTwo: Float = 0.70

    /// Listens to a clip.
    ///
    /// - Parameter samples: at 16 kHz.
    package static func listen(to samples: [Float], by voices: any Voiceprinting) async throws -> Result {
        if let shared = try await shared(samples, voices) { return shared }
        let count = SampleCount(samples.count)
        let heard = Heard(voiceprint: try await voices.voiceprint(of: samples), duration: count.duration(at: .speech))
        return Result(voices: [heard], turns: [SpeakerTurn(SampleRange(.zero, count: count), SpeakerLabel(0))])
    }

    /// nil: only one voice is heard.
    private static func shared(_ samples: [Float], _ voices: any Voiceprinting) async throws -> Result? {
        let whole = SampleRange(.zero, count: SampleCount(samples.count))
        let windows = Diarization.windows(whole, within: whole)
        guard whole.count >= shortestShared, let first = windows.first, let last = windows.last,
            let beginning = try await voices.voiceprint(of: samples[first]), let end = try await voices.voiceprint(of: samples[last]),
            beginning.distance(to: end) >= surelyOne
        else { return nil }
        var heard = [Diarization.Heard(first, beginning)]
        for window in windows.dropFirst().dropLast() {
            if let voiceprint = try await voices.voiceprint(of: samples[window]) { heard.append(Diarization.Heard(window, voiceprint)) }
        }
        heard.append(Diarization.Heard(last, end))
        var diarization = Diarization()
        diarization.add(whole, heard)
        let turns = diarization.result().turns
        var result: [Heard] = []
        for speaker in Set(turns.map(\.speaker.number)).sorted() {
            let speech = turns.filter { $0.speaker.number == speaker }.flatMap { samples[$0.range] }
            result.append(
                Heard(voiceprint: try await voices.voiceprint(of: speech), duration: SampleCount(speech.count).duration(at: .speech)))
        }
        // Windows may differ where whole turns do not.
        let isOne = result.indices.contains { index in
            result[..<index].contains { other in
                guard let one = result[index].voiceprint, let other = other.voiceprint else { return false }
                return one.distance(to: other) < surelyTwo
            }
        }
        return result.count > 1 && !isOne ? Result(voices: result, turns: turns) : nil
    }
}

extension [Float] {
    fileprivate subscript(_ range: SampleRange) -> [Float] { Array(self[Int(range.start.samples)..<Swift.min(count, Int(range.end.samples))]) }
}
