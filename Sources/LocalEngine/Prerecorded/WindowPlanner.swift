package import Speech

/// Cuts a channel's speech into windows for the recogniser: at the longest silences, or at the quietest place in speech without silences. Pure:
/// probabilities and levels in, windows out.
package struct WindowPlanner: Sendable {
    package struct Configuration: Sendable, Equatable {
        package var detector: SpeechDetector.Configuration
        /// Silence that always ends a window.
        package var pause: SampleCount
        /// Audio before speech that the recogniser hears too, where there is silence. Without it the first word is lost.
        package var lead: SampleCount
        /// Audio after speech that the recogniser hears too.
        package var tail: SampleCount

        package init(
            detector: SpeechDetector.Configuration = .init(), pause: SampleCount = SampleCount(16_000), lead: SampleCount = SampleCount(4_800),
            tail: SampleCount = SampleCount(1_600)
        ) {
            self.detector = detector
            self.pause = pause
            self.lead = lead
            self.tail = tail
        }
    }

    /// Maximum speech in a window, as far as there are silences to cut at.
    package static let longest = SampleCount(.seconds(15), at: .speech)

    /// Returns the maximum speech in a window for a recogniser that takes so much. On the only thread, which live streams need too, windows stay under
    /// 15 s. Nothing else changes the windows of a recording: they depend on its audio, and its words do not depend on the load.
    package static func limit(_ longest: SampleCount, threads: Int) -> SampleCount { threads > 1 ? longest : min(longest, Self.longest) }

    /// Length at which speech is cut in any case, so that silence fits behind it into the longest window of a model.
    private static let longestOfAll = SampleCount(.seconds(24), at: .speech)

    /// Returns the length at which speech without any silence is cut. Up to this length the planner waits for a silence.
    package static func hardLimit(_ limit: SampleCount) -> SampleCount { max(limit, min(SampleCount(limit.samples * 4 / 3), longestOfAll)) }

    /// Desired maximum of speech in a window. May change at any time.
    package var limit: SampleCount

    private let configuration: Configuration
    private var detector: SpeechDetector
    /// Stretches of speech that have ended and are not in a window yet.
    private var pending: [SampleRange] = []
    /// Start of the speech that goes on; nil in silence.
    private var open: SampleIndex?
    /// End of the last window. The next windows begin no earlier.
    private var floor = SampleIndex.zero
    /// Mean power of the latest windows of voice activity, the first of which begins at `powersStart`.
    private var powers: [Float] = []
    private var powersStart = SampleIndex.zero

    package init(_ configuration: Configuration = .init(), limit: SampleCount = Self.longest) {
        self.configuration = configuration
        self.limit = limit
        detector = SpeechDetector(configuration.detector)
    }

    /// End of the audio that was added.
    package var position: SampleIndex { detector.position }

    /// Start of the audio that windows may still need.
    package var neededFrom: SampleIndex {
        let speech = pending.first?.start ?? open ?? detector.soundSince ?? position
        return max(floor, speech - configuration.lead)
    }

    /// Takes the next window of voice activity.
    ///
    /// - Parameters:
    ///   - probability: probability of speech, 0…1.
    ///   - power: mean of the squares of the samples.
    package mutating func add(probability: Float, power: Float) -> [SpeechWindow] {
        powers.append(power)
        note(detector.add(probability))
        var windows: [SpeechWindow] = []
        while let window = cutForLength() { windows.append(window) }
        if open == nil, let last = pending.last, position - last.end >= configuration.pause {
            windows.append(close(pending.count, before: nil))
        }
        forgetPowers()
        return windows
    }

    /// Notes the end of the recording, and returns the last windows.
    package mutating func finish() -> [SpeechWindow] {
        note(detector.finish())
        var windows: [SpeechWindow] = []
        while let window = cutForLength() { windows.append(window) }
        if !pending.isEmpty { windows.append(close(pending.count, before: nil)) }
        return windows
    }

    private mutating func note(_ event: SpeechDetector.Event?) {
        switch event {
        case .started(let start): open = max(start, floor)
        case .ended(let end):
            if let start = open, start < end { pending.append(SampleRange(start, end)) }
            open = nil
        case nil: break
        }
    }

    private mutating func cutForLength() -> SpeechWindow? {
        guard let start = pending.first?.start ?? open else { return nil }
        let end = open == nil ? pending.last?.end ?? start : position
        guard end - start > limit else { return nil }
        if let count = bestSilence(from: start) { return close(count, before: count < pending.count ? pending[count].start : open) }
        return end - start > Self.hardLimit(limit) ? cutInsideSpeech(from: start) : nil
    }

    /// Returns the number of pending stretches to close so that the cut falls into the best silence: long, and late in the window.
    private func bestSilence(from start: SampleIndex) -> Int? {
        var best: (count: Int, merit: Float)?
        for (index, stretch) in pending.enumerated() {
            let next = index + 1 < pending.count ? pending[index + 1].start : open
            guard stretch.end - start <= Self.hardLimit(limit), let next else { break }
            let silence = Float(min(next - stretch.end, configuration.pause).samples)
            let merit = silence * (0.25 + min(1, Float((stretch.end - start).samples) / Float(limit.samples)))
            if merit > best?.merit ?? 0 { best = (index + 1, merit) }
        }
        return best?.count
    }

    /// Makes a window of the first `count` pending stretches.
    private mutating func close(_ count: Int, before next: SampleIndex?) -> SpeechWindow {
        let speech = Array(pending[..<count])
        pending.removeFirst(count)
        return window(speech, before: next)
    }

    /// Makes a window that ends at the quietest place in speech without silences.
    private mutating func cutInsideSpeech(from start: SampleIndex) -> SpeechWindow {
        let cut = quietest(in: SampleRange(start + SampleCount(limit.samples / 2), start + limit))
        if let first = pending.first {
            pending[0] = SampleRange(cut, first.end)
        } else {
            open = cut
        }
        return window([SampleRange(start, cut)], before: cut)
    }

    private mutating func window(_ speech: [SampleRange], before next: SampleIndex?) -> SpeechWindow {
        let start = speech.first?.start ?? floor
        let end = speech.last?.end ?? start
        var audio = SampleRange(max(floor, start - configuration.lead), min(position, end + configuration.tail))
        if let next { audio.end = max(end, min(audio.end, next)) }
        floor = audio.end
        return SpeechWindow(audio: audio, speech: speech)
    }

    /// Returns the middle of the quietest tenth of a second in `range`.
    private func quietest(in range: SampleRange) -> SampleIndex {
        let step = VoiceActivity.window.samples
        let first = max(1, Int((range.start - powersStart).samples / step))
        let last = min(Int((range.end - powersStart).samples / step) - 1, powers.count - 2)
        guard first <= last else { return range.end }
        let best = (first...last).min { power(around: $0) < power(around: $1) } ?? last
        return powersStart + SampleCount(Int64(best) * step + step / 2)
    }

    private func power(around index: Int) -> Float { powers[index - 1] + powers[index] + powers[index + 1] }

    private mutating func forgetPowers() {
        let step = VoiceActivity.window.samples
        let unneeded = Int((neededFrom - powersStart).samples / step) - 1
        // Removal in large pieces saves copying.
        guard unneeded > 1_024 else { return }
        powers.removeFirst(unneeded)
        powersStart += SampleCount(Int64(unneeded) * step)
    }
}
