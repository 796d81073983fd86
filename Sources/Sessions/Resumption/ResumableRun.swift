package import Continuity
package import Net
package import Speech

/// A live session whose client may lose its connection and come back: stands between the session's run and whatever connection its client has.
///
/// Lives on the session's loop and is called there only. Its owner passes on what the session says, and what of its audio is durable.
package final class ResumableRun {
    /// The output for a client that has a connection.
    package enum Message: Sendable, Equatable {
        case event(Resumption.Numbered)
        /// All audio before it is durable.
        case durable(through: SampleIndex)
    }

    private let run: SessionDriver
    private let loop: Loop
    private let frame: Int
    private var resumption: Resumption
    private var deliver: ((Message) -> Void)?
    private var timer: Loop.Timer?

    /// - Parameter deliver: takes what the client is told, until its connection is lost.
    package init(
        _ run: SessionDriver, rate: SampleRate, channels: Int = 1, rule: Resumption.Rule = .init(), on loop: Loop,
        deliver: @escaping (Message) -> Void
    ) {
        self.run = run
        self.loop = loop
        self.deliver = deliver
        frame = 2 * channels
        resumption = Resumption(rule, rate: rate)
    }

    package var isClientHere: Bool { resumption.isClientHere }

    /// Audio of the client comes.
    ///
    /// - Returns: how much at its beginning is there already, and is to be left out.
    package func repeated(of count: SampleCount) -> SampleCount { resumption.repeated(of: count) }

    /// Takes whole frames of the client's audio; those that are there already are left out.
    package func push(_ pcm: RawSpan) {
        let known = repeated(of: SampleCount(pcm.byteCount / frame))
        let fresh = pcm.extracting(Int(known.samples) * frame..<pcm.byteCount)
        if !fresh.isEmpty { _ = run.push(fresh) }
    }

    /// The session is over: nobody is waited for.
    package func ended() {
        deliver = nil
        timer?.cancel()
        timer = nil
    }

    /// The client has seen all events through this number.
    package func saw(_ number: Int) { resumption.saw(number) }

    /// The session says something.
    package func hear(_ event: SessionEvent) {
        if let told = resumption.said(event) { deliver?(.event(told)) }
    }

    /// All audio before it survives whatever comes. May be said as often as it is known.
    package func durable(through end: SampleIndex) {
        if let told = resumption.durable(through: end, now: loop.now) { deliver?(.durable(through: told)) }
    }

    /// The client's connection is gone; the session goes on with what there is.
    ///
    /// - Parameter givenUp: called when the client has not come back in time; everything is brought to its end then.
    package func lost(givenUp: @escaping () -> Void = {}) {
        deliver = nil
        resumption.lost(now: loop.now)
        run.flush()
        guard timer == nil, let deadline = resumption.deadline else { return }
        timer = loop.schedule(at: deadline) { [self] in
            timer = nil
            guard resumption.timePassed(now: loop.now) else { return }
            run.command(.finish)
            givenUp()
        }
    }

    /// The client is back, on another connection. The connection before, if it still stands, is told nothing any more.
    ///
    /// - Parameters:
    ///   - start: where its audio goes on.
    ///   - seen: the number of the last event that it saw.
    ///   - answer: tells the client how it goes on; what it has not seen follows.
    package func resume(
        at start: SampleIndex, seen: Int, answer: (Resumption.Answer) -> Void, deliver: @escaping (Message) -> Void
    ) {
        let said = resumption.resume(at: start, seen: seen, received: run.received, now: loop.now)
        guard case .resumed(let back) = said else { return answer(said) }
        timer?.cancel()
        timer = nil
        self.deliver = deliver
        answer(said)
        for event in back.again { deliver(.event(event)) }
        if back.missing > .zero { run.missed(back.missing) }
    }
}
