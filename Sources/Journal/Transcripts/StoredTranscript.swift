package import Continuity
internal import Speech
package import Store

/// A session's transcript and what must be known of the session to give it to the right people.
package struct StoredTranscript: Sendable, Equatable {
    package enum Status: String, Sendable {
        case live
        /// All audio is covered by words or known silence.
        case complete
        /// The missing part is being recognised, or will be soon.
        case recovering
        /// Something is missing; a later start of the gateway may find it.
        case incomplete
    }

    package var record: SessionRecord
    package var transcript: SessionTranscript
    package var status: Status

    /// Recoveries that began and did not end: one that takes the gateway down with it is not tried for ever.
    package var attempts = 0

    package init(record: SessionRecord, transcript: SessionTranscript, status: Status) {
        self.record = record
        self.transcript = transcript
        self.status = status
    }

    /// Without what is to be known no more.
    package func forgetting(_ forgotten: [ForgottenSpeech]) -> StoredTranscript {
        var rest = self
        let rate = transcript.rate
        let end = SampleIndex.zero + transcript.received
        for stretch in forgotten {
            let start = SampleIndex.zero + SampleCount(max(.zero, stretch.begins), at: rate)
            let range = SampleRange(start, max(start, stretch.ends.map { .zero + SampleCount($0, at: rate) } ?? end))
            for channel in (0..<transcript.channels).map({ ChannelIndex($0) }) where stretch.channel == nil || stretch.channel == channel {
                rest.transcript.forget(range, in: channel)
            }
        }
        return rest
    }
}
