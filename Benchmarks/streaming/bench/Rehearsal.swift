import LocalEngine
import Speech

/// Plays one stream to a machine as fast as the computer can, on a clock of its own: the models' answers come when they would on a free core
/// (`FreeCore`). The same audio always gives the same words at the same times, however busy the computer is.
protocol Rehearsal {
    var player: Player { get }
    var probabilities: SpeechProbabilities { get set }
    /// The audio that was spoken until now, which is the clock.
    var now: SampleIndex { get set }
    var events: [Played.Event] { get set }
    /// True once the machine has said everything.
    var isFinished: Bool { get }
    /// The work that was measured; nil: none was.
    var reading: Played.Reading? { get }

    /// Gives the machine the answers that are due.
    mutating func deliver() throws

    /// Gives the machine audio, before anything is known about it.
    mutating func receive(_ count: SampleCount) throws

    /// Gives the machine a window of voice activity.
    mutating func heard(_ probability: Float, power: Float) throws

    /// Gives the machine the end of the audio.
    mutating func finish() throws
}

extension Rehearsal {
    mutating func play() throws -> Played {
        let window = Int(VoiceActivity.window.samples)
        events = [Played.Event(at: 0, kind: "opened")]
        for start in stride(from: 0, to: player.samples.count, by: window) {
            let piece = Array(player.samples[start..<min(start + window, player.samples.count)])
            now += SampleCount(piece.count)
            try deliver()
            try receive(SampleCount(piece.count))
            var heard: [(Float, Float)] = []
            try probabilities.append(piece.span) { heard.append(($0, $1)) }
            for (probability, power) in heard { try self.heard(probability, power: power) }
        }
        try finish()
        while !isFinished {
            now += VoiceActivity.window
            try deliver()
        }
        events.append(Played.Event(at: seconds(now), kind: "closed"))
        return Played(
            stream: player.name, seconds: Double(player.samples.count) / 16_000, wall: seconds(now), clips: player.clips, events: events,
            reading: reading)
    }

    /// Returns the player's samples in a range, as far as there are any.
    func samples(in range: SampleRange) -> [Float] {
        Array(player.samples[Int(range.start.samples)..<min(Int(range.end.samples), player.samples.count)])
    }

    func seconds(_ index: SampleIndex) -> Double { index.seconds(at: .speech) }
}
