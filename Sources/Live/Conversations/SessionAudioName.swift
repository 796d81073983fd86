internal import Store
internal import Speech

/// The name of a file with a live session's audio. It tells where the audio belongs, if the gateway ends before the store knows the file.
struct SessionAudioName: Equatable {
    /// Makes the name unique.
    var id: String
    var session: ID<Session>
    /// Start of the file, as time since the session's start, in whole milliseconds.
    var start: Duration

    private static let suffix = ".opus"
    private static let separator: Character = "_"

    init(id: String, session: ID<Session>, start: Duration) {
        self.id = id
        self.session = session
        self.start = .milliseconds(start.wholeNanoseconds / 1_000_000)
    }

    /// Reads a name; nil for the names of other files.
    init?(_ name: BlobName) {
        guard name.text.hasSuffix(Self.suffix) else { return nil }
        let parts = name.text.dropLast(Self.suffix.count).split(separator: Self.separator, omittingEmptySubsequences: false)
        guard parts.count == 3, let start = Int64(parts[2]), start >= 0 else { return nil }
        self.init(id: String(parts[0]), session: ID(String(parts[1])), start: .milliseconds(start))
    }

    /// The file's name; nil when the session's id cannot be a part of one.
    var blob: BlobName? {
        guard !session.rawValue.contains(Self.separator), !id.contains(Self.separator) else { return nil }
        return BlobName("\(id)\(Self.separator)\(session.rawValue)\(Self.separator)\(start.wholeNanoseconds / 1_000_000)\(Self.suffix)")
    }
}
