internal import Admission
internal import Continuity
internal import Engines
internal import Journal
internal import Observability
internal import Protocols
internal import Sessions
internal import Speech
internal import Store
internal import TextNormalization
internal import Tracing
internal import Usage

/// Recognises the missing parts of one session's transcript.
struct TranscriptRepair: Sendable {
    enum Verdict: Sendable, Equatable {
        /// Nothing is left to recognise.
        case done
        /// A part is still missing, for a reason that may pass.
        case mayPass
        /// A part is still missing that only a later start may recognise.
        case left
        /// The gateway is going down.
        case interrupted
    }

    let parts: CrashRecovery.Parts
    let transcripts: TranscriptFolder
    let audio: any RecoverableAudio

    /// Maximum length of audio that is recognised in one piece. Longer audio is recognised in several pieces; each is stored before the next.
    private static let longest: Duration = .seconds(300)
    /// Length of audio that is recognised beyond each end, so that words at the edges are heard whole.
    private static let reach: Duration = .milliseconds(1_500)
    /// Length of audio that is recognised before a part of a session that hides words. A number that goes on in the part is found with its beginning only:
    /// the words before are stored as they were shown, so its beginning is hidden. Someone who reads a card's number aloud takes ten seconds or so.
    private static let redactionReach: Duration = .seconds(20)
    /// Minimum length of audio that is recognised. Shorter audio holds no word.
    private static let shortest: Duration = .milliseconds(50)

    func run(_ stored: inout StoredTranscript) async -> Verdict {
        var verdict = Verdict.done
        let rate = stored.transcript.rate
        let (able, wanted) = await recognition(of: stored.record)
        let engines = able.filter(\.isUsable)
        for channel in (0..<stored.transcript.channels).map({ ChannelIndex($0) }) {
            for missing in stored.transcript.missing(in: channel) {
                let held = await audio.held(of: missing)
                if held != [missing] { stored.transcript.note(.audioLost, channel, missing) }
                for part in held.flatMap({ pieces(of: $0, at: rate) }) {
                    if Task.isCancelled { return .interrupted }
                    if part.count < SampleCount(Self.shortest, at: rate) {
                        stored.transcript.mend(channel, part, [], by: engines.first?.name ?? .local)
                        continue
                    }
                    if let cause = await repair(part, channel, engines, wanted, &stored) {
                        if Task.isCancelled { return .interrupted }
                        stored.transcript.note(cause, channel, part)
                        switch cause {
                        case .audioLost: break
                        // No other engine may have the audio, now or later.
                        case .noEngine where stored.record.isByOwnKeys: break
                        case .noEngine where able.isEmpty: verdict = verdict == .done ? .left : verdict
                        case _: verdict = cause.mayPass ? .mayPass : verdict == .done ? .left : verdict
                        }
                    } else if await !transcripts.keepUntilStored(stored) {
                        return .interrupted
                    }
                }
            }
        }
        return verdict
    }

    /// Returns the engines that may have the session's audio, and what they are asked for.
    private func recognition(of record: SessionRecord) async -> ([EngineEntry], RecognitionOptions) {
        // A session with the caller's own keys never uses the operator's keys. The local engine costs nothing and sends nothing to others.
        let names = record.isByOwnKeys ? [.local] : record.engines ?? parts.engines
        let user = record.owner.map { ID<User>($0.user) } ?? .local
        let key = record.owner.flatMap { $0.key.isEmpty ? nil : ID<AccessKey>($0.key) }
        let grant = await parts.admission.grantForRepair(of: user, key: key)
        // The client's model is for live audio, so the engine's own model for recordings is used.
        var wanted = RecognitionOptions(language: record.language, keyterms: record.keyterms, workload: record.workload)
        // The session's language was allowed when the session began.
        grant.limitLanguages(of: &wanted, else: record.language)
        return (grant.engines(named: names).repairers(language: wanted.language), wanted)
    }

    private func pieces(of range: SampleRange, at rate: SampleRate) -> [SampleRange] {
        let longest = SampleCount(Self.longest, at: rate).samples
        return stride(from: range.start.samples, to: range.end.samples, by: Int(longest)).map { start in
            SampleRange(SampleIndex(start), SampleIndex(min(start + longest, range.end.samples)))
        }
    }

