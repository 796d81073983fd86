import Framing
import Speech

/// The command line's choices for recordings that a gateway is to keep.
struct RecordingChoices: Sendable {
    private static let start = Option(
        "--at", "TIME", accepts: "a time such as 2026-01-31T15:00 or 2026-01-31T15:00:00Z",
        "The time at which the recording begins, in your time zone unless it has an offset. Default: the time in the file itself, else by "
            + "the file's date, which counts as the recording's end."
    ) { UnixTime(moment: $0) != nil || LocalTime($0) != nil ? $0 : nil }
    private static let language = Option(
        language: "The spoken language of the recordings, or auto. Default: the engine finds it, or has one of its own.")
    private static let track = Option(
        "--track", "N|all", accepts: "all, or the number of a sound track from 1",
        "The sound track of a recording to hear: a number from 1, or all to hear each as a speaker of its own."
    ) { TrackChoice($0) == nil ? nil : $0 }
    private static let channels = Flag("--channels", "Hears each channel of a recording by itself, as a speaker of its own.")

    /// Option for the title of a conversation that one recording becomes.
    static let title = Option(
        TitleOption.name, "TITLE", accepts: TitleOption.accepts, "The title of the conversation. Default: the file's name.", parse: TitleOption.parse)

    static let options: [any OptionDescription] = [start, title, language, track, channels]

    /// Name of the field of the title.
    static let titleField = "title"

    private let fields: [(name: String, value: String)]
    /// Options of the command line that can be meant for one recording only: its start, its title.
    let single: [String]

    init(_ arguments: Arguments) throws(UsageError) {
        var fields: [(name: String, value: String)] = []
        let start = try arguments.value(Self.start)
        let title = try arguments.value(Self.title)
        single = (start == nil ? [] : [Self.start.name]) + (title == nil ? [] : [Self.title.name])
        if let title { fields.append((Self.titleField, title)) }
        if let start { fields.append(("started_at", start)) }
        if let language = try arguments.language(Self.language) { fields.append(("language", language.named?.rawValue ?? "auto")) }
        if let track = try arguments.value(Self.track) { fields.append(("track", track)) }
        if arguments.has(Self.channels) { fields.append(("channels", "true")) }
        self.fields = fields
    }

    init(_ fields: [(name: String, value: String)]) {
        self.fields = fields
        single = []
    }

    /// Returns the query that sends a file.
    ///
    /// - Parameters:
    ///   - name: the file's name.
    ///   - modified: the time of its last change; nil: not known.
    func query(name: String, modified: UnixTime?) -> URLQuery {
        var query = URLQuery()
        query.add("name", name)
        if let modified { query.add("modified", modified.rfc3339) }
        for field in fields { query.add(field.name, field.value) }
        return query
    }
}
