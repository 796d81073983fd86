internal import Continuity
internal import Glibc
internal import Speech

/// Recognises what is missing in one session's transcript.
struct TranscriptRepair: Sendable {
    enum Verdict: Sendable, Equatable {
        /// There is nothing left that could be done.
        case done
        /// Something is missing for a reason that may pass.
        case mayPass
        /// Something is missing that only a later start may find.
        case left
        /// The gateway is going down.
        case interrupted
    }

    let gateway: GatewayService
    let transcripts: TranscriptFolder
    let audio: any RecoverableAudio

    /// Recognised in one piece; what is longer is stored in between.
    private static let longest: Duration = .seconds(300)
    /// Recognised beyond both ends, so that words at the edges are heard whole.
    private static let reach: Duration = .milliseconds(1_500)
    /// What is shorter holds no word.
    private static let shortest: Duration = .milliseconds(50)

    func run(_ stored: inout StoredTranscript) async -> Verdict {
        var verdict = Verdict.done
        let rate = stored.transcript.rate
        let engines = engines(for: stored.record)
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
                    if let cause = await repair(part, channel, engines, &stored) {
                        if Task.isCancelled { return .interrupted }
                        stored.transcript.note(cause, channel, part)
                        if cause != .audioLost { verdict = cause.mayPass ? .mayPass : verdict == .done ? .left : verdict }
                    } else if await !transcripts.keep(stored) {
                        return .left
                    }
                }
            }
        }
        return verdict
    }

    /// Those that may have the session's audio, and can be used now.
    private func engines(for record: SessionRecord) -> [EngineEntry] {
        let allowed = (record.engines ?? gateway.configuration.engines).compactMap { name in gateway.entries.first { $0.name == name } }
        return LiveContinuity.repairers(among: allowed, language: record.language).filter { entry in
            if case .unavailable = entry.status() { false } else { true }
        }
    }

    private func pieces(of range: SampleRange, at rate: SampleRate) -> [SampleRange] {
        let longest = SampleCount(Self.longest, at: rate).samples
        return stride(from: range.start.samples, to: range.end.samples, by: Int(longest)).map { start in
            SampleRange(SampleIndex(start), SampleIndex(min(start + longest, range.end.samples)))
        }
    }

    /// - Returns: why it could not be recognised; nil when it was.
    private func repair(
        _ range: SampleRange, _ channel: ChannelIndex, _ engines: [EngineEntry], _ stored: inout StoredTranscript
    ) async -> GapCause? {
        guard !engines.isEmpty else { return .noEngine }
        let rate = stored.transcript.rate
        let reach = SampleCount(Self.reach, at: rate)
        let wide = SampleRange(max(.zero, range.start - reach), range.end + reach)
        guard let heard = await audio.held(of: wide).first(where: { $0.intersection(range) == range }) else { return .audioLost }
        let path = gateway.spool.path(for: gateway.newID())
        defer { unlink(path) }
        do throws(JournalError) {
            try await write(heard, channel, rate, to: path)
        } catch {
            gateway.log.error("a session's audio cannot be read back", [.session: stored.record.id.rawValue, .error: "\(error)"])
            return .audioLost
        }
        var cause = GapCause.unavailable
        for engine in engines {
            guard let recogniser = engine.prerecorded else { continue }
            // The client's model is one for live audio; the engine's own for recordings is taken.
            let options = RecognitionOptions(
                language: recogniser.capabilities.language(for: stored.record.language), keyterms: stored.record.keyterms,
                workload: stored.record.workload)
            do throws(EngineError) {
                let recording = Recording(path: path, format: .raw(.linear16, rate, channels: 1))
                let transcript = try await recogniser.recognize(recording, options: options) { _ in }
                gateway.metrics.recognised(engine: engine.name, seconds: transcript.length.seconds(at: transcript.rate))
                let words = (transcript.channels.first?.words ?? []).map { word in
                    var own = word
                    own.range = word.range.converted(from: transcript.rate, to: rate).shifted(by: heard.start - .zero)
                    // It tells speakers apart within this recording only.
                    own.speaker = nil
                    return own
                }
                stored.transcript.mend(channel, range, words, by: engine.name)
                return nil
            } catch {
                if error == .cancelled, Task.isCancelled { return .interrupted }
                gateway.log.warning(
                    "a session's audio was not recognised again",
                    [.session: stored.record.id.rawValue, .engine: engine.name.rawValue, .error: "\(error)"])
                cause = GapCause(error)
            }
        }
        return cause
    }

    /// A second at a time: what it is read from may be busy with live sessions.
    private func write(_ range: SampleRange, _ channel: ChannelIndex, _ rate: SampleRate, to path: String) async throws(JournalError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var start = range.start
        while start < range.end {
            let piece = SampleRange(start, min(range.end, start + SampleCount(rate.hertz)))
            let bytes = try await audio.read(piece, channel)
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count == bytes.count else { throw .cannotWrite(path: path, reason: String(cString: strerror(count < 0 ? errno : ENOSPC))) }
            start = piece.end
        }
    }
}

extension GapCause {
    /// Whether the same may succeed a while later.
    fileprivate var mayPass: Bool {
        switch self {
        case .unavailable, .timedOut, .rateLimited, .protocolViolation, .noEngine: true
        case .interrupted, .abandoned, .unauthorised, .quotaExhausted, .badRequest, .unsupportedLanguage, .undecodable, .audioLost: false
        }
    }
}
