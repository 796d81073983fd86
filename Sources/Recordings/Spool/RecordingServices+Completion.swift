internal import Audio
internal import Dispatch
internal import Observability
internal import Speech

/// The parts of a transcript that an engine leaves out, and that Harken adds.
extension RecordingServices {
    /// Returns the transcript of a recording with what the engine left out: the length, the exact times of words, and speakers where they are wanted.
    ///
    /// - Parameters:
    ///   - engine: the engine of the transcript. One that has the voice model itself is not heard again by that model.
    ///   - options: those of the recognition.
    ///   - request: the request's identifier, for the log.
    func completed(
        _ transcript: Transcript, of recording: Recording, by engine: any PrerecordedEngine, _ options: RecognitionOptions, request: String
    ) async -> Transcript {
        var transcript = await measured(transcript, recording)
        if options.wordTimes { transcript = await placed(transcript, recording, request) }
        guard options.diarize, transcript.lacksSpeakers, !(engine is any RecordingDiarizing) else { return transcript }
        return await diarized(transcript, recording, options, request)
    }

    /// Returns the transcript with the recording's length, for an engine that does not give the length.
    private func measured(_ transcript: Transcript, _ recording: Recording) async -> Transcript {
        guard transcript.length == .zero else { return transcript }
        // A recognized recording is accepted even when its length cannot be measured.
        guard let turn = try? await media.turn(for: recording) else { return transcript }
        let length: SampleCount? = await withCheckedContinuation { continuation in
            spool.queue.async { continuation.resume(returning: (try? turn.open(rate: transcript.rate, channels: .mixed))?.length) }
        }
        return length.map { transcript.spread(over: $0) } ?? transcript
    }

    /// Returns the transcript with the words' exact times, for an engine that gives none; unchanged when there is no aligner.
    private func placed(_ transcript: Transcript, _ recording: Recording, _ request: String) async -> Transcript {
        guard let aligner, transcript.channels.contains(where: { !$0.estimated.isEmpty }) else { return transcript }
        do throws(EngineError) {
            return try await aligner.align(transcript, in: recording) ?? transcript
        } catch {
            log.info("word times could not be aligned", [.request: request, .error: "\(error)"])
            return transcript
        }
    }

    /// Returns the transcript with speakers, for an engine that tells none; unchanged when they cannot be told. So it is when the gateway stops meanwhile:
    /// to recognize the recording once more would be charged once more.
    private func diarized(
        _ transcript: Transcript, _ recording: Recording, _ options: RecognitionOptions, _ request: String
    ) async -> Transcript {
        guard let diarizer else { return transcript }
        do throws(EngineError) {
            return try await diarizer.diarize(transcript, in: recording, options: options) ?? transcript
        } catch {
            log.info("the speakers of a recording could not be told apart", [.request: request, .error: "\(error)"])
            return transcript
        }
    }
}
