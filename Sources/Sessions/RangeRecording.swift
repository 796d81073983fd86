import Glibc
package import Net
package import Speech

/// A range of one channel of a session's audio, in a file for engines that recognise recordings. The file is deleted when this value is destroyed.
package struct RangeRecording: ~Copyable, Sendable {
    private let range: SampleRange
    private let rate: SampleRate
    private let path: String

    private init(_ range: SampleRange, _ rate: SampleRate, _ path: String) {
        self.range = range
        self.rate = rate
        self.path = path
    }

    deinit { unlink(path) }

    /// Writes the audio of `range` to a file.
    ///
    /// - Parameters:
    ///   - path: the path of the file, which must not exist.
    ///   - read: returns 16-bit PCM of the channel. Called for one second of audio at a time, because its source may be busy with live sessions.
    package static func write(
        _ range: SampleRange, at rate: SampleRate, to path: String, read: (SampleRange) async throws(AudioLost) -> [UInt8]
    ) async throws(RangeRecordingError) -> RangeRecording {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .notWritten(SystemError(call: "open \(path)")) }
        defer { close(file) }
        let recording = RangeRecording(range, rate, path)
        var start = range.start
        while start < range.end {
            let piece = SampleRange(start, min(range.end, start + SampleCount(rate.hertz)))
            let audio: [UInt8]
            do throws(AudioLost) { audio = try await read(piece) } catch { throw .lost(error) }
            do throws(SystemError) { try writeAll(audio.span.bytes, to: file) } catch { throw .notWritten(error) }
            start = piece.end
        }
        return recording
    }

    /// Has the recording recognised.
    ///
    /// - Parameter wanted: the options as the client wants them; the language is fitted to the engine.
    /// - Returns: the engine's answer, and its words on the session's timeline.
    package func recognize(
        by engine: any PrerecordedEngine, _ wanted: RecognitionOptions
    ) async throws(EngineError) -> (answer: Transcript, words: [Word]) {
        var options = wanted
        options.language = engine.capabilities.language(for: wanted.language)
        let recording = Recording(path: path, format: .raw(.linear16, rate, channels: 1))
        let answer = try await engine.recognize(recording, options: options) { _ in }
        return (answer, answer.words(from: range.start, at: rate))
    }
}

/// The reason why a part of a session's audio cannot be read as a recording.
package enum RangeRecordingError: Error, Sendable {
    /// The audio cannot be read back.
    case lost(AudioLost)
    /// The file cannot be made.
    case notWritten(SystemError)
}
