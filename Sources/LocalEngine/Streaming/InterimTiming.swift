package import Speech

/// The lengths that decide when interims are read and what of them is shown. In samples at 16 kHz.
package struct InterimTiming: Sendable, Equatable {
    /// Minimum time between two interims.
    package var period = SampleCount(.milliseconds(500), at: .speech)
    /// Time between two interims on a busy machine. An interim is shown some 200 ms after it was begun, so words appear within about one second.
    package var rarePeriod = SampleCount(.milliseconds(800), at: .speech)
    /// Minimum wait between two interims, as a multiple of the time that an interim takes: leaves time to other streams.
    package var restFactor: Int64 = 2
    /// Maximum time without a change of what is shown while somebody speaks, as long as an interim takes less time than that.
    package var maxPause = SampleCount(.seconds(2), at: .speech)
    /// Audio shorter than this often makes the recogniser invent words, so only the trusted words of the result are shown.
    package var doubtful = SampleCount(.milliseconds(1_500), at: .speech)
    /// Maximum length of committed words that are heard again and the open window together.
    package var heardLength = SampleCount(.seconds(13), at: .speech)
    /// True if words on which interims agree are settled: later results keep them. Needs a recogniser that begins with them.
    package var settlesWords = true
    /// True if a request that runs is cancelled as soon as a better one is possible. A server goes on with a cancelled request as a rule, so that
    /// nothing is gained, and its words are lost.
    package var dropsRequests = true
    /// True if the words of interims get exact times.
    package var timesInterims: Bool
    /// True if interims promise words that no later interim takes back. Where windows are shorter for the client's delay, there are none: its protocol
    /// would send such words as final, and finals would depend on interims.
    package var promisesWords = true

    package init(timesInterims: Bool = false) { self.timesInterims = timesInterims }

    init(_ options: StreamOptions) {
        self.init(timesInterims: options.timesInterims)
        promisesWords = options.turn.shortDelay == nil
    }

    /// Returns the wait for a window's first interim, and for the next interim when the last one had nothing new. Nothing is shown in this wait and in the
    /// time that the interim then takes.
    func soonerPeriod(after took: SampleCount) -> SampleCount {
        max(SampleCount(period.samples / 2), rested(after: took, shownBy: max(.zero, quietLimit - took)))
    }

    /// Returns the wait between two interims, given the time that the last one took. The busier the machine, the longer the wait; it stays within a
    /// second while that leaves half of the time to other streams, and within `quietLimit` while an interim is quicker than `maxPause`.
    func period(after took: SampleCount) -> SampleCount {
        max(period, min(rarePeriod, SampleCount(took.samples * 2 * restFactor)), rested(after: took, shownBy: quietLimit))
    }

    /// The wait that keeps pauses within `maxPause` though the next interim may take longer than the last one.
    private var quietLimit: SampleCount { SampleCount(maxPause.samples * 3 / 4) }

    /// Returns the wait that leaves time to other streams, shortened to `limit` where pauses can stay within `maxPause`. Where they cannot, rests are
    /// what lets a machine with too much work catch up. Finals wait for no interim in either case.
    private func rested(after took: SampleCount, shownBy limit: SampleCount) -> SampleCount {
        let rested = SampleCount(took.samples * restFactor)
        return took < maxPause ? min(rested, limit) : rested
    }
}
