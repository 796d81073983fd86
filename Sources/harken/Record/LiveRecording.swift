import Framing
import HarkenKit
import Speech

/// The work of `harken record --managed` and `--byok`: recognition while the user speaks.
struct LiveRecording {
    let engine: any HarkenKit.RecordingEngine
    /// The gateway that recognizes; nil when a vendor does.
    let gateway: GatewayAddress?
    let json: Bool

    private enum ScreenEvent: Sendable {
        case said(RecordingResult)
        case failed(RecordingError)
        case low(Duration)
        case ended(EngineSessionEnd)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do {
            if let gateway { try KitRuntime.start(trusting: gateway.trust()) }
        } catch {
            context.printError(Record.description, "\(error)")
            return .failed
        }
        let (events, continuation) = AsyncStream<ScreenEvent>.makeStream()
        let (stops, stop) = AsyncStream<Void>.makeStream()
        let engine = engine
        engine.onRealtime { continuation.yield(.said($0)) }
        engine.onFinal { continuation.yield(.said($0)) }
        engine.onError { error in
            continuation.yield(.failed(error))
            guard error.endsRecording else { return }
            continuation.finish()
            stop.finish()
        }
        engine.onCreditsLow { continuation.yield(.low($0)) }
        engine.onSessionEnd { end in
            continuation.yield(.ended(end))
            stop.finish()
        }
        // A separate task, which gets the last words even when this task is cancelled.
        let shown = Task { await show(events, context) }
        let work = Task { () -> RecordingError? in
            do throws(RecordingError) {
                try await engine.initialize()
                try await engine.start()
                context.note("listening; Ctrl-C ends the recording")
                return nil
            } catch {
                return error
            }
        }
        let startError = await withTaskCancellationHandler { () -> RecordingError? in
            if let error = await work.value { return error == .stopped ? nil : error }
            // Waits until the user or an error ends the recording.
            for await _ in stops {}
            // An error may follow the end of the session.
            await engine.stop()
            continuation.finish()
            return nil
        } onCancel: {
            Task {
                await engine.stop()
                // The start may have completed after the stop, so the engine is stopped again.
                _ = await work.value
                await engine.stop()
                stop.finish()
                continuation.finish()
            }
        }
        if let startError {
            context.printError(Record.description, "\(startError)")
            await engine.shutdown()
            return .failed
        }
        let error = await shown.value
        await engine.shutdown()
        return error == nil ? .done : .failed
    }

    /// Prints the results until the end. Returns the error that ended the recording; nil when the user ended it.
    private func show(_ events: AsyncStream<ScreenEvent>, _ context: CommandContext) async -> RecordingError? {
        let progress = ProgressLine(in: context)
        var last: RecordingError?
        for await item in events {
            switch item {
            case .said(let result) where result.isFinal:
                progress.clear()
                context.output.writeLine(json ? Self.json("final", result.text) : TerminalText.safe(result.text))
            case .said(let result):
                if json { context.output.writeLine(Self.json("interim", result.text)) } else { progress.show(result.text) }
            case .low(let rest):
                progress.clear()
                context.note("harken record: the key has credit for \(TimeText.clock(rest / .seconds(1))) left")
            case .ended(let end):
                progress.clear()
                let reason = end.reason.isEmpty ? "" : " (\(TerminalText.safe(end.reason)))"
                context.note("the server ended the session\(reason) after \(TimeText.clock(end.used / .seconds(1)))")
            case .failed(let error):
                progress.clear()
                context.printError(Record.description, "\(error)")
                if error.endsRecording { last = error }
            }
        }
        return last
    }

    private static func json(_ type: String, _ text: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", type)
        writer.member("text", text)
        writer.endObject()
        return writer.text
    }
}
