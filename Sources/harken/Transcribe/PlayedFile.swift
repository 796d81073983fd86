import Audio
import Glibc
import Speech

/// A recording as a vendor gets it: the file itself, or a temporary file of plain samples where the vendor might choose another track or clock.
final class PlayedFile {
    let recording: Recording
    let notices: [RecordingNotice]
    private let temporary: String?

    /// Reads the file, and decodes it if it has a picture, several sound tracks, late sound or a hole. Blocks.
    ///
    /// - Throws: `undecodable` when the track that was asked for is not there, and when the file has no sound that a vendor could hear.
    init(_ recording: Recording, separate: Bool) throws(MediaError) {
        let treatment: ChannelTreatment = separate ? .separate : .mixed
        do throws(MediaError) {
            let file = try MediaFile(recording, channels: treatment)
            if try PlayedSound.isFile(file, of: recording.tracks) {
                self.recording = recording
                notices = file.notices
                temporary = nil
                return
            }
        } catch {
            guard recording.tracks == .usual, ![.cancelled, .emptyFile, .noSound].contains(error) else { throw error }
            // The vendor may be able to decode what this machine cannot.
            self.recording = recording
            notices = []
            temporary = nil
            return
        }
        // The first one may be at its end.
        let media = try MediaFile(recording, channels: treatment)
        let path: String
        do throws(InputFileError) {
            let made = try InputFile.makeTemporary(for: recording.path)
            close(made.descriptor)
            path = made.path
        } catch {
            throw .unavailable(error.description)
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
