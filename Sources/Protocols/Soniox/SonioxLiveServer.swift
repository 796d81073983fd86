import Framing
package import Speech

/// The server side of Soniox's live protocol, `WS /transcribe-websocket`.
///
/// Commits become final tokens; words after them become tokens that are not final. The end of a turn becomes `<end>` if the client asked for
/// endpoints, and the answer to a finalize becomes `<fin>`. Lost audio shows only in the counters, because the protocol has no message for it.
///
/// Source: Soniox "Real-time API" reference.
package struct SonioxLiveServer: LiveServerMachine {
    /// Maximum time without audio or keepalive from the client.
    package static let idleLimit: Duration = .seconds(20)
    package static let sessionLimit: Duration = .seconds(300 * 60)
    /// Time between two messages while audio comes.
    package static let updatePeriod: Duration = .milliseconds(400)

    package let request: LiveRequest
    private let detectsEndpoints: Bool
    private var tokens: SonioxTokens
    /// State of the session; while it ends, with the error to report at the end.
    private var state: LiveServerState<SonioxError?> = .connecting
    private var term: SessionTimeouts?
    private var lastSaid: Instant?
    private var receivedAudio = false
    /// True if audio came after the last message to the client.
    private var hasNewAudio = false
    /// Milliseconds of audio that final tokens cover; never decreases.
    private var finalThrough = 0
    private var totalThrough = 0
    /// Words that are not final, as in the last interim.
    private var tentative: [Word] = []
    /// The last final word; empty: none was said.
    private var lastWord = ""
    /// True if words became final after the last marker.
    private var turnIsOpen = false
    private var unansweredFinalizes = 0
    private var saidSilenceIsIgnored = false
    /// Error for which the client's key ended the session.
    private var accountError: SonioxError?
    /// Error for which the session ends at once; nil: none.
    private var refusal: SonioxError?

    package init(_ configuration: SonioxConfiguration, engines: [EngineName] = []) {
        request = configuration.request(engines: engines)
        detectsEndpoints = configuration.detectsEndpoints
        tokens = SonioxTokens(
            rate: .speech, showsSpeakers: configuration.diarizes, showsLanguages: configuration.identifiesLanguage,
            language: configuration.assumedLanguage)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .open
        tokens.rate = start.rate
        term = SessionTimeouts(Self.sessionLimit, silence: Self.idleLimit, from: now)
        lastSaid = now
        // The protocol has no message that could say that tokens will have no speakers.
        if tokens.showsSpeakers, !start.tellsSpeakers { refusal = .noSpeakers }
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        guard state == .open else { return .ignored }
        term?.heard(now)
        guard message.byteCount > 0 else {
            state = .ending(nil)
            return .command(.finish)
        }
        receivedAudio = true
        hasNewAudio = true
        return .audio()
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        // A second empty text may come after the end.
        guard state == .open else { return }
        term?.heard(now)
        switch SonioxClientMessage(parsing: text) {
        case .keepAlive: output.command(.keepAlive)
        case .finalize(let silence):
            if silence != nil, !saidSilenceIsIgnored {
                saidSilenceIsIgnored = true
                update(warnings: [Self.silenceWarning], now: now, &output)
            }
            unansweredFinalizes += 1
            output.command(.finalize)
        case .endOfAudio: finish(saying: nil, &output)
        case .invalid(let error): finish(saying: error, &output)
        }
    }

    private mutating func finish(saying error: SonioxError?, _ output: inout ServerOutput) {
        state = .ending(error)
        output.command(.finish)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .open, .ending: break
        }
        switch event {
        case .ready, .speechStarted: break
        case .interim(let hypothesis):
            tentative = hypothesis.words
            reached(hypothesis.range.end, isFinal: false)
            update(now: now, &output)
        case .commit(let commit):
            self.commit(commit, now, &output)
        case .turnEnded:
            guard turnIsOpen else { return }
            turnIsOpen = false
            if detectsEndpoints { update(final: [.endpoint], now: now, &output) }
        case .flushed:
            answerFinalize(final: [], now, &output)
        case .gap(_, let range, _):
            tentative = []
            reached(range.end, isFinal: true)
            update(now: now, &output)
        case .ended(let end):
            ended(end, now, &output)
        }
    }

    private mutating func commit(_ commit: Commit, _ now: Instant, _ output: inout ServerOutput) {
        var final: [SonioxToken] = []
        tokens.append(commit.words, isFinal: true, behind: lastWord, to: &final)
        if let last = commit.words.last {
            lastWord = last.text
            turnIsOpen = true
        }
        tentative = []
        reached(commit.range.end, isFinal: true)
        switch commit.reason {
        case .flush:
            return answerFinalize(final: final, now, &output)
        case .endOfTurn where turnIsOpen:
            turnIsOpen = false
            if detectsEndpoints { final.append(.endpoint) }
        case .endOfTurn, .pause, .length, .endOfAudio: break
        }
        update(final: final, now: now, &output)
    }

    private mutating func answerFinalize(final: [SonioxToken], _ now: Instant, _ output: inout ServerOutput) {
        turnIsOpen = false
        unansweredFinalizes = max(0, unansweredFinalizes - 1)
        update(final: final + [.finalized], now: now, &output)
    }

    private mutating func ended(_ end: SessionEnd, _ now: Instant, _ output: inout ServerOutput) {
        let asked: SonioxError? = if case .ending(let error) = state { error } else { nil }
        tentative = []
        if unansweredFinalizes > 0 {
            update(final: Array(repeating: .finalized, count: min(unansweredFinalizes, Self.maxAnswersAtOnce)), now: now, &output)
        }
        state = .closed
        if let error = accountError ?? end.error.map({ SonioxError($0) }) ?? asked ?? (end.received > .zero ? nil : .noAudio) {
            output.send { SonioxMessage.error(error).write(to: &$0) }
            return output.close(error.closeCode)
        }
        reached(.zero + end.received, isFinal: true)
        let last = SonioxUpdate(finalThrough: finalThrough, totalThrough: totalThrough, isFinished: true)
        output.send { last.write(to: &$0) }
        output.close(1000)
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted: accountError = SonioxError(.outOfCredit, hasKey: true)
        case .revoked: accountError = .wrongKey
        }
    }

    private static let maxAnswersAtOnce = 100
    private static let silenceWarning = "trailing_silence_ms is ignored: the engine decides how much silence it needs behind the last word."

    private mutating func reached(_ position: SampleIndex, isFinal: Bool) {
        let milliseconds = position.wholeMilliseconds(at: tokens.rate)
        totalThrough = max(totalThrough, milliseconds)
        if isFinal { finalThrough = max(finalThrough, milliseconds) }
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        update(warnings: IgnoredOptions.told(names).map(IgnoredOptions.warning), now: now, &output)
    }

    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: break
        case .open, .ending: update(warnings: [RecordingNotices.live(notice)], now: now, &output)
        }
    }

    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: break
        case .open, .ending: update(warnings: [LateFinals.text], now: now, &output)
        }
    }

    private mutating func update(final: [SonioxToken] = [], warnings: [String] = [], now: Instant, _ output: inout ServerOutput) {
        lastSaid = now
        hasNewAudio = false
        var all = final
        tokens.append(tentative, isFinal: false, behind: lastWord, to: &all)
        var update = SonioxUpdate(tokens: all, finalThrough: finalThrough, totalThrough: totalThrough)
        update.warnings = warnings
        output.send { update.write(to: &$0) }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard state == .open, let term, let lastSaid else { return nil }
        if refusal != nil { return lastSaid }
        return min(term.deadline, lastSaid + Self.updatePeriod)
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard state == .open, let term, let lastSaid else { return }
        if let refusal { return finish(saying: refusal, &output) }
        switch term.end(now) {
        case .expired: finish(saying: .tooLong, &output)
        case .idle: finish(saying: receivedAudio ? .timeout : .firstAudioTimeout, &output)
        case nil:
            guard now >= lastSaid + Self.updatePeriod else { return }
            if hasNewAudio { update(now: now, &output) } else { self.lastSaid = now }
        }
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        finish(saying: .restart, &output)
    }
}
