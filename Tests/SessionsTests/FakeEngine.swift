import HarkenTesting
import Speech
import Synchronization

/// An engine that writes down what it is sent, and says what the test wants.
final class FakeEngine: HearingEngine {
    let name: EngineName
    let capabilities: Capabilities
    private let log: SharedLog
    private let listeners = Mutex<[@Sendable (EngineEvent) -> Void]>([])
    private let hearers = Mutex<[@Sendable (EngineHearing) -> Void]>([])

    /// - Parameter changes: the options that an open stream can change.
    init(_ name: String = "fake", log: SharedLog, changes: Set<StreamAspect> = []) {
        self.name = EngineName(name)
        capabilities = Capabilities(streaming: true, prerecorded: false, languages: .any, models: ["fake-1"], liveChanges: changes)
        self.log = log
    }

    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        listeners.withLock { $0.append(deliver) }
        if !options.keyterms.isEmpty { log.append("\(name) opens with \(options.keyterms.joined(separator: ", "))") }
        deliver(.opened)
        return Stream(name, log)
    }

    func open(
        _ options: StreamOptions, hear: @escaping @Sendable (EngineHearing) -> Void, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> any EngineStream {
        hearers.withLock { $0.append(hear) }
        return open(options, deliver: deliver)
    }

    /// Hears this on its newest stream.
    func hear(_ hearing: EngineHearing) { hearers.withLock { $0.last }?(hearing) }

    /// Says this on its newest stream.
    func say(_ event: EngineEvent) { listeners.withLock { $0.last }?(event) }

    /// Says this on its first stream.
    func sayFirst(_ event: EngineEvent) { listeners.withLock { $0.first }?(event) }

    private final class Stream: EngineStream {
        private let name: EngineName
        private let log: SharedLog

        init(_ name: EngineName, _ log: SharedLog) {
            self.name = name
            self.log = log
        }

        func send(_ audio: RawSpan) { log.append("\(name) heard \(audio.byteCount / 2)") }

        func send(_ command: EngineCommand) {
            switch command {
            case .finish: log.append("\(name) finishes")
            case .update(let options): log.append("\(name) changes to \(options.keyterms.joined(separator: ", "))")
            case .finalize, .keepAlive, .cancel: break
            }
        }
    }
}
