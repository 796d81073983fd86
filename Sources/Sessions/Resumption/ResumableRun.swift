package import Continuity
package import Net
package import Speech

/// A live session whose client may lose its connection and come back. Stands between the session's driver and the client's present connection.
///
/// Lives on the session's loop and is called there only. Its owner passes on the session's events and the end of the durable audio.
package final class ResumableRun {
    /// The output for a client that has a connection.
    package enum Message: Sendable, Equatable {
        case event(Resumption.Numbered)
        /// All audio before this place is durable.
        case durable(through: SampleIndex)
    }

    private let run: SessionDriver
    private let loop: Loop
    private let frame: Int
    private var resumption: Resumption
    private var deliver: ((Message) -> Void)?
    private var timer: Loop.Timer?

    /// - Parameters:
    ///   - earliest: the beginning of the client's audio; before 0 if another gateway had the session until sample 0.
    ///   - repeated: amount of the client's first audio that is to be ignored.
    ///   - deliver: takes the client's messages, until its connection is lost.
    package init(
        _ run: SessionDriver, rate: SampleRate, channels: Int = 1, rule: Resumption.Rule = .init(), earliest: SampleIndex = .zero,
        repeated: SampleCount = .zero, on loop: Loop, deliver: @escaping (Message) -> Void
    ) {
        self.run = run
        self.loop = loop
        self.deliver = deliver
        frame = 2 * channels
        resumption = Resumption(rule, rate: rate, earliest: earliest, repeated: repeated)
    }

    package var isClientHere: Bool { resumption.isClientHere }

    /// Counts audio of the client.
    ///
    /// - Returns: the amount at the beginning of the audio that the session already has, and that is to be ignored.
    package func repeated(of count: SampleCount) -> SampleCount { resumption.repeated(of: count) }

    /// Takes whole frames of the client's audio. Audio that the session already has is ignored.
    package func push(_ pcm: RawSpan) {
        let known = repeated(of: SampleCount(pcm.byteCount / frame))
        let fresh = pcm.extracting(Int(known.samples) * frame..<pcm.byteCount)
        if !fresh.isEmpty { _ = run.push(fresh) }
    }

    /// Stops waiting for the client, because the session is over.
    package func ended() {
        deliver = nil
        timer?.cancel()
        timer = nil
    }

    /// Notes that the client has seen all events through this number.
    package func saw(_ number: Int) { resumption.saw(number) }

    /// Takes an event of the session.
    package func hear(_ event: SessionEvent) {
        if let told = resumption.said(event) { deliver?(.event(told)) }
    }

    /// Takes the end of the durable audio. May be called as often as the end is known.
    ///
    /// - Parameter repeats: true if an end that was reported is reported again, as a sign that the gateway hears.
    package func durable(through end: SampleIndex, repeats: Bool = false) {
        if let told = resumption.durable(through: end, repeats: repeats, now: loop.now) { deliver?(.durable(through: told)) }
    }

    /// Notes that the client's connection is gone. The session goes on with the audio that it has.
    ///
    /// - Parameter givenUp: called when the client has not come back in time. The session is brought to its end then.
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

    /// Resumes the session on the client's new connection. The old connection, if it still stands, gets no more messages.
    ///
    /// - Parameters:
    ///   - start: the place where the client's audio goes on.
    ///   - seen: the number of the last event that it saw.
    ///   - answer: takes the answer to the client. The events that the client has not seen follow, through `deliver`.
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
