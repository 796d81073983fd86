package import Conversations
package import Speech

/// Tells by sound alone who speaks when in one channel of audio. Collects voiceprints first, then computes the turns.
///
/// A value without I/O. Positions are in samples at 16 kHz. The caller finds passages of speech (`passages`), computes voiceprints of their windows
/// (`windows`), adds them in order, and asks for the result at the end. Stretches of a segmentation model make the result better: they tell where
/// speech begins and ends, which windows have one speaker, and where two speak at once.
package struct Diarization: Sendable {
    /// A window of a passage, with its voiceprint.
    package struct WindowVoice: Sendable, Equatable {
        package var range: SampleRange
        package var voiceprint: Voiceprint

        package init(_ range: SampleRange, _ voiceprint: Voiceprint) {
            self.range = range
            self.voiceprint = voiceprint
        }
    }

    package struct Result: Sendable, Equatable {
        /// The turns of those who speak first or alone, in order, without overlaps.
        package var turns: [SpeakerTurn] = []
        /// The ranges in which a second speaker speaks at the same time, in order; empty without a segmentation model.
        package var overlaps: [SpeakerTurn] = []
        /// The voice of each speaker, by the number of the speaker's label.
        package var voices: [VoiceEvidence] = []
    }

    let rule: DiarizationRule
    private(set) var passages: [(range: SampleRange, heard: [WindowVoice])] = []
    private var stretches: [LocalSpeakers] = []

    package init(rule: DiarizationRule = DiarizationRule()) { self.rule = rule }

    // MARK: Passages and windows

    /// Returns passages: each stretch of speech with the margin that voice activity omits, joined with neighbours that it then touches.
    ///
    /// - Parameter speech: stretches of speech, in order.
    package static func passages(_ speech: [SampleRange], rule: DiarizationRule = DiarizationRule()) -> [SampleRange] {
        var passages: [SampleRange] = []
        for range in speech {
            let padded = SampleRange(max(.zero, range.start - rule.padding), range.end + rule.padding)
            if let last = passages.last, padded.start <= last.end {
                passages[passages.count - 1].end = max(last.end, padded.end)
            } else {
                passages.append(padded)
            }
        }
        return passages
    }

    /// Returns the windows of a passage, spread evenly from its beginning to its end. A short passage has a single window that reaches beyond it. A
    /// passage that is too short for a decision has none.
    ///
    /// - Parameter bounds: the range of the available audio.
    package static func windows(
        _ passage: SampleRange, within bounds: SampleRange, rule: DiarizationRule = DiarizationRule()
    ) -> [SampleRange] {
        guard passage.count >= rule.shortest, let passage = passage.intersection(bounds) else { return [] }
        let rest = passage.count - rule.window
        guard rest > .zero else {
            let latest = max(bounds.start, bounds.end - rule.window)
            let start = min(max(bounds.start, passage.middle - SampleCount(rule.window.samples / 2)), latest)
            return [SampleRange(start, min(bounds.end, start + rule.window))]
        }
        let steps = (rest.samples + rule.step.samples - 1) / rule.step.samples
        return (0...steps).map { SampleRange(passage.start + SampleCount(rest.samples * $0 / steps), count: rule.window) }
    }

    /// Adds the next passage. Where it overlaps the passage before, the border is in the middle of the overlap.
    ///
    /// - Parameter heard: the passage's windows, in order; empty when the passage is too short for a decision.
    package mutating func add(_ passage: SampleRange, _ heard: [WindowVoice]) {
        var passage = passage
        if let last = passages.last?.range, passage.start < last.end {
            let middle = SampleIndex((max(last.start, passage.start).samples + min(last.end, passage.end).samples) / 2)
            passages[passages.count - 1].range.end = middle
            passage.start = middle
        }
        passages.append((passage, heard))
    }

    /// Adds a stretch, in any order.
    package mutating func add(_ stretch: LocalSpeakers) { stretches.append(stretch) }

    // MARK: The result

    package func result() -> Result {
        let stretches = stretches.sorted { $0.start < $1.start }
        let centers = centers(stretches)
        guard !centers.isEmpty else { return Result() }
        var turns: [SpeakerTurn] = []
        for (range, heard) in passages where !heard.isEmpty { turns += Self.turns(in: range, heard, centers, rule) }
        // A passage that is too short for a decision gets the speaker who is nearest in time.
        for (range, heard) in passages where heard.isEmpty {
            if let nearest = turns.turn(of: range) { turns.append(SpeakerTurn(range, turns[nearest].speaker)) }
        }
        turns.sort { $0.range.start < $1.range.start }
        guard !stretches.isEmpty, let end = turns.last?.range.end else { return numbered(joined(turns), [], centers) }
        let activity = SpeechActivity(stretches, until: end)
        turns = joined(Self.parts(of: turns, in: activity.ranges(rule)))
        return numbered(turns, SecondSpeakers.turns(beside: turns, of: centers.count, activity, in: stretches, rule), centers)
    }

    /// Returns the parts of the turns that lie in `ranges`; the turns as they are when no part does.
    private static func parts(of turns: [SpeakerTurn], in ranges: [SampleRange]) -> [SpeakerTurn] {
        var parts: [SpeakerTurn] = []
        var next = 0
        for turn in turns {
            while next < ranges.count, ranges[next].end <= turn.range.start { next += 1 }
            for range in ranges[next...].prefix(while: { $0.start < turn.range.end }) {
                if let part = range.intersection(turn.range) { parts.append(SpeakerTurn(part, turn.speaker)) }
            }
        }
        return parts.isEmpty ? turns : parts
    }

    /// Share of the windows that must remain when mixed ones are left out.
    private static let minPure = 0.3

    /// Returns the groups of the windows that found groups, as indices into these windows, which come second.
    private func groups(_ windows: [FirmWindow], _ stretches: [LocalSpeakers]) -> ([[Int]], of: [FirmWindow]) {
        guard !stretches.isEmpty else { return (VoiceClusters(windows.map(\.voiceprint), distance: rule.distance).groups, windows) }
        let isSpoken = FrameSpeakers(passages.map { SpeakerTurn($0.range, SpeakerLabel(0)) })
        func hints(_ windows: [FirmWindow]) -> SpeakerHints {
            SpeakerHints(windows.map(\.range), in: stretches, isSpoken: isSpoken.frames.map { isSpoken[$0] != nil }, rule: rule)
        }
        var windows = windows
        var found = hints(windows)
        let pure = windows.indices.filter { !found.mixed.contains($0) }
        if pure.count < windows.count, Double(pure.count) >= Self.minPure * Double(windows.count) {
            windows = pure.map { windows[$0] }
            found = hints(windows)
        }
        return (VoiceClusters(windows.map(\.voiceprint), distance: rule.hintedDistance, hints: found.amounts).groups, windows)
    }

    /// A window that may found a group, and the length of its speech.
    private struct FirmWindow {
        var voiceprint: Voiceprint
        var speech: SampleCount
        var range: SampleRange
    }

    /// Returns one direction for each speaker.
    private func centers(_ stretches: [LocalSpeakers]) -> [Voiceprint] {
        let all = passages.flatMap { passage in
            passage.heard.map {
                FirmWindow(voiceprint: $0.voiceprint, speech: $0.range.intersection(passage.range)?.count ?? .zero, range: $0.range)
            }
        }
        var firm = all.filter { $0.speech >= rule.shortestEvidence }
        if firm.isEmpty { firm = all }
        guard !firm.isEmpty else { return [] }
        let groups: [[Int]]
        (groups, firm) = self.groups(firm, stretches)
        // Windows overlap, so each counts only for the distance between two windows.
        func length(_ indices: [Int]) -> SampleCount { indices.reduce(.zero) { $0 + min(rule.step, firm[$1].speech) } }
        let total = length(Array(firm.indices))
        let least = min(rule.surelySomebody, max(rule.minSpeech, SampleCount(Int64(Double(total.samples) * rule.minShare))))
        let speech = groups.map(length)
        var kept = groups.indices.filter { speech[$0] >= least }.map { groups[$0] }
        if kept.isEmpty, let most = groups.indices.max(by: { speech[$0] < speech[$1] }) { kept = [groups[most]] }
        var centers = kept.compactMap { Self.mean($0.map { firm[$0].voiceprint }) }
        // Each window goes to the nearest voice, and then each voice becomes the mean of its windows.
        for _ in 0..<Self.rounds where centers.count > 1 {
            var members = [[Voiceprint]](repeating: [], count: centers.count)
            for window in firm { members[Self.nearest(window.voiceprint, centers)].append(window.voiceprint) }
            for index in centers.indices { centers[index] = Self.mean(members[index]) ?? centers[index] }
        }
        return centers
    }

    private static let rounds = 3

    private static func mean(_ voiceprints: [Voiceprint]) -> Voiceprint? {
        guard let first = voiceprints.first else { return nil }
        var sum = [Float](repeating: 0, count: first.direction.count)
        for voiceprint in voiceprints { for index in sum.indices { sum[index] += voiceprint.direction[index] } }
        return Voiceprint(sum, model: first.model)
    }

    private static func nearest(_ voiceprint: Voiceprint, _ centers: [Voiceprint]) -> Int {
        centers.indices.min { centers[$0].distance(to: voiceprint) < centers[$1].distance(to: voiceprint) } ?? 0
    }

    /// Joins turns of one speaker that are separated by a short pause only.
    private func joined(_ turns: [SpeakerTurn]) -> [SpeakerTurn] {
        var joined: [SpeakerTurn] = []
        for turn in turns {
            if let last = joined.last, last.speaker == turn.speaker, turn.range.start - last.range.end <= rule.pause {
                joined[joined.count - 1].range.end = max(last.range.end, turn.range.end)
            } else {
                joined.append(turn)
            }
        }
        return joined
    }

    /// Numbers the speakers in order of appearance, and computes their voices.
    private func numbered(_ turns: [SpeakerTurn], _ overlaps: [SpeakerTurn], _ centers: [Voiceprint]) -> Result {
        var numbers: [Int: Int] = [:]
        var result = Result()
        func numbered(_ turn: SpeakerTurn) -> SpeakerTurn {
            let number = numbers[turn.speaker.number] ?? numbers.count
            if number == numbers.count {
                numbers[turn.speaker.number] = number
                result.voices.append(VoiceEvidence(centers[turn.speaker.number], .zero))
            }
            return SpeakerTurn(turn.range, SpeakerLabel(number))
        }
        for turn in turns.map(numbered) {
            let number = turn.speaker.number
            let length = turn.range.count.duration(at: .speech)
            result.voices[number] = VoiceEvidence(result.voices[number].voiceprint, result.voices[number].duration + length)
            result.turns.append(turn)
        }
        result.overlaps = overlaps.map(numbered)
        return result
    }
}
