import Audio
import Glibc
import Net
import Speech

/// The audio of a recording from a place on, in a temporary file, which is deleted with the value.
final class RestOfRecording {
    /// The recording that the engine is given; nil when there is no audio behind the place.
    let recording: Recording?
    /// Facts about the whole recording that readers of the transcript have to know.
    let notices: [RecordingNotice]
    private let path: String

    /// Decodes the recording, and writes what comes after `place`. Blocks.
    ///
    /// - Parameter separateChannels: true to keep the channels apart; false: they are mixed, as the engine would mix them.
    init(of recording: Recording, from place: SampleIndex, separateChannels: Bool) throws(EngineError) {
        let media: MediaFile
        do throws(MediaError) { media = try MediaFile(recording, channels: separateChannels ? .separate : .mixed) } catch { throw EngineError(error) }
        let file: (descriptor: Int32, path: String)
        do throws(InputFileError) { file = try InputFile.makeTemporary(for: recording.path) } catch { throw .unavailable("\(error)") }
        path = file.path
        defer { close(file.descriptor) }
        var count = 0
        do {
            while let block = try media.next() {
                let skipped = Int(max(0, min((place - block.start).samples, Int64(block.samples.count))))
                var bytes: [UInt8] = []
                PCM.appendLinear16(interleaving: block.channels.map { Array($0.dropFirst(skipped)) }, to: &bytes)
                try writeAll(bytes.span.bytes, to: file.descriptor)
                count += bytes.count
            }
        } catch {
            unlink(file.path)
            guard let error = error as? MediaError else {
                throw EngineError.unavailable("the temporary file \(file.path) cannot be written: \(error)")
            }
            throw EngineError(error)
        }
        // The file's last notices are known at its end.
        notices = media.notices
        self.recording =
            count == 0 ? nil : Recording(path: file.path, format: .raw(.linear16, media.rate, channels: media.channelCount))
    }

    deinit { unlink(path) }
}

extension RecognizedPart {
    /// Has the rest of a recording recognized, and joins its words to this part.
    ///
    /// - Parameter progress: takes the progress, with places in the whole recording.
    func completed(
        by engine: any PrerecordedEngine, _ recording: Recording, _ wanted: RecognitionOptions,
        progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        guard through > .zero else { return try await engine.recognize(recording, options: wanted, progress: progress) }
        let rest = try RestOfRecording(of: recording, from: through, separateChannels: wanted.separateChannels), skipped = through - SampleIndex.zero
        // The engine reads the file to its end.
        defer { withExtendedLifetime(rest) {} }
        var whole = transcript
        if let recording = rest.recording {
            whole = joined(with: try await engine.recognize(recording, options: options(wanted)) { progress($0.shifted(by: skipped)) })
        }
        // Facts about the file are known of the whole file; those about the speech are the engine's.
        let heard = whole.notices.filter { if case .unknownLanguage = $0 { true } else { false } }
        whole.notices = rest.notices + heard.map { $0.moved(by: skipped.duration(at: .speech)) }
        return whole
    }
}
