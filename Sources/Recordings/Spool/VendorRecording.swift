internal import Audio
internal import Dispatch
internal import Protocols
internal import Speech

/// A recording as a vendor gets it.
///
/// A vendor decodes a file by itself, and then chooses a track and a clock by itself. So a film, a file with several sound tracks, with late sound or
/// with a hole goes to it as plain samples: as the local engine hears it.
struct VendorRecording: Sendable {
    var recording: Recording
    /// Facts that readers of the transcript have to know.
    var notices: [RecordingNotice] = []
    /// The file of samples, which is deleted with its last user; nil: the caller's own file is sent.
    var file: SpooledFile?
}

extension RecordingServices {
    /// Returns the recording as a vendor gets it. A file that cannot be decoded here goes as it is: the vendor may be able to.
    ///
    /// - Throws: `engine` when the track that was asked for is not there, when the recording is too long, and when nothing can be decoded now.
    func vendorRecording(_ recording: Recording, separate: Bool, for owner: DiskOwner) async throws(RequestError) -> VendorRecording {
        guard case .container = recording.format else { return VendorRecording(recording: recording) }
        let treatment: ChannelTreatment = separate ? .separate : .mixed
        let isFile: Bool, notices: [RecordingNotice], channels: Int
        do throws(MediaError) {
            (isFile, notices, channels) = try await read(recording, treatment) { media throws(MediaError) -> (Bool, [RecordingNotice], Int) in
                // The notices are complete behind the reading.
                let isFile = try PlayedSound.isFile(media, of: recording.tracks)
                return (isFile, media.notices, media.channelCount)
            }
        } catch {
            guard recording.tracks == .usual, case .undecodable = error else { throw .engine(EngineError(error)) }
            return VendorRecording(recording: recording)
        }
        guard !isFile else { return VendorRecording(recording: recording, notices: notices) }
        let output = newPath(), hold = try spool.budget.open(owner, announced: nil)
        let spooled = SpooledFile(path: output, byteCount: 0, digest: "", hold: hold)
        let told: [RecordingNotice]
        do throws(MediaError) {
            told = try await read(recording, treatment) { media throws(MediaError) in
                try PlayedSound.write(media, to: output) { hold.take($0) }
                return media.notices
            }
        } catch {
            throw hold.requestError ?? .engine(EngineError(error))
        }
        hold.end()
        var sound = Recording(path: output, format: .raw(.linear16, .speech, channels: channels))
        sound.digest = recording.digest.map { "\($0)-\(recording.tracks.text ?? "sound")" }
        return VendorRecording(recording: sound, notices: told, file: spooled)
    }

    /// Opens a recording and reads it, off the caller's thread.
    func read<Value: Sendable>(
        _ recording: Recording, _ treatment: ChannelTreatment, _ body: @escaping @Sendable (any DecodedMedia) throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        let turn = try await media.turn(for: recording)
        let result: Result<Value, MediaError> = await withCheckedContinuation { continuation in
            spool.queue.async {
                continuation.resume(
                    returning: Result { () throws(MediaError) in try body(try turn.open(rate: .speech, channels: treatment)) })
            }
        }
        return try result.get()
    }
}
