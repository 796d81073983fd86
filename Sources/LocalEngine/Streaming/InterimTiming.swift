package import Speech

/// The lengths that decide when interims are read and what of them is shown. In samples at 16 kHz.
package struct InterimTiming: Sendable, Equatable {
    /// Minimum time between two interims.
    package var period = SampleCount(.milliseconds(500), at: .speech)
    /// Time between two interims on a busy machine. An interim is shown some 200 ms after it was begun, so words appear within about one second.
    package var rarePeriod = SampleCount(.milliseconds(800), at: .speech)
    /// Minimum wait between two interims, as a multiple of the time that an interim takes: leaves time to other streams.
    package var restFactor: Int64 = 2
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

    package init(timesInterims: Bool = false) { self.timesInterims = timesInterims }

    /// Returns the wait for a window's first interim, and for the next interim when the last one had nothing new.
    func soonerPeriod(after took: SampleCount) -> SampleCount {
        max(SampleCount(period.samples / 2), SampleCount(took.samples * restFactor))
    }

    /// Returns the wait between two interims, given the time that the last one took. The busier the machine, the longer the wait; it stays within a
    /// second while that leaves half of the time to other streams.
    func period(after took: SampleCount) -> SampleCount {
        max(period, min(rarePeriod, SampleCount(took.samples * 2 * restFactor)), SampleCount(took.samples * restFactor))
    }
}
