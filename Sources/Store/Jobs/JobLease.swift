package import Speech

/// The conditions for a claim: they tell which jobs the process may claim.
package struct JobClaimTerms: Sendable, Equatable {
    /// The place of a job's recordings.
    package enum Source: Sendable, Equatable {
        /// The recording is at an address that the caller gave, and must be fetched first.
        case address
        /// The recording is in this installation: uploaded, or kept with a conversation.
        case here
    }

    package var source: Source
    /// Number of jobs under way of each user; the user with the fewest is next.
    package var held: [ID<User>: Int]
    /// Number of jobs under way from which on a user is passed over; nil when no user is passed over.
    package var below: Int?
    /// Jobs that the claiming process has under way. They are not claimed, whatever their leases say.
    package var without: Set<ID<TranscriptionJob>>
    /// True if only jobs are claimed that wait with a lease of the claiming process.
    package var onlyLeased: Bool

    package init(
        _ source: Source, held: [ID<User>: Int] = [:], below: Int? = nil, without: Set<ID<TranscriptionJob>> = [], onlyLeased: Bool = false
    ) {
        self.source = source
        self.held = held
        self.below = below
        self.without = without
        self.onlyLeased = onlyLeased
    }
}

/// A process' hold on the jobs that it works on.
package struct JobLease: Sendable, Equatable {
    /// Id of the process, which differs after each start.
    package var owner: String
    /// Time from which other processes may claim the jobs, unless the lease is renewed before.
    package var until: UnixTime

    package init(owner: String, until: UnixTime) {
        self.owner = owner
        self.until = until
    }
}
