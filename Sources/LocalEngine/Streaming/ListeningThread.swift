import Audio
import Glibc

/// The thread that serves all live streams: it takes the audio and commands of sessions, runs the voice detector, and delivers the streams' events.
/// Recognition itself runs in the pool, so this thread is never behind for long: a stream costs it 0.3 % of a core.
final class ListeningThread: Sendable {
    private struct State {
        var waiting: [SegmentStream] = []
        var isStopping = false
    }

    private let state = Monitor(State())

    init() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(state)
        guard pthread_create(&thread, nil, listen, context.toOpaque()) == 0 else {
            context.release()
            return
        }
        pthread_detach(thread)
    }

    deinit {
        state.withLock { $0.isStopping = true }
        state.signalAll()
    }

    /// Makes `stream` look at its inbox soon.
    func wake(_ stream: SegmentStream) {
        state.withLock { $0.waiting.append(stream) }
        state.signal()
    }

    fileprivate static func run(_ context: UnsafeMutableRawPointer) {
        let state = Unmanaged<Monitor<State>>.fromOpaque(context).takeRetainedValue()
        while true {
            let streams: [SegmentStream] = state.wait { state in
                guard !state.isStopping else { return [] }
                guard !state.waiting.isEmpty else { return nil }
                defer { state.waiting = [] }
                return state.waiting
            }
            guard !streams.isEmpty else { return }
            for stream in streams { stream.listen() }
        }
    }
}

private func listen(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { ListeningThread.run(context) }
    return nil
}
