package import Continuity
package import Speech
package import Store

/// A session's transcript, with the session's record, which names the transcript's owner.
package struct StoredTranscript: Sendable, Equatable {
    package enum Status: String, Sendable {
        case live
        /// All audio is covered by words or known silence.
        case complete
        /// The missing part is being recognised, or will be soon.
        case recovering
        /// Some audio has no words; a later start of the gateway may recover them.
        case incomplete
    }

    package var record: SessionRecord
    package var transcript: SessionTranscript
    package var status: Status

    /// The audio behind the end of a transcript that was cut where the session's client was told to go on in a new session.
    package struct Rest: Sendable, Equatable {
        /// End of the session's audio.
        package var end: SampleIndex
        /// The new session; nil: none has begun.
        package var successor: ID<Session>?

        package init(end: SampleIndex, successor: ID<Session>? = nil) {
            self.end = end
            self.successor = successor
        }
    }

    /// The rest of a session that was cut, until a new session has its audio; nil when there is none. Where no new session gets the audio, the rest
    /// becomes part of the transcript again.
    package var rest: Rest?

    /// Number of recoveries that began and did not end. Limits the attempts if a recovery ends the gateway.
    package var attempts = 0

    package init(record: SessionRecord, transcript: SessionTranscript, status: Status) {
        self.record = record
        self.transcript = transcript
        self.status = status
    }

    /// Returns the transcript without the forgotten speech.
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