    /// - Returns: the reason why the range could not be recognised; nil when it was recognised.
    private func repair(
        _ range: SampleRange, _ channel: ChannelIndex, _ engines: [EngineEntry], _ wanted: RecognitionOptions, _ stored: inout StoredTranscript
    ) async -> GapCause? {
        guard !engines.isEmpty else { return .noEngine }
        let rate = stored.transcript.rate
        let hidden = stored.record.redaction
        let reach = SampleCount(Self.reach, at: rate), near = max(.zero, range.start - reach)
        let first = hidden.isEmpty ? near : max(.zero, range.start - SampleCount(Self.redactionReach, at: rate))
        let wide = SampleRange(first, range.end + reach)
        guard let heard = await audio.held(of: wide).first(where: { $0.intersection(range) == range }) else { return .audioLost }
        let session = stored.record.id.rawValue
        var last: EngineError?
        var trace = parts.tracer?.begin(under: nil, at: .now).map {
            RecordingTrace(route: nil, workload: stored.record.workload, model: nil, root: $0)
        }
        defer { if let span = trace?.ended(last, now: .now) { parts.tracer?.take([span]) } }
        do throws(RangeRecordingError) {
            let recording = try await RangeRecording.write(heard, at: rate, to: parts.newPath()) {
                (piece) async throws(AudioLost) in
                do throws(JournalError) { return try await audio.read(piece, channel) } catch { throw AudioLost("\(error)") }
            }
            for engine in engines {
                guard let recognizer = engine.prerecorded else { continue }
                let start = Instant.now
                do throws(EngineError) {
                    var (answer, words) = try await recording.recognize(by: recognizer, wanted)
                    last = nil
                    report(.success(answer), of: engine.name, from: start, stored.record, &trace)
                    // The engine's speaker labels are valid within this recording only.
                    for index in words.indices { words[index].speaker = nil }
                    if !hidden.isEmpty {
                        // Word by word: which words fill the gap is decided by their times.
                        words = redacted(words, channel, heardFrom: heard.start, of: range, stored)
                        words.removeAll { $0.range.end <= near }
                    }
                    stored.transcript.mend(channel, range, words, by: engine.name)
                    return nil
                } catch {
                    last = error
                    report(.failure(error), of: engine.name, from: start, stored.record, &trace)
                    if error == .cancelled, Task.isCancelled { return .interrupted }
                    parts.log.warning(
                        "a session's audio could not be recognized again",
                        [.session: session, .engine: engine.name.rawValue, .error: "\(error)"])
                }
            }
            return last.map { GapCause($0) } ?? .unavailable
        } catch {
            switch error {
            case .lost(let loss):
                parts.log.error("a session's audio cannot be read from the journal", [.session: session, .error: "\(loss)"])
                return .audioLost
            case .notWritten(let problem):
                // The disk may have room later, and the audio still exists.
                parts.log.error("a session's audio cannot be prepared for an engine", [.session: session, .error: "\(problem)"])
                return .unavailable
            }
        }
    }

    /// Returns the words at a part that is recognized again, with sensitive content hidden. A number may be cut by the audio's edge, and the words that
    /// are stored before the part may be others than those that are heard again: the part's words are read behind both.
    ///
    /// - Parameter start: position at which the audio begins that was recognized.
    private func redacted(
        _ words: [Word], _ channel: ChannelIndex, heardFrom start: SampleIndex, of range: SampleRange, _ stored: StoredTranscript
    ) -> [Word] {
        let rule = RedactionRule(stored.record.redaction, form: .hashes)
        var redactor = StreamRedactor(rule, behind: said(before: start, in: channel, stored))
        // Hashes stand word by word, so each word keeps its time.
        let heard = redactor.redact(final: words)
        let before = heard.prefix { $0.range.middle < range.start }
        var second = StreamRedactor(rule, behind: said(before: range.start, in: channel, stored))
        return Array(before) + second.redact(final: Array(heard.dropFirst(before.count)))
    }

    /// Returns the stored words before a position; nil where nothing was said before.
    private func said(before position: SampleIndex, in channel: ChannelIndex, _ stored: StoredTranscript) -> SaidBefore.Part? {
        // Only a client of /listen begins a session in the middle of its speech.
        if position <= .zero, !stored.record.dialect.hasPrefix(ListenServer.dialect.name) { return nil }
        return stored.transcript.said(in: channel, before: position)
    }

    private func report(
        _ result: Result<Transcript, EngineError>, of engine: EngineName, from start: Instant, _ session: SessionRecord,
        _ trace: inout RecordingTrace?
    ) {
        var run = RecognitionAttempt(.recovery, of: result, by: engine, from: start, to: .now)
        run.features = Catalogue.billedFeatures(
            of: RecognitionOptions(language: session.language, keyterms: session.keyterms, workload: session.workload), by: engine)
        parts.metrics.ran(run)
        parts.usage.note(run, of: session)
        if let span = trace?.ran(run) { parts.tracer?.take([span]) }
    }
}

extension SessionRecord {
    fileprivate var isByOwnKeys: Bool { engines?.isEmpty == true }
}

extension GapCause {
    /// True if a later attempt may succeed.
    fileprivate var mayPass: Bool {
        switch self {
        case .unavailable, .timedOut, .rateLimited, .protocolViolation, .noEngine: true
        case .interrupted, .abandoned, .unauthorized, .quotaExhausted, .badRequest, .unsupportedLanguage, .undecodable, .audioLost: false
        }
    }
}
