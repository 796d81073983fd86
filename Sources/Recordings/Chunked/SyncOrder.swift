internal import Framing
internal import Protocols
internal import Speech

/// An order for files that a device recorded while it was offline, in the form that a job stores.
struct SyncOrder: Sendable, Equatable {
    struct File: Sendable, Equatable {
        /// The upload's id.
        var upload: String
        /// SHA-256 of the file's bytes, in hexadecimal.
        var digest: String
        /// Encoding of the frames; nil: the file describes its format itself.
        var encoding: AudioEncoding?
        var rate: SampleRate
        /// Time of the first sample; nil: the file's name did not contain the time.
        var started: UnixTime?

        var frames: AudioFormat? { encoding.map { .raw($0, rate, channels: 1) } }
    }

    /// The files, in order of start.
    var files: [File]
    var language: LanguageTag?
    var source: String
    /// The sound tracks that are heard; all tracks of a file become one channel.
    var tracks: TrackChoice
    /// Vendors whose key the caller sent, in orders of earlier versions. Since then the job itself has the names of the vendors.
    private(set) var ownKeys: [EngineName]

    init(files: [File], language: LanguageTag?, source: String, tracks: TrackChoice = .usual, ownKeys: [EngineName] = []) {
        self.files = files.sorted { ($0.started?.milliseconds ?? .max, $0.digest) < ($1.started?.milliseconds ?? .max, $1.digest) }
        self.language = language
        self.source = source
        self.tracks = tracks
        self.ownKeys = ownKeys.sorted { $0.rawValue < $1.rawValue }
    }

    /// Returns the sound tracks of a file that are heard. Frames have no tracks.
    func tracks(of file: File) -> TrackChoice { file.frames == nil ? tracks : .usual }

    init?(_ text: String) {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), let source = document.root["source"].string else { return nil }
        let list = document.root["files"]
        var files: [File] = []
        for index in 0..<list.count {
            let file = list[index]
            guard let upload = file["upload"].string, let digest = file["sha256"].string else { return nil }
            files.append(
                File(
                    upload: upload, digest: digest, encoding: file["encoding"].string.flatMap(AudioEncoding.init(rawValue:)),
                    rate: SampleRate(hertz: Int(file["rate"].int ?? 16_000)), started: file["started"].int.map { UnixTime(milliseconds: Int64($0)) }))
        }
        let keys = document.root["own_keys"]
        self.init(
            files: files, language: document.root["language"].string.map { LanguageTag($0) }, source: source,
            tracks: document.root["track"].string.flatMap { TrackChoice($0) } ?? .usual,
            ownKeys: (0..<keys.count).compactMap { keys[$0].string.map { EngineName($0) } })
    }

    var text: String {
        var json = JSONWriter(capacity: 1_024)
        json.beginObject()
        json.key("files")
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("upload", file.upload)
            json.member("sha256", file.digest)
            json.member("encoding", optional: file.encoding?.rawValue)
            json.member("rate", file.rate.hertz)
            if let started = file.started { json.member("started", Int(started.milliseconds)) }
            json.endObject()
        }
        json.endArray()
        json.member("language", optional: language?.rawValue)
        json.member("source", source)
        json.member("track", optional: tracks.text)
        json.key("own_keys")
        json.beginArray()
        for key in ownKeys { json.value(key.rawValue) }
        json.endArray()
        json.endObject()
        return json.text
    }
}
