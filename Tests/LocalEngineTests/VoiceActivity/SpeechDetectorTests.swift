import LocalEngine
import Speech
import Testing

@Suite struct `Speech detector` {
    private static let window = Int(VoiceActivity.window.samples)

    /// The events of a run of probabilities, one for each window, with the positions in windows.
    private func events(_ probabilities: [Float], _ configuration: SpeechDetector.Configuration) -> [SpeechDetector.Event] {
        var detector = SpeechDetector(configuration)
        var events = probabilities.compactMap { detector.add($0) }
        if let last = detector.finish() { events.append(last) }
        return events
    }

    private func at(_ windows: Int) -> SampleIndex { SampleIndex(windows * Self.window) }

    private let twoWindows = SpeechDetector.Configuration(
        minimumSpeech: SampleCount(2 * Self.window), minimumSilence: SampleCount(3 * Self.window))

    @Test func `speech begins where it first sounded and ends where silence began`() {
        #expect(events([0, 0.9, 0.9, 0.8, 0.1, 0.1, 0.1, 0], twoWindows) == [.started(at: at(1)), .ended(at: at(4))])
    }

    @Test func `a click is not speech`() {
        #expect(events([0, 0.9, 0.1, 0, 0], twoWindows) == [])
    }

    @Test func `a gap between two words is not a pause`() {
        #expect(events([0.9, 0.9, 0.1, 0.1, 0.9, 0.9], twoWindows) == [.started(at: at(0)), .ended(at: at(6))])
    }

    @Test func `between the thresholds speech goes on and silence stays`() {
        #expect(events([0.4, 0.4, 0.4], twoWindows) == [])
        #expect(events([0.9, 0.4, 0.4, 0.4, 0.4], twoWindows) == [.started(at: at(0)), .ended(at: at(5))])
        #expect(events([0.9, 0.9, 0.2, 0.4, 0.4, 0.4], twoWindows) == [.started(at: at(0)), .ended(at: at(2))])
    }

    @Test func `audio that ends in a short silence ended where the silence began`() {
        #expect(events([0.9, 0.9, 0.9, 0.1], twoWindows) == [.started(at: at(0)), .ended(at: at(3))])
    }

    @Test func `begins and goes on at the probability that a client asks for`() {
        var shy = twoWindows
        shy.listen(from: 0.25)
        #expect(events([0.3, 0.3, 0.2, 0.1, 0.1, 0.1], shy) == [.started(at: at(0)), .ended(at: at(3))])
        var strict = twoWindows
        strict.listen(from: 2)
        #expect(strict.onset == 0.95)
        #expect(events([0.9, 0.9, 0.9], strict) == [])
    }

    @Test func `positions count from the origin`() {
        var detector = SpeechDetector(twoWindows, origin: SampleIndex(100))
        #expect(detector.add(1) == nil)
        #expect(detector.add(1) == .started(at: SampleIndex(100)))
        #expect(detector.position == SampleIndex(100 + 2 * Self.window))
    }
}
