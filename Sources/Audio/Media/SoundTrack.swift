/// A sound track of a container, as far as the choice of a track needs it.
struct SoundTrack: Sendable, Equatable {
    /// Number of the stream in the container, counted from 0.
    var stream: Int
    /// The file's own name of the track; empty when it has none.
    var name = ""
    /// True if the file marks the track as the one to hear.
    var isDefault = false
    /// True if the track goes along with another one: comments, or descriptions for people who do not see.
    var isExtra = false
    /// True if a decoder for the track is on the list of `LibAV`.
    var isDecodable = true
}

extension [SoundTrack] {
    /// Indices of the tracks that can be heard, the usual one first: the one that the file marks, then the others in the order of the file.
    var usualOrder: [Int] {
        let decodable = indices.filter { self[$0].isDecodable }
        let main = decodable.filter { !self[$0].isExtra }
        guard let first = main.first(where: { self[$0].isDefault }) ?? main.first ?? decodable.first else { return [] }
        return [first] + main.filter { $0 != first } + decodable.filter { $0 != first && self[$0].isExtra }
    }

    /// The file's own names of the tracks, in order; empty when it names none.
    var names: [String] { allSatisfy(\.name.isEmpty) ? [] : map(\.name) }
}
