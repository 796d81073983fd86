internal import Admission
internal import Continuity
internal import Engines
internal import Net
internal import Observability
package import Protocols
internal import Sessions
package import Speech
internal import Store
package import Usage

/// Charges the session to the key that pays for it.
extension LiveSession {
    /// Charges audio to the key.
    ///
    /// - Returns: the part of the audio that is paid for; nil when the audio is not counted.
    package func pay(for count: SampleCount) -> SampleCount? {
        guard let (paid, notice) = meter?.pay(for: count) else { return nil }
        // The notice follows this audio, and is not sent from inside the decoder.
        if let notice { context.loop.soon { [self] in account(notice) } }
        return paid
    }

    package func account(_ notice: AccountNotice) {
        guard let run, !run.isEnded else { return }
        if !clientIsGone {
            dialect.account(notice, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        switch notice {
        case .low: break
        case .exhausted: run.command(.finish)
        case .revoked: run.fail(.unauthorized("The key was revoked or has expired."))
        }
    }

    /// Returns the usage of the session's open streams at the operator's cost. The usage of ended streams is in the ledger.
    package func openUsage(now: UnixTime) -> OpenUsage {
        guard let run else { return OpenUsage() }
        let received = (run.received - .zero).duration(at: rate)
        let time = context.loop.now
        var open = OpenUsage()
        for (number, attempt) in attempts {
            guard let position = attempt.position, attempt.engine != .client else { continue }
            let audio = max(.zero, received - position.start) * position.channels * passedShare
            open.audio += audio
            // A vendor that bills a stream from open to close does so without audio too. A stream behind a gate is closed in silence.
            let connected = run.connected(of: number, now: time).map { $0 * position.channels }
            var work = attempt.work(audio: audio, connected: connected)
            work.features = run.features(of: number)
            open.cost = open.cost + (context.usage.prices.cost(of: work, at: now) ?? .zero)
        }
        return open
    }

    /// Share of the audio that engines hear. A gate keeps silence from engines.
    private var passedShare: Double {
        guard let savings = gate?.savings, savings.heard > .zero else { return 1 }
        return 1 - Double(savings.withheld.samples) / Double(savings.heard.samples)
    }

    /// Ends the session when a limit is used up, and tells its client when a limit is nearly used up.
    package func hold(to standing: Spending) {
        guard reachedLimit == nil, let run, !run.isEnded else { return }
        let costs = attempts.values.contains { !$0.engine.isFree }
        if let words = standing.audioUsedUp ?? (costs ? standing.costUsedUp : nil) { return limitReached(words, run) }
        guard let left = standing.audioLeft, limitWarnings.isNews(left.wholeMicroseconds) else { return }
        account(.low(remaining: left))
    }

    /// Ends the session because a limit is reached. Received audio becomes final if the engines are quick. The session then ends in the dialect's
    /// words for a used-up account.
    private func limitReached(_ words: String, _ run: SessionDriver) {
        context.log.warning("a usage limit is reached", [.session: id.rawValue, .reason: words])
        reachedLimit = words
        account(.exhausted)
        _ = context.loop.schedule(at: context.loop.now + LimitWatch.finishTime) { run.fail(.quotaExhausted(words)) }
    }

    /// Ends the session because its key was revoked or has expired.
    package func keyIsOver() { account(.revoked) }
}
