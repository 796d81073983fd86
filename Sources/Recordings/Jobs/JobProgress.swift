package import Speech
package import Store
internal import Synchronization

/// The progress of this process with the recordings of its jobs. Any thread may use it.
package final class JobProgress: Sendable {
    /// The part of a recording that is recognized, and the recording's length.
    package struct Reach: Sendable, Equatable {
        package var heard = Duration.zero
        /// Length of the recording; nil while it is not known.
        package var length: Duration?

        package init() {}

        /// Takes a step of an engine. The part that is recognized never becomes shorter.
        package mutating func take(_ step: RecognitionProgress) {
            switch step {
            case .reached(let through, let length, let rate):
                heard = max(heard, (through - .zero).duration(at: rate))
                if let length { self.length = length.duration(at: rate) }
            case .segment(_, let words, let rate):
                guard let last = words.last else { return }
                heard = max(heard, (last.range.end - .zero).duration(at: rate))
            case .askedAgain, .answerLost: break
            }
        }
    }

    private let reaches = Mutex<[ID<TranscriptionJob>: Reach]>([:])

    package init() {}

    /// Returns how far a job has come; nil when this process does not work on the job.
    package subscript(job: ID<TranscriptionJob>) -> Reach? { reaches.withLock { $0[job] } }

    /// Notes that work on a job begins.
    func begin(_ job: ID<TranscriptionJob>) { reaches.withLock { $0[job] = Reach() } }

    func take(_ step: RecognitionProgress, of job: ID<TranscriptionJob>) { reaches.withLock { $0[job]?.take(step) } }

    /// Notes that the work on a job has ended.
    func end(_ job: ID<TranscriptionJob>) { reaches.withLock { $0[job] = nil } }
}
