#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif
internal import Speech

/// The thread on which libav decodes one live stream. libav waits for its bytes, so it needs a thread of its own.
final class DecodingThread: Sendable {
    private let pipe: BytePipe
    private let queue: EventQueue
    private let format: AudioFormat
    private let treatment: ChannelTreatment

    /// Starts the thread. The thread ends when the pipe ends or is cancelled, or when the queue is closed. Returns false when the system cannot make
    /// a thread.
    static func start(pipe: BytePipe, queue: EventQueue, format: AudioFormat, treatment: ChannelTreatment) -> Bool {
        let thread = DecodingThread(pipe: pipe, queue: queue, format: format, treatment: treatment)
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Size of the address space only: untouched pages take no memory.
        pthread_attr_setstacksize(attributes, 1 << 20)
        let retained = Unmanaged.passRetained(thread)
        var id = pthread_t()
        guard pthread_create(&id, attributes, runDecodingThread, retained.toOpaque()) == 0 else {
            retained.release()
            return false
        }
        return true
    }

    private init(pipe: BytePipe, queue: EventQueue, format: AudioFormat, treatment: ChannelTreatment) {
        self.pipe = pipe
        self.queue = queue
        self.format = format
        self.treatment = treatment
    }

    /// Detects the container from the first bytes, without waiting for as many bytes as libav would.
    private func recognize(_ hint: inout MediaHint) throws(MediaError) {
        var start = pipe.peek(12)
        if format == .container {
            var needed = start.count
            while true {
                let reading = WAVHeader.read(start)
                if case .found(let header) = reading {
                    pipe.skip(header.byteCount, limit: header.dataByteCount)
                    hint = try MediaHint(header)
                    return
                }
                guard case .needs(let count) = reading, count > needed else { break }
                needed = count
                start = pipe.peek(count)
                guard start.count == count else { break }
            }
        }
        // MP3 and AAC may begin with a title (ID3v2), whose length is stored as seven bits in each of four bytes.
        if start.starts(with: "ID3".utf8), start.count >= 10 {
            let length = start[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + 10
            if length < 60_000 { start = Array(pipe.peek(length + 12).dropFirst(length)) }
        }
        hint.recognize(start)
    }

    /// Tells what the reader has noticed. Returns false when the queue was closed.
    private func tell(_ reader: MediaReader) -> Bool { reader.news().allSatisfy { queue.append(.notice($0)) } }

    fileprivate func run() {
        do throws(MediaError) {
            var hint = try MediaHint(format)
            try recognize(&hint)
            let rate = StreamDecoder.sessionRate(for: format)
            let reader = try MediaReader(try MediaInput(pipe: pipe), hint: hint, rate: rate, treatment: treatment, isLive: true)
            guard queue.append(.opened(channels: reader.channelCount)) else { return }
            // An event has 10 ms to half a second of audio.
            while let block = try reader.next(atLeast: rate.hertz / 100, atMost: rate.hertz / 2) {
                guard tell(reader) else { return }
                var bytes: [UInt8] = []
                PCM.appendLinear16(interleaving: block.channels, to: &bytes)
                guard queue.append(.pcm(bytes)) else { return }
            }
            guard tell(reader) else { return }
            queue.close(with: .ended)
        } catch {
            queue.close(with: .failed(error))
        }
        // Further bytes have no reader.
        pipe.cancel()
    }
}

private func runDecodingThread(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let opaque else { return nil }
    Unmanaged<DecodingThread>.fromOpaque(opaque).takeRetainedValue().run()
    return nil
}
