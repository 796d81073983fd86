internal import Conversations
internal import Framing
internal import Net
internal import Protocols
internal import Sessions
internal import Speech

/// Carries out the output of the session's dialect, at once or at a set time.
extension LiveSession {
    /// Carries out the actions in the shared output. These may add more actions, which the outermost call carries out too.
    func carryOutOutput() {
        guard !isCarryingOut else { return }
        isCarryingOut = true
        var next = 0
        while next < context.output.actions.count {
            let action = context.output.actions[next]
            next += 1
            switch action {
            case .send(let range):
                let text = context.output.text(in: range)
                client?.send(text: text.span.bytes)
            case .command(let command): take(command)
            case .converse(let command):
                let command = redacted(command)
                if case .transcript(let segments, engine: _) = command { tellWatchers(.brought(segments)) }
                conversation?.command(command)
            case .audio(let bytes): audio(bytes.span.bytes)
            case .close(let code, let reason): client?.close(code: code, reason: reason)
            }
        }
        context.output.removeAll()
        isCarryingOut = false
        armDialectTimer()
    }

    func armDialectTimer() {
        dialectTimer.arm(for: clientIsGone ? nil : dialect.deadline) { [self] in
            if !isReading { dialect.clientIsHeld(now: context.loop.now) }
            dialect.timePassed(now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
    }
}
