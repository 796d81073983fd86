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

    /// Minimum length of a clip that is searched for a second voice, window by window.
    private static let shortestClip = SampleCount(32_000)
    /// Minimum length of the audio that is searched: the clip, and the end of what came before it.
    private static let shortestSearch = SampleCount(48_000)
    /// Maximum length of the audio before a clip that is searched with it.
    private static let longestLead = SampleCount(80_000)
    /// Distance below which windows count as one voice. Windows of one voice are farther apart than whole clips; audio with windows beyond this
    /// distance is examined closely, which costs more work.
    private static let surelyOne: Float = 0.6
    /// Minimum distance at which parts of a clip count as two voices. On the development recordings, stretches of 1.5 to 4 s were up to 0.66 apart
    /// for one voice, and at least 0.73 apart for different voices.
    private static let surelyTwo: Float = 0.70

    /// Distance below which two speakers of a segmentation model are one voice.
    private static let sameVoice: Float = 0.5

    /// Finds the voices of a clip. A segmentation model, if there is one, finds the places where the speaker changes. It takes similar voices for one:
    /// where it finds one voice, and where there is no such model, windows of the clip are compared.
    ///
    /// - Parameters:
    ///   - samples: the clip at 16 kHz, after audio that came before the clip.
    ///   - lead: length of the audio that came before the clip. The segmentation model hears at most 10 s in all.
    package static func listen(
        to samples: [Float], lead: SampleCount = .zero, by voices: any Voiceprinting
    ) async throws -> Result {
        let clip = SampleRange(SampleIndex.zero + lead, SampleIndex(Int64(samples.count)))
        if let stretch = try await (voices as? any SpeakerSegmenting)?.speakers(in: samples),
            let told = try await segmented(samples[clip], SegmentedClip(stretch, clip: clip), voices)
        {
            return told
        }
        if let found = try await searched(samples, clip: clip, voices) { return found }
        let whole = SpeakerTurn(SampleRange(.zero, count: clip.count), SpeakerLabel(0))
        return Result(voices: [try await voice(of: [clip], in: samples, voices)], turns: [whole])
    }

    /// Returns the voices of a clip of several speakers, as the segmentation model tells them apart; nil when the clip has only one voice.
    private static func segmented(
        _ samples: [Float], _ segmented: SegmentedClip, _ voices: any Voiceprinting
    ) async throws -> Result? {
        var segmented = segmented, heard: [VoiceSample] = []
        while segmented.alone.count > 1, heard.count < segmented.alone.count {
            let voice = try await voice(of: segmented.alone[heard.count], in: samples, voices)
            if let same = heard.firstIndex(where: { $0.isSame(as: voice, within: sameVoice) }) {
                segmented.join(heard.count, to: same)
                if heard[same].duration < voice.duration { heard[same] = voice }
            } else {
                heard.append(voice)
            }
        }
        return segmented.alone.count > 1 ? Result(voices: heard, turns: segmented.turns) : nil
    }

    private static func voice(
        of ranges: [SampleRange], in samples: [Float], _ voices: any Voiceprinting
    ) async throws -> VoiceSample {
        let speech = ranges.flatMap { samples[$0] }
        return VoiceSample(voiceprint: try await voices.voiceprint(of: speech), duration: SampleCount(speech.count).duration(at: .speech))
    }
}

// MARK: Windows

extension ClipVoices {
    /// Returns the voices of a clip whose windows have several; nil when the clip has only one voice.
    ///
    /// - Parameter samples: the clip, after audio that came before it. That audio may have more of a voice than the clip has.
    private static func searched(_ samples: [Float], clip: SampleRange, _ voices: any Voiceprinting) async throws -> Result? {
        let range = SampleRange(max(.zero, clip.start - longestLead), clip.end)
        guard clip.count >= shortestClip, range.count >= shortestSearch, let windows = try await windows(of: range, in: samples, voices) else {
            return nil
        }
        var diarization = Diarization()
        diarization.add(range, windows)
        let all = diarization.result().turns
        var turns: [SpeakerTurn] = [], speakers: [Int] = []
        for turn in all {
            guard let part = turn.range.intersection(clip) else { continue }
            let number = speakers.firstIndex(of: turn.speaker.number) ?? speakers.count
            if number == speakers.count { speakers.append(turn.speaker.number) }
            turns.append(SpeakerTurn(part, SpeakerLabel(number)))
        }
        guard speakers.count > 1, try await areDifferent(all, in: samples, voices) else { return nil }
        var heard: [VoiceSample] = []
        for number in speakers.indices {
            heard.append(try await voice(of: turns.filter { $0.speaker.number == number }.map(\.range), in: samples, voices))
        }
        let start = SampleIndex.zero - clip.start
        return Result(voices: heard, turns: turns.map { SpeakerTurn($0.range.shifted(by: start), $0.speaker) })
    }

    /// Returns the windows of a range with their voiceprints; nil when the windows are surely of one voice. Every second window is enough to tell that.
    private static func windows(
        of range: SampleRange, in samples: [Float], _ voices: any Voiceprinting
    ) async throws -> [Diarization.WindowVoice]? {
        let windows = Diarization.windows(range, within: range)
        var heard: [Int: Voiceprint] = [:]
        for index in windows.indices where index % 2 == 0 || index == windows.count - 1 {
            heard[index] = try await voices.voiceprint(of: samples[windows[index]])
        }
        guard heard.values.contains(where: { one in heard.values.contains { $0.distance(to: one) >= surelyOne } }) else { return nil }
        for index in windows.indices where index % 2 == 1 && index < windows.count - 1 {
            heard[index] = try await voices.voiceprint(of: samples[windows[index]])
        }
        return windows.indices.compactMap { index in heard[index].map { Diarization.WindowVoice(windows[index], $0) } }
    }

    /// Returns true if all that each speaker says sounds unlike what every other one says. Single windows may differ although whole turns do not.
    private static func areDifferent(_ turns: [SpeakerTurn], in samples: [Float], _ voices: any Voiceprinting) async throws -> Bool {
        var heard: [VoiceSample] = []
        for number in Set(turns.map(\.speaker.number)) {
            let voice = try await voice(of: turns.filter { $0.speaker.number == number }.map(\.range), in: samples, voices)
            if heard.contains(where: { $0.isSame(as: voice, within: surelyTwo) }) { return false }
            heard.append(voice)
        }
        return true
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
