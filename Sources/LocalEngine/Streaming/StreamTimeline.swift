import Speech

/// The timeline of one channel: resamples its audio to 16 kHz, and maps events back to the stream's own rate, on which finals tile exactly.
struct StreamTimeline {
    private var input: StreamInput
    /// End of the audio that finals cover, on the stream's own timeline.
    private var through = SampleIndex.zero

    init(_ input: StreamInput) { self.input = input }

    /// Takes samples at the stream's rate and returns the samples at 16 kHz that are complete.
    mutating func append(_ samples: [Float]) -> [Float] { input.append(samples) }

    /// Returns the samples that the resampler still holds, so that all audio sent so far has been returned.
    mutating func drain() -> [Float] { input.drain() }

    /// Returns the event with its positions on the stream's own timeline.
    mutating func event(_ event: EngineEvent) -> EngineEvent {
        switch event {
        case .speechStarted(let channel, let at): return .speechStarted(channel, at: max(through, input.position(at)))
        case .turnEnded(let channel, let at): return .turnEnded(channel, at: min(through, input.position(at)))
        case .interim(let hypothesis): return .interim(mapped(hypothesis))
        case .final(let hypothesis, let reason):
            let final = mapped(hypothesis)
            through = final.range.end
            return .final(final, reason: reason)
        case .opened, .flushed, .skipped, .notice, .closed: return event
        }
    }

    /// Returns a position on the stream's own timeline.
    func position(_ position: SampleIndex) -> SampleIndex { input.position(position) }

    /// Returns a range on the stream's own timeline.
    func range(_ range: SampleRange) -> SampleRange {
        let start = input.position(range.start)
        return SampleRange(start, max(start, input.position(range.end)))
    }

    private func mapped(_ hypothesis: Hypothesis) -> Hypothesis {
        var mapped = hypothesis
        mapped.range = SampleRange(through, input.position(hypothesis.range.end))
        for index in mapped.words.indices {
            let range = mapped.words[index].range
            let start = min(max(input.position(range.start), mapped.range.start), mapped.range.end)
            mapped.words[index].range = SampleRange(start, min(max(input.position(range.end), start), mapped.range.end))
        }
        return mapped
    }
}
