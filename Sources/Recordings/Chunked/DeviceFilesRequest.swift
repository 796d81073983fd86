internal import Framing
internal import Protocols
internal import Speech

/// Parameters of a request with files of a device that was offline: from its query, or fields of its form. The query counts first.
struct DeviceFilesRequest: Sendable, Equatable {
    /// The language of the files; nil: it is found.
    var language: LanguageTag?
    var source: String
    /// The sound tracks that are heard; all tracks become one channel.
    var tracks: TrackChoice
    /// The time at which the first file begins; nil: its name says it, or nobody.
    var started: UnixTime?
    /// Names of parameters and fields that have no effect.
    var ignored: [String]

    /// - Parameter now: the time of the gateway's clock.
    init(_ query: URLQuery, _ fields: [UploadForm.Field], now: UnixTime) throws(ChunkedRecordingError) {
        func text(_ name: String) -> String? { (query.first(name) ?? fields.last { $0.name == name }?.value).flatMap { $0.isEmpty ? nil : $0 } }
        source = text("source") ?? "omi"
        guard ListenOptions.sources.contains(source) else { throw ChunkedRecordingError(.unprocessableContent, "invalid_source", "Invalid source") }
        language = try ChunkedRecordingError.language(text(LanguageParameter.deviceFiles.name), .deviceFiles)?.named
        tracks = try ChunkedRecordingError.tracks(text("track"))
        started = try ChunkedRecordingError.start(text("started_at"), now: now)
        var given = query
        for field in fields { given.add(field.name, field.value) }
        ignored = BackgroundOptions.files.unknown(in: given)
    }
}
