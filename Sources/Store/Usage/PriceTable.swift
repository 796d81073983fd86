package import Speech

/// The known prices of vendors: each rate with the day from which it is valid, and the source where it was read.
package struct PriceTable: Sendable, Equatable {
    package struct Rate: Sendable, Equatable {
        package var engine: EngineName
        /// The vendor's name for the model, in lower case.
        package var model: String
        /// True if the rate is for live streams; false if it is for recordings.
        package var isLive: Bool
        package var perHour: USDollars
        package var from: UnixTime
        package var source: String

        package init(_ engine: EngineName, _ model: String, isLive: Bool = false, perHour: USDollars, from: UnixTime, source: String) {
            self.engine = engine
            self.model = model
            self.isLive = isLive
            self.perHour = perHour
            self.from = from
            self.source = source
        }
    }

    package var rates: [Rate]

    package init(rates: [Rate]) { self.rates = rates }

    /// Rates with speaker labels, from the behavioural specification. An operator's file replaces them, because vendors change their prices.
    package static let standard: PriceTable = {
        // 2026-05-25.
        let day = UnixTime(milliseconds: 1_779_667_200_000)
        func rate(_ engine: String, _ model: String, _ hundredMillionths: Int64) -> Rate {
            Rate(
                EngineName(engine), model, perHour: USDollars(hundredMillionths: hundredMillionths), from: day,
                source: "specification 9.5, checked 2026-05-25")
        }
        return PriceTable(rates: [
            rate("assemblyai", "universal-2", 17_000_000), rate("assemblyai", "universal-3-pro", 23_000_000),
            rate("assemblyai", "u3-pro", 23_000_000), rate("deepgram", "nova-3", 40_800_000), rate("deepgram", "nova-3-general", 40_800_000),
            rate("deepgram", "nova-3-multilingual", 46_800_000),
        ])
    }()

    /// Returns the cost of audio that is billed at `time`; nil when the cost is not known.
    ///
    /// Recognition on this machine costs nothing. Live audio without a rate is not estimated, and costs nothing.
    package func cost(of billable: Duration, engine: EngineName, model: String?, workload: Workload, at time: UnixTime) -> USDollars? {
        guard billable > .zero, engine != .local else { return .zero }
        let isLive = workload == .realtime
        let name = model?.lowercased()
        let rate = rates.filter { $0.engine == engine && $0.model == name && $0.isLive == isLive && $0.from <= time }.max { $0.from < $1.from }
        guard let rate else { return isLive ? .zero : nil }
        let product = billable.wholeNanoseconds.multipliedFullWidth(by: rate.perHour.hundredMillionths)
        let hour: Int64 = 3_600_000_000_000
        let (quotient, rest) = hour.dividingFullWidth(product)
        return USDollars(hundredMillionths: quotient + (rest >= hour / 2 ? 1 : 0))
    }
}
