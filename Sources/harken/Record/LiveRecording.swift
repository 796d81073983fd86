import Framing
import HarkenKit
import Speech

/// The work of `harken record --managed` and `--byok`: recognition while the user speaks.
struct LiveRecording {
    let engine: any HarkenKit.RecordingEngine
    let json: Bool

    private enum News: Sendable {
        case said(RecordingResult)
        case failed(RecordingError)
        case low(Duration)
    }

    func run(_ surroundings: CommandContext) async -> ExitStatus {
        let (news, continuation) = AsyncStream<News>.makeStream()
        let (stops, stop) = AsyncStream<Void>.makeStream()
        let engine = engine
        engine.onRealtime { continuation.yield(.said($0)) }
        engine.onFinal { continuation.yield(.said($0)) }
        // After an error nothing more is recorded.
        engine.onError {
            continuation.yield(.failed($0))
            continuation.finish()
            stop.finish()
        }
        engine.onCreditsLow { continuation.yield(.low($0)) }
        // A separate task, which gets the last words even when this task is cancelled.
        let shown = Task { await show(news, surroundings) }
        let work = Task { () -> RecordingError? in
            do throws(RecordingError) {
                try await engine.initialize()
                try await engine.start()
                surroundings.diagnostics.writeLine("listening; Ctrl-C ends the recording")
                return nil
            } catch {
                return error
            }
        }
        let startError = await withTaskCancellationHandler { () -> RecordingError? in
            if let error = await work.value { return error == .stopped ? nil : error }
            // Waits until the user or an error ends the recording.
            for await _ in stops {}
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
            surroundings.complain(Record.description, "\(startError)")
            await engine.shutdown()
            return .failed
        }
        let error = await shown.value
        await engine.shutdown()
        return error == nil ? .done : .failed
    }

    /// Prints the results until the end. Returns the error that ended the recording; nil when the user ended it.
    private func show(_ news: AsyncStream<News>, _ surroundings: CommandContext) async -> RecordingError? {
        let progress = ProgressLine(on: surroundings.diagnostics)
        var last: RecordingError?
        for await item in news {
            switch item {
            case .said(let result) where result.isFinal:
                progress.clear()
                surroundings.output.writeLine(json ? Self.json("final", result.text) : TerminalText.safe(result.text))
            case .said(let result):
                if json { surroundings.output.writeLine(Self.json("interim", result.text)) } else { progress.show(result.text) }
            case .low(let rest):
                progress.clear()
                surroundings.diagnostics.writeLine("harken record: the key has credit for \(TimeText.clock(rest / .seconds(1))) left")
            case .failed(let error):
                progress.clear()
                surroundings.complain(Record.description, "\(error)")
                last = error
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
