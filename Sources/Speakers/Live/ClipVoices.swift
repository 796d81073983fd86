package import Conversations
package import Speech

/// The voices in one clip of live speech whose engine gives no speakers. Usually a clip has one voice; it has two where speakers follow each other
/// without a pause.
package enum ClipVoices {
    package struct VoiceSample: Sendable, Equatable {
        /// The voiceprint; nil when the speech is too short.
        package var voiceprint: Voiceprint?
        /// Duration of the speech.
        package var duration: Duration

        package init(voiceprint: Voiceprint?, duration: Duration) {
            self.voiceprint = voiceprint
            self.duration = duration
        }
    }

    /// The voices of a clip in order of appearance, and its turns. A turn's label is the index of its voice. Positions are in the clip, at 16 kHz.
    package struct Result: Sendable, Equatable {
        package var voices: [VoiceSample]
        package var turns: [SpeakerTurn]

        package init(voices: [VoiceSample], turns: [SpeakerTurn]) {
            self.voices = voices
            self.turns = turns
        }
    }

    /// Minimum length of a clip that is searched for a second voice.
    private static let shortestShared = SampleCount(48_000)
    /// Distance below which the beginning and the end of a clip count as one voice. Windows of one voice are farther apart than whole clips; a clip
    /// beyond this distance is examined closely, which costs more work.
    private static let surelyOne: Float = 0.6
    /// Minimum distance at which parts of a clip count as two voices. On the development recordings, stretches of 1.5 to 4 s were up to 0.66 apart
    /// for one voice, and at least 0.73 apart for different voices.
    private static let surelyTwo: Float = 0.70

    /// Distance below which two speakers of a segmentation model are one voice.
    private static let sameVoice: Float = 0.5

    /// Finds the voices of a clip. A segmentation model, if there is one, finds the places where the speaker changes; otherwise the clip's beginning and
    /// end are compared.
    ///
    /// - Parameters:
    ///   - samples: the clip at 16 kHz, after audio that came before the clip.
    ///   - lead: length of the audio that came before the clip. The segmentation model hears at most 10 s in all.
    package static func listen(
        to samples: [Float], lead: SampleCount = .zero, by voices: any Voiceprinting
    ) async throws -> Result {
        let clip = SampleRange(SampleIndex.zero + lead, SampleIndex(Int64(samples.count)))
        guard let stretch = try await (voices as? any SpeakerSegmenting)?.speakers(in: samples) else {
            return try await listen(to: samples[clip], voices)
        }
        return try await listen(to: samples[clip], SegmentedClip(stretch, clip: clip), voices)
    }

    private static func listen(
        to samples: [Float], _ segmented: SegmentedClip, _ voices: any Voiceprinting
    ) async throws -> Result {
        var segmented = segmented, heard: [VoiceSample] = []
        while segmented.alone.count > 1, heard.count < segmented.alone.count {
            let speech = segmented.alone[heard.count].flatMap { samples[$0] }
            let voice = VoiceSample(
                voiceprint: try await voices.voiceprint(of: speech), duration: SampleCount(speech.count).duration(at: .speech))
            if let same = heard.firstIndex(where: { $0.isSame(as: voice, within: sameVoice) }) {
                segmented.join(heard.count, to: same)
                if heard[same].duration < voice.duration { heard[same] = voice }
            } else {
                heard.append(voice)
            }
        }
        if segmented.alone.count > 1 { return Result(voices: heard, turns: segmented.turns) }
        let count = SampleCount(samples.count), whole = [SpeakerTurn(SampleRange(.zero, count: count), SpeakerLabel(0))]
        let voice = VoiceSample(voiceprint: try await voices.voiceprint(of: samples), duration: count.duration(at: .speech))
        return Result(voices: [voice], turns: whole)
    }

    private static func listen(to samples: [Float], _ voices: any Voiceprinting) async throws -> Result {
        let count = SampleCount(samples.count), whole = [SpeakerTurn(SampleRange(.zero, count: count), SpeakerLabel(0))]
        if let shared = try await shared(samples, voices) { return shared }
        let heard = VoiceSample(voiceprint: try await voices.voiceprint(of: samples), duration: count.duration(at: .speech))
        return Result(voices: [heard], turns: whole)
    }

    private static func windows(_ samples: [Float]) -> [SampleRange] {
        let whole = SampleRange(.zero, count: SampleCount(samples.count))
        return Diarization.windows(whole, within: whole)
    }

    /// Returns the voices of a clip with several; nil when the clip has only one voice.
    private static func shared(_ samples: [Float], _ voices: any Voiceprinting) async throws -> Result? {
        let whole = SampleRange(.zero, count: SampleCount(samples.count))
        let windows = windows(samples)
        guard whole.count >= shortestShared, let first = windows.first, let last = windows.last,
            let beginning = try await voices.voiceprint(of: samples[first]), let end = try await voices.voiceprint(of: samples[last]),
            beginning.distance(to: end) >= surelyOne
        else { return nil }
        var heard = [Diarization.WindowVoice(first, beginning)]
        for window in windows.dropFirst().dropLast() {
            if let voiceprint = try await voices.voiceprint(of: samples[window]) { heard.append(Diarization.WindowVoice(window, voiceprint)) }
        }
        heard.append(Diarization.WindowVoice(last, end))
        var diarization = Diarization()
        diarization.add(whole, heard)
        let turns = diarization.result().turns
        var result: [VoiceSample] = []
        for speaker in Set(turns.map(\.speaker.number)).sorted() {
            let speech = turns.filter { $0.speaker.number == speaker }.flatMap { samples[$0.range] }
            result.append(
                VoiceSample(voiceprint: try await voices.voiceprint(of: speech), duration: SampleCount(speech.count).duration(at: .speech)))
        }
        // Single windows may differ although whole turns do not.
        let isOne = result.indices.contains { index in
            result[..<index].contains { other in
                guard let one = result[index].voiceprint, let other = other.voiceprint else { return false }
                return one.distance(to: other) < surelyTwo
            }
        }
        return result.count > 1 && !isOne ? Result(voices: result, turns: turns) : nil
    }
}

extension ClipVoices.VoiceSample {
    fileprivate func isSame(as other: Self, within distance: Float) -> Bool {
        guard let own = voiceprint, let theirs = other.voiceprint else { return false }
        return own.distance(to: theirs) < distance
    }
}

extension [Float] {
    fileprivate subscript(_ range: SampleRange) -> [Float] { Array(self[Int(range.start.samples)..<Swift.min(count, Int(range.end.samples))]) }
}
