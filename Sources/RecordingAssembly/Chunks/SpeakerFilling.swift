/// Gives words without a speaker the speaker of their neighbours.
enum SpeakerFilling {
    /// Returns the words with their speakers filled in.
    ///
    /// - Parameter words: the words in order.
    static func filled(_ words: [ChunkWord]) -> [ChunkWord] {
        var filled = words
        var before: Int?
        var after = words.firstIndex { $0.cluster != nil }
        for index in words.indices {
            if words[index].cluster != nil {
                before = index
                continue
            }
            if let next = after, next < index { after = words[index...].firstIndex { $0.cluster != nil } }
            switch (before, after) {
            case (nil, nil): break
            case (let one?, nil): filled[index].cluster = words[one].cluster
            case (nil, let one?): filled[index].cluster = words[one].cluster
            case (let one?, let other?):
                let isNearerToFirst = words[index].start - words[one].end < words[other].start - words[index].end
                filled[index].cluster = words[isNearerToFirst ? one : other].cluster
            }
        }
        return filled
    }
}
