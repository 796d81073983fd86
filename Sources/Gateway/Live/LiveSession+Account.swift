internal import Continuity
internal import Net
internal import Protocols
internal import Sessions
internal import Speech
internal import Store

/// Whose key pays for it.
extension LiveSession {
    /// Charges audio to the key.
    ///
    /// - Returns: how much of it is paid for; nil when nobody counts.
    func pay(for count: SampleCount) -> SampleCount? {
        guard let (paid, notice) = meter?.pay(for: count) else { return nil }
        // Behind this audio, and not from inside the decoder.
        if let notice { context.loop.soon { [self] in account(notice) } }
        return paid
    }

    func account(_ notice: AccountNotice) {
        guard let run, !run.isEnded else { return }
        if !clientIsGone {
            dialect.account(notice, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        switch notice {
        case .low: break
        case .exhausted: run.command(.finish)
        case .revoked: run.fail(.unauthorised("The key was taken back, or is over."))
        }
    }

    /// The key was taken back, or is over.
    func keyIsOver() { account(.revoked) }
}
