internal import Audio
internal import Conversations
internal import Speech

extension RecordingServices {
    /// Returns the time at which a recording began, as its file says; nil when the file says none, or one that cannot be right: MP4 files without a time
    /// have that of 1904 or 1970.
    func recordedStart(of recording: Recording) async -> UnixTime? {
        var recording = recording
        // No track has to be chosen.
        recording.tracks = .all
        guard let start = try? await read(recording, .mixed, { media throws(MediaError) in media.recorded }) else { return nil }
        return try? RecordingStart.check(start, now: now())
    }
}
