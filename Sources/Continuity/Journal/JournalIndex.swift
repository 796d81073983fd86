package import Speech

/// The places of a session's audio in its log, in bounded memory.
///
/// Only some of the blocks are noted; the chain of `previous` pointers leads from a noted block to those before it.
package struct JournalIndex: Sendable {
    package struct Note: Sendable, Equatable {
        package var end: SampleIndex
        package var location: JournalLocation
    }

    /// The newest block of the session, of any kind.
    package private(set) var last: JournalLocation = .none
    private var notes: [Note] = []
    /// Number of audio blocks for each noted block; doubles when the notes are full.
    private var stride = 16
    private var sinceNote = 0
    private let maxNotes: Int

    package init(maxNotes: Int = 256) { self.maxNotes = maxNotes }

    /// Records the place of a block that was written.
    package mutating func wrote(_ location: JournalLocation) { last = location }

    /// Records the place of an audio block that was written and that ends at `end`.
    package mutating func wroteAudio(through end: SampleIndex, at location: JournalLocation) {
        last = location
        sinceNote += 1
        guard sinceNote >= stride else { return }
        sinceNote = 0
        notes.append(Note(end: end, location: location))
        if notes.count > maxNotes {
            stride *= 2
            notes = notes.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    /// Returns a block from which the chain leads back through all audio before `end`: the first noted block that reaches `end`, otherwise the newest
    /// block.
    package func start(forAudioThrough end: SampleIndex) -> JournalLocation {
        var low = 0, high = notes.count
        while low < high {
            let middle = (low + high) / 2
            if notes[middle].end < end { low = middle + 1 } else { high = middle }
        }
        return low < notes.count ? notes[low].location : last
    }
}
