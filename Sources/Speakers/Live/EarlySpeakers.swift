package import Speech

/// The speakers of words that are not final yet, as far as the beginning of what they say was heard.
///
/// A value without I/O. A clip of words is listened to once it is long enough to tell a voice in most cases, and again at greater lengths while the voice
/// is not clear, up to the length beyond which more audio tells no more. Words that follow others without a pause have the speaker of those. Final words
/// learn nothing from it, because interims come at the pace of the machine.
package struct EarlySpeakers: Sendable {
    /// Audio to listen to, with the number under which `told` takes the answer.
    package struct Look: Sendable, Equatable {
        package var number: Int
        package var range: SampleRange
    }

    private struct Stretch: Sendable {
        let number: Int
        let start: SampleIndex
        /// The greatest of the lengths at which it was listened to.
        var heard: SampleCount
        var label: Int?
    }

    private let rate: SampleRate
    /// Lengths of a clip at which it is listened to, in order.
    private let lengths: [SampleCount]
    private let pause: SampleCount
    private var stretches: [Stretch] = []
    private var nextNumber = 0
    /// The speaker of the last final words, and their end.
    private var last: (label: Int?, end: SampleIndex)?

    /// Audio in which a voice is often clear: a speaker who pauses within a sentence says little at once.
    private static let shortest: Duration = .milliseconds(1_200)
    /// Audio beyond which more does not make a voice clearer.
    private static let longest: Duration = .seconds(4)
    /// Maximum difference between the beginnings that two interims give for the same words.
    private static let pause: Duration = .milliseconds(350)

    /// - Parameter evidence: minimum length of speech that counts as evidence of a voice.
    package init(rate: SampleRate, evidence: Duration) {
        self.rate = rate
        let lengths = [Self.shortest, evidence, (evidence + Self.longest) / 2, Self.longest].filter { $0 <= Self.longest }
        self.lengths = lengths.map { SampleCount($0, at: rate) }.sorted()
        pause = SampleCount(Self.pause, at: rate)
    }

    /// Takes the words of an interim, and gives each the speaker that is known for it.
    ///
    /// - Parameter mayListen: false: nothing is listened to now; a later interim asks again.
    /// - Returns: the audio to listen to now.
    package mutating func label(_ words: inout [Word], mayListen: Bool = true) -> [Look] {
        var looks: [Look] = []
        var before = last
        for clip in SpokenClip.clips(of: words, rate: rate) {
            var label = clip.label
            if label == nil {
                if mayListen, let look = look(at: clip.range) { looks.append(look) }
                label = stretches.first { isSame($0, clip.range) }?.label
                if label == nil, let before, clip.range.start - before.end < pause { label = before.label }
            }
            before = (label, clip.range.end)
            guard let label else { continue }
            for index in clip.words { words[index].speaker = SpeakerLabel(label) }
        }
        return looks
    }

    private mutating func look(at range: SampleRange) -> Look? {
        guard let length = lengths.last(where: { $0 <= range.count }) else { return nil }
        let audio = SampleRange(range.start, count: min(range.count, lengths.last ?? range.count))
        guard let known = stretches.firstIndex(where: { isSame($0, range) }) else {
            nextNumber += 1
            stretches.append(Stretch(number: nextNumber, start: range.start, heard: length))
            return Look(number: nextNumber, range: audio)
        }
        guard stretches[known].label == nil, stretches[known].heard < length else { return nil }
        stretches[known].heard = length
        return Look(number: stretches[known].number, range: audio)
    }

    private func isSame(_ stretch: Stretch, _ range: SampleRange) -> Bool { abs((stretch.start - range.start).samples) < pause.samples }

    /// Notes the speaker who was heard. A voice that is not clear tells none.
    package mutating func told(_ number: Int, label: Int) {
        guard let index = stretches.firstIndex(where: { $0.number == number }) else { return }
        stretches[index].label = label
    }

    /// Notes words that are final, with their speakers.
    package mutating func committed(_ words: [Word]) {
        guard let word = words.last else { return }
        last = (word.speaker?.number, word.range.end)
        stretches.removeAll { $0.start < word.range.end }
    }
}
