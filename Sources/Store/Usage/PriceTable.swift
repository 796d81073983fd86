package import Speech

/// The known prices of vendors: each rate with the day from which it is valid, the day on which it was read, and the source where it was read.
package struct PriceTable: Sendable, Equatable {
    /// The quantity that a vendor multiplies by its rate.
    package enum Basis: String, Sendable {
        /// The duration of the audio, of all channels.
        case audio
        /// The time from the opening of a live stream to its close, for each channel.
        case connection
    }

    /// The rounding of the quantity, before it is multiplied.
    package enum Rounding: Sendable {
        case exact
        /// To the nearest second.
        case second
    }

    package struct Rate: Sendable, Equatable {
        package var engine: EngineName
        /// The vendor's name for the model, in lower case; `anyModel` for an add-on that costs the same with all models of the vendor.
        package var model: String
        /// True if the rate is for live streams; false if it is for recordings.
        package var isLive: Bool
        /// The feature whose rate is added to the model's own rate; nil for the model's own rate.
        package var addOn: BilledFeature?
        package var basis: Basis
        package var rounding: Rounding
        /// US dollars for an hour; nil: no public source says the price.
        package var perHour: USDollars?
        /// First day on which the rate is valid.
        package var from: UnixTime
        /// Day on which the rate was last read in its source.
        package var checked: UnixTime
        package var source: String

        /// - Parameter checked: nil: the rate was read on the first day on which it is valid.
        package init(
            _ engine: EngineName, _ model: String, isLive: Bool = false, addOn: BilledFeature? = nil, basis: Basis = .audio,
            rounding: Rounding = .exact, perHour: USDollars?, from: UnixTime, checked: UnixTime? = nil, source: String
        ) {
            self.engine = engine
            self.model = model
            self.isLive = isLive
            self.addOn = addOn
            self.basis = basis
            self.rounding = rounding
            self.perHour = perHour
            self.from = from
            self.checked = checked ?? from
            self.source = source
        }

        /// True if both are prices of the same thing, at different times.
        func replaces(_ other: Self) -> Bool {
            engine == other.engine && model == other.model && isLive == other.isLive && addOn == other.addOn
        }
    }

    /// Name that stands for all models of a vendor in the rate of an add-on.
    package static let anyModel = "*"

    /// Age from which a rate is called old: vendors change their prices several times a year.
    package static let maxAge: Duration = .seconds(180 * 86_400)

    package var rates: [Rate]
    /// Day on which newer readings of all rates were last looked for; nil: not known. A rate for which no newer reading was found keeps the day of its
    /// last reading.
    package var reviewed: UnixTime?

    package init(rates: [Rate], reviewed: UnixTime? = nil) {
        self.rates = rates
        self.reviewed = reviewed
    }

    /// Returns the newest rate of each thing that is valid at `time`, in the order of the table.
    package func valid(at time: UnixTime) -> [Rate] {
        let begun = rates.filter { $0.from <= time }
        return begun.filter { rate in !begun.contains { $0.replaces(rate) && $0.from > rate.from } }
    }

    /// Returns the valid rates that were last read more than 180 days before `time`, without those of `withoutNewerReading`.
    package func old(at time: UnixTime) -> [Rate] { longUnread(at: time).filter { !hasNoNewerReading($0, at: time) } }

    /// Returns the valid rates that were last read more than 180 days before `time` and are not called old: when the table was reviewed, no newer reading
    /// was found.
    package func withoutNewerReading(at time: UnixTime) -> [Rate] { longUnread(at: time).filter { hasNoNewerReading($0, at: time) } }

    private func longUnread(at time: UnixTime) -> [Rate] {
        valid(at: time).filter { $0.perHour != nil && time - $0.checked > Self.maxAge }
    }

    /// True if the rate was so old already when the table was reviewed: it counts from the review, and that is not old.
    private func hasNoNewerReading(_ rate: Rate, at time: UnixTime) -> Bool {
        guard let reviewed else { return false }
        return reviewed - rate.checked > Self.maxAge && time - reviewed <= Self.maxAge
    }

    /// Returns the cost of work that is billed at `time`; nil when the model's price is not known. The work of free engines costs nothing. An add-on of
    /// which nobody knows the price is left out, so that the rest counts for limits of money: see `unknownAddOns`.
    package func cost(of work: BilledWork, at time: UnixTime) -> USDollars? {
        guard !work.engine.isFree else { return .zero }
        guard max(work.audio, work.connected ?? .zero) > .zero else { return .zero }
        guard let base = base(of: work, at: time), let perHour = base.perHour else { return nil }
        let addOns = work.features.compactMap { rate(of: $0, in: work, base, at: time)?.perHour }
        return addOns.reduce(perHour) { $0 + $1 }.cost(of: base.quantity(of: work))
    }

    /// Returns the add-ons of work that are left out of its cost, because the table does not know what the vendor charges for them.
    package func unknownAddOns(of work: BilledWork, at time: UnixTime) -> Set<BilledFeature> {
        guard !work.engine.isFree, billsApart(work), let base = base(of: work, at: time) else { return [] }
        return work.features.filter { $0 != .multilingual && rate(of: $0, in: work, base, at: time)?.perHour == nil }
    }

    private func base(of work: BilledWork, at time: UnixTime) -> Rate? {
        guard let model = work.model?.lowercased() else { return nil }
        let multilingual = work.features.contains(.multilingual) ? rate(of: model + "-multilingual", nil, in: work, at: time) : nil
        return multilingual ?? rate(of: model, nil, in: work, at: time)
    }

    private func rate(of feature: BilledFeature, in work: BilledWork, _ base: Rate, at time: UnixTime) -> Rate? {
        guard feature != .multilingual else { return nil }
        return rate(of: base.model, feature, in: work, at: time) ?? rate(of: Self.anyModel, feature, in: work, at: time)
    }

    private func rate(of model: String, _ addOn: BilledFeature?, in work: BilledWork, at time: UnixTime) -> Rate? {
        rates.lazy.filter { rate in
            rate.engine == work.engine && rate.isLive == work.isLive && rate.model == model && rate.addOn == addOn && rate.from <= time
        }.max { $0.from < $1.from }
    }

    /// True if the table has the rate of an add-on of the vendor. The add-ons that it does not name then have an unknown price. Where it has none, the
    /// models' own rates include them.
    private func billsApart(_ work: BilledWork) -> Bool {
        rates.contains { $0.engine == work.engine && $0.isLive == work.isLive && $0.addOn != nil }
    }
}

extension PriceTable.Rate {
    /// Returns the time that is multiplied by the rate. A stream whose time is not known is billed by its audio.
    fileprivate func quantity(of work: BilledWork) -> Duration {
        let exact =
            switch basis {
            case .audio: work.audio
            case .connection: work.connected ?? work.audio
            }
        switch rounding {
        case .exact: return exact
        case .second: return .seconds((exact.wholeNanoseconds + 500_000_000) / 1_000_000_000)
        }
    }
}

extension USDollars {
    /// Returns the cost of a time at this rate for an hour, rounded to a hundred-millionth of a dollar.
    fileprivate func cost(of time: Duration) -> USDollars {
        let product = max(0, time.wholeNanoseconds).multipliedFullWidth(by: hundredMillionths)
        let hour: Int64 = 3_600_000_000_000
        let (quotient, rest) = hour.dividingFullWidth(product)
        return USDollars(hundredMillionths: quotient + (rest >= hour / 2 ? 1 : 0))
    }
}
