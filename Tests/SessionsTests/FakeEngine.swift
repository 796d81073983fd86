import HarkenTesting
import Speech
import Synchronization

/// An engine that writes down what it is sent, and says what the test wants.
final class FakeEngine: StreamingEngine {
    let name: EngineName
    let capabilities = Capabilities(streaming: true, prerecorded: false, languages: .any, models: ["fake-1"])
    private let log: SharedLog
    private let listeners = Mutex<[@Sendable (EngineEvent) -> Void]>([])

    init(_ name: String = "fake", log: SharedLog) {
        self.name = EngineName(name)
        self.log = log
    }

    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        listeners.withLock { $0.append(deliver) }
        deliver(.opened)
        return Stream(name, log)
    }

    /// Says this on its newest stream.
    func say(_ event: EngineEvent) { listeners.withLock { $0.last }?(event) }

    private final class Stream: EngineStream {
        private let name: EngineName
        private let log: SharedLog

        init(_ name: EngineName, _ log: SharedLog) {
            self.name = name
            self.log = log
        }

        func send(_ audio: RawSpan) { log.append("\(name) heard \(audio.byteCount / 2)") }

        func send(_ command: EngineCommand) {
            if command == .finish { log.append("\(name) finishes") }
        }
    }
}
