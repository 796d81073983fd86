package import Audio
internal import Glibc
package import Speech

/// The audio of a session on its way into files that conversations keep.
package actor ConversationAudio {
    /// A complete file.
    package struct Kept: Sendable, Equatable {
        package var file: String
        /// Position in the session at which the file begins.
        package var start: SampleIndex
        package var count: SampleCount
        package var byteCount: Int
    }

    private let folder: String
    private let rate: SampleRate
    private let channels: Int
    private let newID: @Sendable () -> String
    private var writer: Writer?
    /// True if no audio can be kept, because the disk is full or the folder is gone.
    private var hasFailed = false

    /// A class around the file, so that the file can be stored in a property and released.
    private final class Writer {
        let name: String
        let start: SampleIndex
        var file: OggOpusFile

        init(_ name: String, at path: String, start: SampleIndex, rate: SampleRate, channels: Int) throws(MediaError) {
            self.name = name
            self.start = start
            file = try OggOpusFile(path: path, rate: rate, channels: channels)
        }
    }

    /// - Parameter channels: 1 or 2.
    package init(folder: String, rate: SampleRate, channels: Int, newID: @escaping @Sendable () -> String) {
        self.folder = folder
        self.rate = rate
        self.channels = channels
        self.newID = newID
    }

    /// Takes the session's next audio.
    ///
    /// - Returns: the reason why no audio is kept from here on; nil when there is none. The reason is returned once.
    package func append(_ pcm: [Int16], from position: SampleIndex) -> MediaError? {
        guard !hasFailed else { return nil }
        do throws(MediaError) {
            let writer: Writer
            if let open = self.writer { writer = open } else { writer = try open(at: position) }
            self.writer = writer
            // Audio that was dropped becomes silence, so that the later audio keeps its position.
            var missing = Int((position - (writer.start + writer.file.count)).samples) * channels
            while missing > 0 {
                let count = min(missing, Int(rate.hertz) * channels)
                try writer.file.append([Int16](repeating: 0, count: count))
                missing -= count
            }
            try writer.file.append(pcm)
            return nil
        } catch {
            hasFailed = true
            discard()
            return error
        }
    }

    /// Ends the file. Later audio goes into another file.
    ///
    /// - Returns: the complete file; nil when it would be empty.
    package func finish() -> Kept? {
        guard let writer else { return nil }
        let path = folder + "/" + writer.name
        do throws(MediaError) { try writer.file.finish() } catch {
            discard()
            return nil
        }
        self.writer = nil
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        return Kept(file: writer.name, start: writer.start, count: writer.file.count, byteCount: Int(information.st_size))
    }

    /// Discards the file that is being written.
    package func discard() {
        guard let writer else { return }
        self.writer = nil
        unlink(folder + "/" + writer.name)
    }

    /// Deletes a complete file.
    package func remove(_ kept: Kept) { unlink(folder + "/" + kept.file) }

    private func open(at position: SampleIndex) throws(MediaError) -> Writer {
        mkdir(folder, 0o700)
        let name = newID() + ".opus"
        let writer = try Writer(name, at: folder + "/" + name, start: position, rate: rate, channels: channels)
        chmod(folder + "/" + name, 0o600)
        return writer
    }
}
