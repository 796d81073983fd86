internal import Conversations
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// Parameters of an import: those of the query, and those of the form that holds the file. The query counts first.
struct ImportParameters: Sendable {
    private let query: URLQuery
    private let fields: [UploadForm.Field]

    init(_ query: URLQuery, _ fields: [UploadForm.Field] = []) {
        self.query = query
        self.fields = fields
    }

    /// Returns a parameter's value; nil when it is absent or empty.
    func text(_ name: String) -> String? {
        (query.first(name) ?? fields.last { $0.name == name }?.value).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads what the caller says about the recording.
    ///
    /// - Parameters:
    ///   - zone: the caller's time zone.
    ///   - now: the time of the gateway's clock.
    func choices(in zone: TimeZoneRules, of zones: TimeZones, now: UnixTime) throws(RequestError) -> ImportOrder.Choices {
        var choices = ImportOrder.Choices()
        let zone = try self.zone(of: zones) ?? zone
        if let text = text("started_at") {
            do throws(RecordingStart.Fault) {
                choices.started = try start(text, in: zone, now: now)
            } catch {
                throw .invalidField("started_at \(error)", name: "started_at")
            }
        }
        // A file's date may be wrong without anybody's fault, so a date that cannot be is left out.
        choices.modified = text("modified").flatMap { try? RecordingStart.read($0, now: now) }
        let parameter = LanguageParameter.importedRecording
        do throws(LanguageFault) {
            choices.language = try parameter.read(text(parameter.name))?.named
        } catch {
            throw .invalidField(error.message, name: parameter.name)
        }
        choices.tellsSpeakers = try flag("speakers") ?? true
        choices.separatesChannels = try flag("channels")
        if let text = text("track") {
            guard let tracks = TrackChoice(text) else {
                throw .invalidField("track must be all, or the number of a sound track from 1.", name: "track")
            }
            choices.tracks = tracks
        }
        if let title = text("title").map(NameKey.trimmed), !title.isEmpty {
            guard title.utf8.count <= ConversationLimits.title else {
                throw .invalidField("title takes at most \(ConversationLimits.title) bytes.", name: "title")
            }
            choices.title = title
        }
        return choices
    }

    /// Reads a start, which may have the clocks of `zone` in place of an offset.
    private func start(_ text: String, in zone: TimeZoneRules, now: UnixTime) throws(RecordingStart.Fault) -> UnixTime {
        guard let local = LocalTime(text) else { return try RecordingStart.read(text, now: now) }
        return try RecordingStart.check(zone.time(of: local), now: now)
    }

    private func zone(of zones: TimeZones) throws(RequestError) -> TimeZoneRules? {
        guard let text = text("time_zone") else { return nil }
        guard let name = TimeZoneName(text), let zone = zones[name] else {
            throw .invalidField("time_zone takes \(TimeZoneName.accepted).", name: "time_zone")
        }
        return zone
    }

    private func flag(_ name: String) throws(RequestError) -> Bool? {
        switch text(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        case .some: throw .invalidField("\(name) takes true or false.", name: name)
        }
    }
}
