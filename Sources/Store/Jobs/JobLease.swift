package import Speech

/// The jobs that may be claimed.
package struct JobClaimTerms: Sendable, Equatable {
    /// The place of a job's recordings.
    package enum Source: Sendable, Equatable {
        /// At an address that the caller gave: it is fetched first.
        case address
        /// Uploaded, or kept with a conversation.
        case here
    }

    package var source: Source
    /// Jobs that users have under way; who has the least is next.
    package var held: [ID<User>: Int]
    /// Users who have as many are not next; nil: everybody may be.
    package var below: Int?
    /// Jobs that the claiming process has under way: not claimed, whatever their leases say.
    package var without: Set<ID<TranscriptionJob>>

    package init(_ source: Source, held: [ID<User>: Int] = [:], below: Int? = nil, without: Set<ID<TranscriptionJob>> = []) {
        self.source = source
        self.held = held
        self.below = below
        self.without = without
    }
}

/// A process' hold on the jobs that it works on.
package struct JobLease: Sendable, Equatable {
    /// The process: another one after each start.
    package var owner: String
    /// The time from which others may take the jobs, unless the lease is renewed before.
    package var until: UnixTime

    package init(owner: String, until: UnixTime) {
        self.owner = owner
        self.until = until
    }
}
