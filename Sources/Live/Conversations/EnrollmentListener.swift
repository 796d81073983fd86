internal import Audio
internal import Observability
internal import Speakers
internal import Speech

/// Hears the one voice of a recording for an enrollment.
struct EnrollmentListener: Sendable {
    let service: ConversationService

    /// Decodes a recording.
    ///
    /// - Returns: mono samples at `.speech`, and what was noticed about the file. The end of a recording that is longer than an enrollment may be is
    ///   left out.
    func samples(in path: String) async throws(SpeechProfileError) -> (samples: [Float], notices: [RecordingNotice]) {
        do throws(MediaError) {
            // The limit is a little above the maximum length, so that a recording that is too long is noticed.
            return try await Self.hear(path, longest: Enrollment.lengths.upperBound + .seconds(2), by: service.media)
        } catch {
            throw .rejected("The file cannot be read: \(error).")
        }
    }

    /// Computes the voice in samples of a recording, after the checks of an enrollment.
    func voice(in samples: [Float]) async throws(SpeechProfileError) -> EnrolledVoice {
        guard let voices = service.voices, let detecting = service.detecting, let detector = try? await detecting.loadedDetector() else {
            throw .unavailable("This gateway cannot compare voices now.")
        }
        do throws(EnrolledVoiceError) {
            return try await EnrolledVoice(of: samples, detector: detector, window: detecting.window, voices: voices)
        } catch {
            switch error {
            case .rejected(let error): throw .rejected("\(error)")
            case .unavailable(let reason):
                service.log.error("a voice cannot be compared", [.error: reason])
                throw .unavailable("The voice could not be compared; try again later.")
            }
        }
    }

    /// Decodes the beginning of a recording: mono samples at `.speech`, at least `longest` of them if the recording has as many.
    static func read(_ path: String, longest: Duration, by media: any MediaSource) async throws(MediaError) -> [Float] {
        try await hear(path, longest: longest, by: media).samples
    }

    private static func hear(
        _ path: String, longest: Duration, by media: any MediaSource
    ) async throws(MediaError) -> (samples: [Float], notices: [RecordingNotice]) {
        let file = try await media.open(Recording(path: path))
        let most = Int(SampleCount(longest, at: .speech).samples)
        var samples: [Float] = []
        while samples.count < most, let block = try file.next() { samples += block.channels.first ?? [] }
        return (samples, file.notices)
    }
}
