import Speech
import Synchronization

/// Writes the words of a recording into the partial file and its notes as they are recognized.
final class PartRecorder: Sendable {
    private struct State {
        var part: RecognizedPart
        /// The place up to which the partial file has the words; zero: not known to have any.
        var shown = SampleIndex.zero
        /// The place up to which the notes have the words.
        var noted: SampleIndex
        /// Words that were reported, and whose place the engine has not passed yet.
        var waiting: [RecognizedPart.Stretch] = []
        var nextShow: Instant?
    }

    /// Minimum time between two versions of the partial file: making one takes the longer the longer the text is.
    private static let interval = Duration.seconds(2)

    private let partial: PartialFile
    private let notes: NoteWriter
    private let file: String
    private let heading: String
    private let form: TranscriptForm
    private let failed: @Sendable (OutputFileError) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: the recording's name in the transcript.
    ///   - heading: the text above the transcript.
    ///   - part: the part that is recognized already, and noted.
    ///   - failed: called whenever something could not be written.
    init(
        into partial: PartialFile, _ notes: NoteWriter, file: String, heading: String, as form: TranscriptForm, after part: RecognizedPart,
        failed: @escaping @Sendable (OutputFileError) -> Void
    ) {
        self.partial = partial
        self.notes = notes
        self.file = file
        self.heading = heading
        self.form = form
        self.failed = failed
        state = Mutex(State(part: part, noted: part.through))
    }

    /// The part that is recognized.
    var part: RecognizedPart { state.withLock { $0.part } }

    /// The places up to which the partial file and the notes have the words; zero where a file has none.
    var kept: (shown: SampleIndex, noted: SampleIndex) { state.withLock { ($0.shown, $0.noted) } }

    /// Takes the progress of the work. Never throws: the words are written once more when all of them are known.
    func note(_ step: RecognitionProgress, now: Instant = .now) {
        state.withLock { state in
            switch step {
            case .segment(let channel, let words, .speech): state.waiting.append(RecognizedPart.Stretch(channel: channel, words: words))
            // An engine that reports no words until it has all of them says nothing here.
            case .reached(let through, let length, .speech) where !state.waiting.isEmpty:
                state.part.add(state.waiting, through: through, of: length)
                take(notes.write(TranscriptNotes.line(state.waiting, through: through, of: length)), &state)
                state.waiting = []
                if state.nextShow.map({ now >= $0 }) ?? true { show(&state, now) }
            case .segment, .reached, .askedAgain, .answerLost: break
            }
        }
    }

    /// Brings the partial file and the notes up to date.
    func flush(now: Instant = .now) {
        state.withLock { state in
            guard !state.part.stretches.isEmpty else { return }
            show(&state, now)
            take(notes.commit(), &state)
        }
    }

    /// - Parameter error: the error for which not all notes are in their file; nil: all are.
    private func take(_ error: OutputFileError?, _ state: inout State) {
        if let error { failed(error) } else { state.noted = state.part.through }
    }

    private func show(_ state: inout State, _ now: Instant) {
        state.nextShow = now + Self.interval
        let transcript = FileTranscript(file: file, transcript: state.part.transcript, channelName: form.channelName)
        do throws(OutputFileError) {
            try partial.show(heading + transcript.rendered(as: form))
            state.shown = state.part.through
        } catch {
            if !partial.isShowing { state.shown = .zero }
            failed(error)
        }
    }
}
