internal import Conversations
internal import Framing
internal import Speech
internal import Store

/// A file of a conversation's audio, as the conversation's document lists it.
struct ImportedPart: Sendable {
    /// Maximum number of files of one conversation.
    private static let maxParts = 10_000
    /// Smallest start in seconds. The audio of a part that was split off begins with the packet of its first word.
    private static let minStart = -1.0

    /// Name of the archive's file.
    var entry: String
    /// The audio; the name of the file is not known yet.
    var audio: StoredAudio

    /// Returns the parts of a list that the archive has files of.
    ///
    /// - Parameter now: the latest time at which audio may have been made: the time of its deletion depends on it.
    static func all(in list: JSONView, now: UnixTime) throws(DocumentFault) -> [ImportedPart] {
        guard list.count <= maxParts else { throw DocumentFault("the conversation has more than \(maxParts) files with audio") }
        var parts: [ImportedPart] = []
        for index in 0..<list.count {
            let part = list[index]
            guard let entry = part["entry"].string else { continue }
            guard let start = part["start"].seconds(least: minStart), let duration = part["duration"].seconds, duration > .zero,
                let created = part.time("created_at"), part["format"].equals("opus")
            else { throw DocumentFault("a file with audio lacks its start, duration, time or format") }
            parts.append(
                ImportedPart(entry: entry, audio: StoredAudio(file: "", start: start, duration: duration, byteCount: 0, created: min(created, now))))
        }
        return parts
    }
}
