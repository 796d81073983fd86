import Speech
import Store

extension UsageRecord {
    static let engines = [EngineName("assemblyai"), EngineName("deepgram"), EngineName.local]

    /// One that has ended, somehow.
    static func random(_ number: Int, by generator: inout some RandomNumberGenerator) -> UsageRecord {
        var run = UsageRecord(
            id: ID("run\(number)"), user: ID("user\(Int.random(in: 0..<5, using: &generator))"),
            key: Bool.random(using: &generator) ? ID("key\(Int.random(in: 0..<3, using: &generator))") : nil,
            engine: engines.randomElement(using: &generator) ?? .local, model: Bool.random(using: &generator) ? "nova-3" : nil,
            workload: Workload.allCases.randomElement(using: &generator) ?? .sync, kind: .recording,
            payer: BillingParty.allCases.randomElement(using: &generator) ?? .operator, started: .at(Double(number)))
        run.end(by: &generator)
        return run
    }

    mutating func end(by generator: inout some RandomNumberGenerator) {
        status = Int.random(in: 0..<4, using: &generator) == 0 ? .failed : .succeeded
        completed = UnixTime.at(Double.random(in: 0..<400_000, using: &generator))
        audio = .milliseconds(Int.random(in: 0..<1_000_000, using: &generator))
        billable = status == .failed ? .zero : audio
        billing = status == .failed ? .none : .certain
        cost = Int.random(in: 0..<5, using: &generator) == 0 ? nil : USDollars(hundredMillionths: Int64.random(in: 0..<10_000_000, using: &generator))
        retries = Int.random(in: 0..<2, using: &generator)
        if Bool.random(using: &generator) { fallback = .init(from: EngineName("assemblyai"), .timeout) }
        segments = Int.random(in: 0..<10, using: &generator)
        words = Int.random(in: 0..<100, using: &generator)
        speakers = Int.random(in: 0..<4, using: &generator)
    }
}
