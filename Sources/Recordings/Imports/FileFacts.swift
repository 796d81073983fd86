internal import Audio
internal import Conversations
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Facts about an imported file that are read before its words.
struct FileFacts: Sendable, Equatable {
    /// Time at which the recording began, as the file says; nil when it was not asked for, when the file says none, or one that cannot be right: MP4
    /// files without a time have that of 1904 or 1970.
    var started: UnixTime?
    /// The notice that a mix of the recording's channels puts different sounds over each other; nil if it does not, or when it was not asked for.
    var mix: RecordingNotice?
}

extension RecordingServices {
    /// Reads facts about an imported file at one opening, and does not open the file when none are asked for. A file that cannot be decoded has none,
    /// and the log says why: the reading of its words tells the caller.
    ///
    /// - Parameters:
    ///   - recording: the file, with the sound tracks that are heard.
    ///   - readsStart: true if the time is asked for at which the recording began.
    ///   - readsMix: true if channels are mixed, so that their difference is asked for. Up to two minutes of sound are decoded for it.
    ///   - job: the job, for the log.
    /// - Throws: `engine` as at the reading of the words: when the work was cancelled, and when nothing can be decoded now.
    func facts(
        about recording: Recording, readsStart: Bool, readsMix: Bool, for job: ID<TranscriptionJob>
    ) async throws(RequestError) -> FileFacts {
        guard readsStart || readsMix else { return FileFacts() }
        var opened = recording
        // The time is the container's, for which no track has to be chosen.
        if !readsMix { opened.tracks = .all }
        let stated: UnixTime?, mixed: Int?
        do throws(MediaError) {
            (stated, mixed) = try await read(opened, readsMix ? .separate : .mixed) { media throws(MediaError) -> (UnixTime?, Int?) in
                (media.recorded, readsMix ? ChannelDifference.channelCount(in: media) : nil)
            }
        } catch {
            switch error {
            case .cancelled, .unavailable: throw .engine(EngineError(error))
            case .unreadable, .undecodable, .tooLong:
                log.info("an imported file's date and channels cannot be read", [.request: job.rawValue, .error: "\(error)"])
                return FileFacts()
            }
        }
        var facts = FileFacts(mix: mixed.map { RecordingNotice.mixedChannels(count: $0) })
        guard readsStart, let stated else { return facts }
        do throws(RecordingStart.Fault) {
            facts.started = try RecordingStart.check(stated, now: now())
        } catch {
            log.info("an imported file's date cannot be right", [.request: job.rawValue, .reason: "\(error)"])
        }
        return facts
    }
}
