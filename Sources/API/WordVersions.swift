internal import Continuity
internal import Speech

/// The versions in which a session's client was shown words before they became final.
struct WordVersions: Sendable {
    /// The text of a word in an interim.
    struct Version: Sendable, Equatable {
        var text: String
        /// End of the audio that had been received when the client was shown the text.
        var received: SampleIndex
        var engine: EngineName
    }

    private struct Interim: Sendable {
        var word: Word
        var received: SampleIndex
        var engine: EngineName
    }

    /// The words of a channel's interims that overlap each second, and the positions through which words became final.
    private struct Channel: Sendable {
        var interims: [Int: [Interim]] = [:]
        var finals: [(through: SampleIndex, received: SampleIndex)] = []
    }

    private var channels: [ChannelIndex: Channel] = [:]
    private let second: SampleCount

    init(_ shown: [ShownWords], at rate: SampleRate) {
        second = SampleCount(.seconds(1), at: rate)
        for change in shown {
            switch change.change {
            case .final(let position): channels[change.channel, default: Channel()].finals.append((position, change.received))
            case .interim(_, let words, let engine):
                for word in words where !word.text.isEmpty {
                    for second in seconds(of: word) {
                        channels[change.channel, default: Channel()].interims[second, default: []].append(
                            Interim(word: word, received: change.received, engine: engine))
                    }
                }
            }
        }
    }

    private func seconds(of word: Word) -> ClosedRange<Int> {
        let first = Int(word.range.start.samples / second.samples), last = Int(word.range.end.samples / second.samples)
        return first...max(first, last)
    }

    /// Returns the texts that were shown where a final word is, in order, each once.
    func interims(of word: Word, in channel: ChannelIndex) -> [Version] {
        guard let interims = channels[channel]?.interims[seconds(of: word).lowerBound] else { return [] }
        var versions: [Version] = []
        var latest: SampleIndex?
        for interim in interims where interim.word.range.contains(word.range.middle) || word.range.contains(interim.word.range.middle) {
            if latest == interim.received {
                // Words of one interim that became one word.
                WordSpacing.append(interim.word.text, blank: interim.word.blankBefore, to: &versions[versions.count - 1].text)
            } else {
                versions.append(Version(text: interim.word.text, received: interim.received, engine: interim.engine))
            }
            latest = interim.received
        }
        return versions.indices.filter { $0 == 0 || versions[$0].text != versions[$0 - 1].text }.map { versions[$0] }
    }

    /// Returns the end of the audio that had been received when a word became final; nil when that is not known.
    func final(of word: Word, in channel: ChannelIndex) -> SampleIndex? {
        channels[channel]?.finals.first { $0.through > word.range.middle }?.received
    }
}
