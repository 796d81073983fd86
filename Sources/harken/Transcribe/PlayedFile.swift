import Audio
import Glibc
import Speech

/// A recording as a vendor gets it: the file itself, or a temporary file of plain samples where the vendor might choose another track or clock.
final class PlayedFile {
    let recording: Recording
    let notices: [RecordingNotice]
    private let temporary: String?

    /// Decodes the file if it has a picture, several sound tracks or late sound. Blocks.
    ///
    /// - Throws: `undecodable` when the track that was asked for is not there.
    init(_ recording: Recording, separate: Bool) throws(MediaError) {
        let media: MediaFile
        do throws(MediaError) { media = try MediaFile(recording, channels: separate ? .separate : .mixed) } catch {
            guard recording.tracks == .usual else { throw error }
            // The vendor may be able to decode what this machine cannot.
            self.recording = recording
            notices = []
            temporary = nil
            return
        }
        // Of all tracks, each is one channel: the channels of the file itself are not asked for.
        guard !media.isPlain || recording.tracks == .all else {
            self.recording = recording
            notices = media.notices
            temporary = nil
            return
        }
        let path: String
        do throws(InputFileError) {
            let made = try InputFile.makeTemporary(for: recording.path)
            close(made.descriptor)
            path = made.path
        } catch {
            throw .unreadable(error.description)
        }
        do throws(MediaError) { try PlayedSound.write(media, to: path) } catch {
            unlink(path)
            throw error
        }
        self.recording = Recording(path: path, format: .raw(.linear16, .speech, channels: media.channelCount))
        notices = media.notices
        temporary = path
    }

    deinit { if let temporary { unlink(temporary) } }
}
