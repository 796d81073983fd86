package import Conversations
internal import Framing
internal import Protocols
package import Speech

/// The order for a recording that becomes a conversation, in the form that a job stores.
package struct ImportOrder: Sendable, Equatable {
    /// The caller's choices for the recording.
    package struct Choices: Sendable, Equatable {
        /// Time of the first sample; nil: not known.
        package var started: UnixTime?
        /// Time at which the file was last changed, which counts as the recording's end where neither the caller nor the file itself tells its start; nil: not
        /// known.
        package var modified: UnixTime?
        /// The spoken language; nil: the engine finds it, or has one of its own.
        package var language: LanguageTag?
        /// True if speakers are told apart.
        package var tellsSpeakers = true
        /// True: each channel is heard by itself; false: the channels are mixed; nil: not chosen, so they are mixed.
        package var separatesChannels: Bool?
        package var tracks = TrackChoice.usual
        /// Title of the conversation; nil: the file's name.
        package var title: String?

        package init() {}

        /// True if the channels of a sound track are mixed to one. Of all tracks, each is one channel.
        var mixesChannels: Bool { separatesChannels != true && tracks != .all }
    }

    /// Name of the file from its sender, without its folder.
    package var name: String
    /// SHA-256 of the file's bytes, in hexadecimal.
    package var digest: String
    /// Size of the file in bytes.
    package var byteCount: Int
    /// The conversation that the recording becomes.
    package var conversation: ID<Conversation>
    package var choices: Choices

    package init(name: String, digest: String, byteCount: Int, conversation: ID<Conversation>, choices: Choices) {
        self.name = name
        self.digest = digest
        self.byteCount = byteCount
        self.conversation = conversation
        self.choices = choices
    }

    /// Name for a file whose sender gives none.
    static let noName = "Recording"
    /// Maximum length of a suffix that a title leaves out, without its dot.
    private static let maxSuffix = 5

    /// The title of the conversation: the one that was chosen, else the file's name without its suffix.
    var title: String {
        if let title = choices.title { return title }
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        let suffix = name[name.index(after: dot)...]
        // The end of a date has no letter.
        let isSuffix =
            (1...Self.maxSuffix).contains(suffix.count) && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            && suffix.contains { $0.isLetter }
        return isSuffix ? String(name[..<dot]) : name
    }

    /// Returns a file's name as it is shown: without folders and control characters, of at most `limit` bytes.
    static func shown(_ name: String, limit: Int) -> String {
        let base = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in base.unicodeScalars where scalar.properties.generalCategory != .control { scalars.append(scalar) }
        var shown = String(scalars)[...].trimmingBlanks
        while shown.utf8.count > limit { shown.removeLast() }
        return shown.isEmpty ? noName : String(shown)
    }

    // MARK: The stored form

    init?(_ text: String) {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), let name = document.root["file"].string,
            let digest = document.root["sha256"].string, let conversation = document.root["conversation"].string
        else { return nil }
        var choices = Choices()
        choices.started = document.root["started"].int.map { UnixTime(milliseconds: Int64($0)) }
        choices.modified = document.root["modified"].int.map { UnixTime(milliseconds: Int64($0)) }
        choices.language = document.root["language"].string.map { LanguageTag($0) }
        choices.tellsSpeakers = document.root["speakers"].bool ?? true
        choices.separatesChannels = document.root["channels"].bool
        choices.tracks = document.root["track"].string.flatMap { TrackChoice($0) } ?? .usual
        choices.title = document.root["title"].string
        self.init(
            name: name, digest: digest, byteCount: Int(document.root["bytes"].int ?? 0), conversation: ID(conversation), choices: choices)
    }

    var text: String {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.member("file", name)
        json.member("sha256", digest)
        json.member("bytes", byteCount)
        json.member("conversation", conversation.rawValue)
        if let started = choices.started { json.member("started", Int(started.milliseconds)) }
        if let modified = choices.modified { json.member("modified", Int(modified.milliseconds)) }
        json.member("language", optional: choices.language?.rawValue)
        json.member("speakers", choices.tellsSpeakers)
        if let separates = choices.separatesChannels { json.member("channels", separates) }
        json.member("track", optional: choices.tracks.text)
        json.member("title", optional: choices.title)
        json.endObject()
        return json.text
    }

    // MARK: Recognition

    var options: RecognitionOptions {
        var options = RecognitionOptions(
            language: choices.language, separateChannels: choices.separatesChannels ?? false, diarize: choices.tellsSpeakers, workload: .sync)
        options.tracks = choices.tracks
        return options
    }
}
