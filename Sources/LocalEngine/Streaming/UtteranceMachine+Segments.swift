import Speech

extension UtteranceMachine {
    // MARK: Beginnings and ends of segments

    mutating func speechStarted(at start: SampleIndex) {
        turn.spoken(at: start)
        spokenFrom = start
        guard var open = segment else {
            let item = QueuedItem.speechStarted(at: max(start, covered))
            queue.append(item)
            openSegment(speechStart: start)
            return
        }
        guard let end = open.pause?.at else { return }
        if end - open.audioStart >= timing.longEnough {
            // The segment is long enough to be cut at this pause, although the pause is short.
            let half = SampleCount((start - end).samples / 2)
            closeSegment(reason: .length, coverage: end + min(timing.tail, half))
            openSegment(speechStart: start)
        } else {
            if timing.dropsRequests, outstanding?.purpose == .final, outstanding?.audio.start == open.audioStart { cancelOutstanding() }
            open.pause = nil
            open.speculation = nil
            segment = open
        }
    }

    mutating func speechPaused(at end: SampleIndex) {
        let began = spokenFrom ?? end
        spokenFrom = nil
        guard let open = segment else { return }
        let at = max(end, open.speechStart)
        let silentSince = min(at, max(at - timing.hangover, open.soundEnd))
        lastID += 1
        segment?.pause = OpenSegment.Pause(
            at: at, silentSince: silentSince, audioEnd: min(at + timing.tail, received), judgment: lastID)
        turn.paused(at: silentSince, judgment: lastID)
        let heard = min(received, detector.position)
        let audio = SampleRange(max(turn.start ?? end, heard - Self.turnMemory, .zero), heard)
        actions.append(.judge(id: lastID, audio: audio, speech: SampleRange(min(began, silentSince), silentSince)))
    }

    mutating func openSegment(speechStart: SampleIndex) {
        let audioStart = max(covered, speechStart - timing.lead)
        segment = OpenSegment(
            audioStart: audioStart, speechStart: max(speechStart, audioStart),
            lastInterim: max(speechStart, audioStart), interimPeriod: timing.soonerPeriod(after: took))
        probabilities.removeAll(keepingCapacity: true)
        probabilityOrigin = detector.position
        turn.spoken(at: max(speechStart, audioStart))
    }

    /// Ends the open segment: at its pause if there is one, otherwise at the end of the audio.
    mutating func closeSegment(reason: FinalReason, coverage: SampleIndex) {
        guard let open = segment else { return }
        segment = nil
        let audio = SampleRange(open.audioStart, open.pause?.audioEnd ?? coverage)
        let speech = SampleRange(open.speechStart, open.pause?.at ?? coverage)
        guard isSpeech(speech) || !open.agreement.stable.isEmpty else {
            queue.append(.silence(through: coverage, reason))
            return
        }
        let isLongPause = reason == .pause && open.pause.map { detector.position - $0.silentSince >= timing.sentencePause } ?? false
        queue.append(
            .segment(
                ClosedSegment(
                    audio: audio, speech: speech, coverage: coverage, reason: reason, agreement: open.agreement, result: open.speculation,
                    pause: open.pause, isDecided: isLongPause)))
        turn.saidWords()
    }

    /// True if `range` is long enough to be speech: behind a cut there may be only the rest of a sound.
    func isSpeech(_ range: SampleRange) -> Bool { range.count >= timing.detection.minimumSpeech }

    mutating func confirmPause() {
        guard let pause = segment?.pause else { return }
        let silence = detector.position - pause.silentSince
        guard silence >= timing.endpointing, silence >= timing.hold || !(pause.goesOn ?? false) else { return }
        closeSegment(reason: .pause, coverage: pause.audioEnd)
    }

    // MARK: Turns

    mutating func endTurn() {
        guard segment == nil, turn.isOver(at: detector.position, timing) else { return }
        defer { turn.reset() }
        guard turn.isOpen else { return }
        if case .segment(var closed) = queue.last, closed.reason == .pause {
            closed.reason = .endOfTurn
            queue[queue.count - 1] = .segment(closed)
        } else {
            queue.append(.turnEnded)
        }
    }

    // MARK: Maximum length

    /// Splits speech without any pause at the quietest window of its later part, when no cut was found in time.
    mutating func splitWhenTooLong() {
        guard let open = segment, open.pause == nil, received - open.audioStart >= timing.hardLength else { return }
        let window = VoiceActivity.window
        let settled = max(0, probabilities.count - Int(timing.settling.samples / window.samples))
        // The split lies behind all stable words, so that these stay in the first part.
        let behind = max(open.audioStart + timing.longEnough, open.agreement.heardThrough)
        let earliest = Int((behind - probabilityOrigin).samples / window.samples) + 1
        let range = min(max(0, earliest), settled)..<settled
        let quietest = range.min { probabilities[$0] < probabilities[$1] }
        let at = quietest.map { probabilityOrigin + SampleCount((Int64($0) * window.samples) + window.samples / 2) } ?? received
        split(open, at: min(max(at, open.audioStart), received), open.agreement, Agreement(), result: nil)
    }

    /// Closes the audio before `at` as a segment, and opens a new one at `at`.
    private mutating func split(
        _ open: OpenSegment, at: SampleIndex, _ before: Agreement, _ behind: Agreement, result: SegmentResult?
    ) {
        cancelOutstanding()
        queue.append(
            .segment(
                ClosedSegment(
                    audio: SampleRange(open.audioStart, at), speech: SampleRange(open.speechStart, at), coverage: at, reason: .length,
                    agreement: before, result: result, isDecided: result != nil)))
        turn.saidWords()
        openSegment(speechStart: at)
        segment?.agreement = behind
    }

    mutating func cut(_ result: SegmentResult, of request: SegmentRequest) {
        guard let open = segment, open.audioStart == request.audio.start else { return }
        let words = open.agreement.hold(result.words)
        let latest = request.audio.end - timing.settling
        let earliest = request.audio.start + SampleCount(request.audio.count.samples / 3)
        let possible = result.seams.filter { earliest <= $0.at && $0.at <= latest && $0.words <= words.count && $0.words > 0 }
        guard !result.isSuspect, let seam = possible.min(by: { $0.power < $1.power }) else {
            segment?.cutFailed = true
            return
        }
        let kept = SegmentResult(words: Array(words.prefix(seam.words)))
        let (before, behind) = open.agreement.split(atWord: Agreement.heardCount(of: words.prefix(seam.words)))
        split(open, at: seam.at, before, behind, result: kept)
    }
}
