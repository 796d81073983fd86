import Speech
import Synchronization

/// Writes the words of a recording into the partial file and its notes as they are recognized.
final class PartRecorder: Sendable {
    private struct State {
        var part: RecognizedPart
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
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: the recording's name in the transcript.
    ///   - heading: the text above the transcript.
    ///   - part: the part that is recognized already, and noted.
    init(into partial: PartialFile, _ notes: NoteWriter, file: String, heading: String, as form: TranscriptForm, after part: RecognizedPart) {
        self.partial = partial
        self.notes = notes
        self.file = file
        self.heading = heading
        self.form = form
        state = Mutex(State(part: part))
    }

    /// The part that is recognized.
    var part: RecognizedPart { state.withLock { $0.part } }

    /// Takes the progress of the work. Never throws: the words are written once more when all of them are known.
    func note(_ step: RecognitionProgress, now: Instant = .now) {
        state.withLock { state in
            switch step {
            case .segment(let channel, let words, .speech): state.waiting.append(RecognizedPart.Stretch(channel: channel, words: words))
            // An engine that reports no words until it has all of them says nothing here.
            case .reached(let through, let length, .speech) where !state.waiting.isEmpty:
                state.part.add(state.waiting, through: through, of: length)
                notes.write(TranscriptNotes.line(state.waiting, through: through, of: length))
                state.waiting = []
                if state.nextShow.map({ now >= $0 }) ?? true { show(&state, now) }
            case .segment, .reached, .askedAgain, .answerLost: break
            }
        }
    }

    /// Brings the partial file up to date.
    func flush(now: Instant = .now) {
        state.withLock { state in
            if !state.part.stretches.isEmpty { show(&state, now) }
        }
    }

    private func show(_ state: inout State, _ now: Instant) {
        state.nextShow = now + Self.interval
        let transcript = FileTranscript(file: file, transcript: state.part.transcript, channelName: form.channelName)
        try? partial.show(heading + transcript.rendered(as: form))
    }
}
